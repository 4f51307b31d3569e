/** Writes saved states. */
@SuppressWarnings({"module", "requires-automatic"})
module org.vmstate.writer {
  requires transitive org.vmstate.formats;
  requires aircompressor.v3;
  requires com.fasterxml.jackson.core;
  requires com.github.luben.zstd_jni;
  requires org.apache.commons.compress;
  requires org.tukaani.xz;

  exports org.vmstate.writer.edit;
  exports org.vmstate.writer.io;
  exports org.vmstate.writer.libvirt;
  exports org.vmstate.writer.xbzrle;
  exports org.vmstate.writer;
  exports org.vmstate.writer.compress to
      org.vmstate.analyzer;
  exports org.vmstate.writer.qcow2 to
      org.vmstate.analyzer;
  exports org.vmstate.writer.ram to
      org.vmstate.analyzer;
  exports org.vmstate.writer.stream to
      org.vmstate.analyzer;
  exports org.vmstate.writer.synthetic to
      org.vmstate.analyzer;
  exports org.vmstate.writer.vmdesc to
      org.vmstate.analyzer;
}
