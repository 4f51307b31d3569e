package org.vmstate.writer.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.event.Subsection;
import org.vmstate.formats.spec.QemuCommand;
import org.vmstate.formats.spec.QemuConfiguration;
import org.vmstate.formats.spec.QemuSectionHeader;
import org.vmstate.formats.spec.QemuSectionRef;
import org.vmstate.formats.spec.QemuStreamHeader;
import org.vmstate.formats.spec.QemuVmdescription;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.writer.io.ByteSink;
import org.vmstate.writer.io.SpecWriter;

/** Writes the records of a stream. Source: QEMU 10.0 migration/savevm.c. */
public final class StreamWriter {
  private static final int HEADER_LENGTH = 8;
  private static final int NAME_AND_REST = 14;
  private static final int REF_LENGTH = 5;
  private static final int COMMAND_LENGTH = 5;

  private final ByteSink sink;

  /** Writes to a sink. */
  public StreamWriter(ByteSink sink) {
    this.sink = sink;
  }

  /** Writes magic and version. */
  public void header(long version) throws IOException {
    QemuStreamHeader header = new QemuStreamHeader();
    header.setMagic(ByteBuffer.allocate(4).putInt(StreamFormat.MAGIC).array());
    header.setVersion(version);
    SpecWriter.write(sink, header, HEADER_LENGTH);
  }

  /** Writes the configuration record without its subsections. */
  public void configuration(String machine) throws IOException {
    byte[] name = machine.getBytes(StandardCharsets.ISO_8859_1);
    QemuConfiguration head = new QemuConfiguration();
    head.setRecordType(new byte[] {StreamFormat.CONFIGURATION});
    head.setLenMachine(name.length);
    head.setMachine(name);
    SpecWriter.write(sink, head, REF_LENGTH + name.length);
  }

  /** Writes a configuration record and its subsections. */
  public void configuration(String machine, List<Subsection> subsections) throws IOException {
    configuration(machine);
    for (Subsection subsection : subsections) {
      subsection(subsection);
    }
  }

  /** Writes a subsection of the configuration. */
  public void subsection(Subsection subsection) throws IOException {
    byte[] name = subsection.name().getBytes(StandardCharsets.ISO_8859_1);
    QemuConfiguration.SubsectionHeader header = new QemuConfiguration.SubsectionHeader();
    header.setMarker(new byte[] {StreamFormat.SUBSECTION});
    header.setLenName(name.length);
    header.setName(name);
    header.setVersionId(subsection.version());
    SpecWriter.write(sink, header, 6 + name.length);
    sink.write(subsection.payload());
  }

  /** Writes the header of a START, PART, END or FULL record. */
  public void section(int type, Section section) throws IOException {
    if (type == StreamFormat.SECTION_PART || type == StreamFormat.SECTION_END) {
      ref(type, section.id());
      return;
    }
    byte[] name = section.name().getBytes(StandardCharsets.ISO_8859_1);
    QemuSectionHeader header = new QemuSectionHeader();
    header.setRecordType(QemuSectionHeader.Record.byId(type));
    header.setSectionId(section.id());
    header.setLenIdstr(name.length);
    header.setIdstr(name);
    header.setInstanceId(section.instance());
    header.setVersionId(section.version());
    SpecWriter.write(sink, header, NAME_AND_REST + name.length);
  }

  /** Writes the footer of a section. */
  public void footer(Section section) throws IOException {
    ref(StreamFormat.SECTION_FOOTER, section.id());
  }

  private void ref(int type, long id) throws IOException {
    QemuSectionRef ref = new QemuSectionRef();
    ref.setRecordType(QemuSectionRef.Record.byId(type));
    ref.setSectionId(id);
    SpecWriter.write(sink, ref, REF_LENGTH);
  }

  /** Writes a COMMAND record. */
  public void command(int code, byte[] payload) throws IOException {
    QemuCommand command = new QemuCommand();
    command.setRecordType(new byte[] {StreamFormat.COMMAND});
    command.setCommand(code);
    command.setLenPayload(payload.length);
    command.setPayload(payload);
    SpecWriter.write(sink, command, COMMAND_LENGTH + payload.length);
  }

  /** Writes the end mark. */
  public void end() throws IOException {
    sink.u8(StreamFormat.EOF);
  }

  /** Writes the frame of a description; its JSON text has to follow. */
  public void descriptionFrame(long length) throws IOException {
    QemuVmdescription frame = new QemuVmdescription();
    frame.setRecordType(new byte[] {StreamFormat.VMDESCRIPTION});
    frame.setLenJson(length);
    SpecWriter.write(sink, frame, REF_LENGTH);
  }
}
