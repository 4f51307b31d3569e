/** What the bytes of a saved state mean: events, structures, rules and errors. */
@SuppressWarnings({"module", "requires-automatic", "requires-transitive-automatic"})
module org.vmstate.formats {
  requires transitive kaitai.struct.runtime;

  exports org.vmstate.formats;
  exports org.vmstate.formats.error;
  exports org.vmstate.formats.event;
  exports org.vmstate.formats.layout;
  exports org.vmstate.formats.libvirt;
  exports org.vmstate.formats.qcow2;
  exports org.vmstate.formats.ram;
  exports org.vmstate.formats.rule;
  exports org.vmstate.formats.stream;
  exports org.vmstate.formats.vmdesc;
  exports org.vmstate.formats.container to
      org.vmstate.parser,
      org.vmstate.writer,
      org.vmstate.analyzer;
  exports org.vmstate.formats.device to
      org.vmstate.parser,
      org.vmstate.writer,
      org.vmstate.analyzer;
  exports org.vmstate.formats.spec to
      org.vmstate.parser,
      org.vmstate.writer,
      org.vmstate.analyzer;
}
