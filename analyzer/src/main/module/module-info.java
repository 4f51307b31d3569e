/** What the verbs of the command line do. */
@SuppressWarnings("requires-automatic")
module org.vmstate.analyzer {
  requires transitive org.vmstate.formats;
  requires transitive org.vmstate.parser;
  requires transitive org.vmstate.writer;
  requires com.fasterxml.jackson.core;
  requires com.github.luben.zstd_jni;
  requires info.picocli;
  requires java.xml;
  requires org.apache.commons.compress;
  requires org.snakeyaml.engine.v2;
  requires org.tukaani.xz;

  exports org.vmstate.analyzer.convert;
  exports org.vmstate.analyzer.output;
  exports org.vmstate.analyzer.replay;
  exports org.vmstate.analyzer.report;
}
