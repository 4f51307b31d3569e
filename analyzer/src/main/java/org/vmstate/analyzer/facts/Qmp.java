package org.vmstate.analyzer.facts;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.JsonTree;

/**
 * QEMU's monitor for programs: JSON objects, one a line, over a UNIX socket. Source: QEMU 10.0
 * docs/interop/qmp-spec.rst. An answer has at most 16 MiB, all of them together 256 MiB.
 */
final class Qmp implements Closeable {
  private static final int MOST_LINE = 16 << 20;
  private static final long MOST = 256L << 20;

  private final SocketChannel channel;
  private final Deadline deadline;
  private final String name;
  private final ByteBuffer chunk = ByteBuffer.allocate(64 << 10).limit(0);
  private final Selector selector;
  private long total;

  private Qmp(SocketChannel channel, Deadline deadline, String name) throws IOException {
    this.channel = channel;
    channel.configureBlocking(false);
    selector = Selector.open();
    channel.register(selector, SelectionKey.OP_READ);
    this.deadline = deadline;
    this.name = name;
  }

  /** Connects and leaves the state in which commands are refused. */
  static Qmp connect(Path socket, Deadline deadline) throws IOException {
    SocketChannel channel;
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new TargetException(socket + ": cannot be connected to: " + e.getMessage());
    }
    Qmp qmp = new Qmp(channel, deadline, socket.toString());
    boolean done = false;
    try {
      if (!qmp.line().containsKey("QMP")) {
        throw new TargetException(socket + ": expected the greeting of QMP, found another answer");
      }
      qmp.call("qmp_capabilities", Map.of());
      done = true;
      return qmp;
    } finally {
      if (!done) {
        qmp.close();
      }
    }
  }

  /** Calls a command that has to succeed. */
  Object call(String command, Map<String, ?> arguments) throws IOException {
    Object error = exchange(command, arguments);
    if (error instanceof Answer answer) {
      return answer.value();
    }
    throw new TargetException(name + ": " + command + ": " + error);
  }

  /** Calls a command that a release may not have. */
  Optional<Object> ask(String command, Map<String, ?> arguments) throws IOException {
    return exchange(command, arguments) instanceof Answer answer
        ? Optional.of(answer.value())
        : Optional.empty();
  }

  private record Answer(Object value) {}

  /** Returns an answer, or the words of the error. */
  private Object exchange(String command, Map<String, ?> arguments) throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    try (JsonReport json = new JsonReport(request, true)) {
      json.beginObject("");
      json.text("execute", command);
      object(json, "arguments", arguments);
      json.end();
    }
    ByteBuffer bytes = ByteBuffer.wrap(request.toByteArray());
    try {
      while (bytes.hasRemaining()) {
        if (channel.write(bytes) == 0) {
          deadline.await(channel, SelectionKey.OP_WRITE);
        }
      }
    } catch (TargetException e) {
      throw e;
    } catch (IOException e) {
      throw new TargetException(name + ": " + command + ": the connection ended");
    }
    while (true) {
      Map<?, ?> answer = line();
      if (answer.containsKey("return")) {
        return new Answer(answer.get("return"));
      }
      if (answer.containsKey("error")) {
        return answer.get("error") instanceof Map<?, ?> error
            ? String.valueOf(error.get("desc"))
            : "refused";
      }
      if (!answer.containsKey("event")) {
        throw new TargetException(name + ": " + command + ": expected an answer of QMP");
      }
    }
  }

  private static void object(JsonReport json, String member, Map<String, ?> values)
      throws IOException {
    json.beginObject(member);
    for (Map.Entry<String, ?> entry : values.entrySet()) {
      if (entry.getValue() instanceof Map<?, ?> inner) {
        json.beginObject(entry.getKey());
        for (Map.Entry<?, ?> e : inner.entrySet()) {
          json.text(String.valueOf(e.getKey()), String.valueOf(e.getValue()));
        }
        json.end();
      } else {
        json.text(entry.getKey(), String.valueOf(entry.getValue()));
      }
    }
    json.end();
  }

  private Map<?, ?> line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      while (chunk.hasRemaining()) {
        byte b = chunk.get();
        if (b == '\n') {
          return parsed(line.toByteArray());
        }
        line.write(b);
      }
      if (line.size() > MOST_LINE || total > MOST) {
        throw new TargetException(name + ": the answer is longer than any of QMP");
      }
      fill();
    }
  }

  private void fill() throws IOException {
    chunk.clear();
    int read = 0;
    try {
      while ((read = channel.read(chunk)) == 0) {
        deadline.await(selector);
      }
    } catch (TargetException e) {
      throw e;
    } catch (IOException e) {
      read = -1;
    }
    if (read < 0) {
      throw new TargetException(name + ": the connection ended before the answer");
    }
    total += read;
    chunk.flip();
  }

  private Map<?, ?> parsed(byte[] line) throws IOException {
    try {
      return JsonTree.object(name, new ByteArrayInputStream(line));
    } catch (IOException e) {
      throw new TargetException(name + ": expected an answer of QMP, found no object of JSON");
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
