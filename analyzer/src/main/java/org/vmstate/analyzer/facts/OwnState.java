package org.vmstate.analyzer.facts;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.analyzer.physical.Fields;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.device.VirtioFormat;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.io.ByteSource;

/** The state that a paused target saves of itself, which shows what it would load. */
final class OwnState implements EventSink, Closeable {

  private static final long MOST = 1L << 30;
  private static final int MOST_BYTES = 64 << 20;

  private final ServerSocketChannel server;
  private final Deadline deadline;
  private final List<TargetFacts.Known> sections = new ArrayList<>();
  private final Map<String, Long> blocks = new LinkedHashMap<>();
  private final Map<String, String> pci = new LinkedHashMap<>();
  private final Map<String, List<Long>> queues = new LinkedHashMap<>();
  private final Map<String, Long> fixed = new LinkedHashMap<>();
  private final Map<Long, Long> registers = new LinkedHashMap<>();
  private final List<String> types = new ArrayList<>();
  private String description = "";
  private long pageSize;

  /** Waits for a state at a socket. */
  OwnState(Path socket, Deadline deadline) throws IOException {
    this.deadline = deadline;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    server.configureBlocking(false);
  }

  List<TargetFacts.Known> sections() {
    return sections;
  }

  Map<String, Long> blocks() {
    return blocks;
  }

  Map<String, String> pci() {
    return pci;
  }

  /** Returns how long the queues of each virtio device are, which after a reset is the most. */
  Map<String, List<Long>> queues() {
    return queues;
  }

  /** Returns the values that a state has to have in common with this one. */
  Map<String, Long> fixed() {
    return fixed;
  }

  /** Returns the values of the first processor's registers, where its state has them. */
  Map<Long, Long> registers() {
    return registers;
  }

  /** Returns the names of the descriptions of its sections. */
  List<String> types() {
    return types;
  }

  String description() {
    return description;
  }

  long pageSize() {
    return pageSize;
  }

  /** Takes the state that a target sends into a file, and reads that. */
  void read(Path file) throws IOException {
    try (SocketChannel channel = accept();
        FileChannel out =
            FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      channel.configureBlocking(false);
      receive(channel, out);
    }
    try (ByteSource opened = ImageReader.open(file)) {
      ImageReader.read(opened, ParseOptions.DEFAULT, this);
    } catch (StateFormatException e) {
      throw new TargetException("the target's own state: " + e.getMessage());
    }
  }

  private SocketChannel accept() throws IOException {
    SocketChannel channel = server.accept();
    while (channel == null) {
      deadline.await(server, SelectionKey.OP_ACCEPT);
      channel = server.accept();
    }
    return channel;
  }

  private void receive(SocketChannel channel, FileChannel out) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocateDirect(256 << 10);
    for (int n = channel.read(chunk); n >= 0; n = channel.read(chunk)) {
      if (n == 0) {
        deadline.await(channel, SelectionKey.OP_READ);
      }
      chunk.flip();
      while (chunk.hasRemaining()) {
        out.write(chunk);
      }
      chunk.clear();
      if (out.position() > MOST) {
        throw new TargetException("the target's own state: expected at most 1 GiB, found more");
      }
    }
  }

  @Override
  public boolean wants(Want want) {
    return want == Want.DATA;
  }

  @Override
  public void accept(Event event) throws IOException {
    switch (event) {
      case Event.SectionHeader e -> {
        if (e.isFirst()) {
          Section s = e.section();
          sections.add(new TargetFacts.Known(s.name(), s.instance(), s.version()));
        }
      }
      case Event.Description e -> {
        byte[] text = bytes(e.content(), e.range());
        description =
            new String(
                text,
                StreamFormat.DESCRIPTION_FRAME,
                text.length - StreamFormat.DESCRIPTION_FRAME,
                StandardCharsets.UTF_8);
      }
      case Event.RamListEnd e -> e.blocks().forEach(b -> blocks.put(b.name(), b.usedLength()));
      case Event.Described e -> {
        e.description().devices().forEach(d -> types.add(d.state().name()));
        pageSize = e.description().pageSize();
      }
      case Event.Device e -> {
        Optional<StateNode> state = e.state().map(DeviceDecoders::expand);
        state.ifPresent(s -> virtio(e.section().name(), s));
        state.ifPresent(
            s -> FixedFields.find(e.section(), s, (path, field, value) -> fixed.put(path, value)));
        if (registers.isEmpty() && e.section().name().equals(ArmRegisters.SECTION)) {
          state.ifPresent(s -> registers.putAll(ArmRegisters.of(s)));
        }
        if (state.isPresent()) {
          function(e.section().name(), state.get(), e.content());
          // pvscsi has it there where it is of PCI Express, and else not
          for (StateNode subsection : state.get().subsections()) {
            function(e.section().name() + "." + subsection.desc().name(), subsection, e.content());
          }
        }
      }
      default -> {}
    }
  }

  private void virtio(String section, StateNode state) {
    for (FieldNode field : state.fields()) {
      if (field.desc().typeName().equals(VirtioFormat.TYPE) && !field.elements().isEmpty()) {
        Fields virtio = new Fields(field.elements().getFirst());
        queues.put(section, virtio.structs("queue").stream().map(q -> q.value("size")).toList());
      }
    }
  }

  private static byte[] bytes(SourceBytes content, ByteRange range) throws IOException {
    byte[] bytes = new byte[(int) Math.min(range.length(), MOST_BYTES)];
    content.copy(range.start(), ByteBuffer.wrap(bytes));
    return bytes;
  }

  private void function(String path, StateNode state, SourceBytes content) throws IOException {
    Optional<ByteRange> range = configuration(state);
    if (range.isPresent()) {
      pci.put(path, HexFormat.of().formatHex(bytes(content, range.get())));
    }
  }

  /** Finds the configuration space of a PCI function. */
  private static Optional<ByteRange> configuration(StateNode state) {
    for (FieldNode field : state.fields()) {
      // inside the state of a virtio device it is a structure of this name
      if (field.desc().typeName().equals(PciFormat.TYPE)
          || field.elements().stream().anyMatch(e -> e.desc().name().equals(PciFormat.TYPE))) {
        return Optional.of(field.range());
      }
      for (StateNode inner : field.elements()) {
        Optional<ByteRange> found = configuration(inner);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
