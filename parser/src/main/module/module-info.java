/** Reads saved states. */
@SuppressWarnings({"module", "requires-automatic"})
module org.vmstate.parser {
  requires transitive org.vmstate.formats;
  requires aircompressor.v3;
  requires com.fasterxml.jackson.core;
  requires com.github.luben.zstd_jni;
  requires org.apache.commons.compress;
  requires org.tukaani.xz;

  exports org.vmstate.parser.io;
  exports org.vmstate.parser.memory;
  exports org.vmstate.parser.qcow2;
  exports org.vmstate.parser;
  exports org.vmstate.parser.compress to
      org.vmstate.analyzer;
  exports org.vmstate.parser.container to
      org.vmstate.analyzer;
  exports org.vmstate.parser.device to
      org.vmstate.analyzer;
  exports org.vmstate.parser.libvirt to
      org.vmstate.analyzer;
  exports org.vmstate.parser.multifd to
      org.vmstate.analyzer;
  exports org.vmstate.parser.probe to
      org.vmstate.analyzer;
  exports org.vmstate.parser.ram to
      org.vmstate.analyzer;
  exports org.vmstate.parser.section to
      org.vmstate.analyzer;
  exports org.vmstate.parser.stream to
      org.vmstate.analyzer;
  exports org.vmstate.parser.vmdesc to
      org.vmstate.analyzer;
  exports org.vmstate.parser.xbzrle to
      org.vmstate.analyzer;
}
