package org.vmstate.analyzer.facts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Something at the other end of a QMP socket. */
final class FakeMonitor implements Closeable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path path;
  private final ServerSocketChannel server;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Map<String, String> answers;
  private volatile boolean endless;

  /** Answers commands from a map; what it does not have is an error. */
  FakeMonitor(Path path, String greeting, Map<String, String> answers) throws IOException {
    this.path = path;
    this.answers = answers;
    server = listen(path);
    run(
        channel -> {
          say(channel, greeting + "\n");
          BufferedReader in =
              new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
          for (String line = in.readLine(); line != null; line = in.readLine()) {
            say(channel, "{\"event\": \"X\"}\n" + answer(JSON.readTree(line)) + "\n");
          }
        });
  }

  private FakeMonitor(Path path, String said, boolean waits) throws IOException {
    this.path = path;
    this.answers = Map.of();
    server = listen(path);
    run(
        channel -> {
          say(channel, said);
          if (waits) {
            ByteBuffer asked = ByteBuffer.allocate(1 << 10);
            while (channel.read(asked) >= 0) {
              asked.clear();
            }
          }
        });
  }

  /** Says something whatever it is asked, then waits or hangs up. */
  static FakeMonitor saying(Path path, String said, boolean waits) throws IOException {
    return new FakeMonitor(path, said, waits);
  }

  /** Says something, and then something else again and again until nobody listens. */
  static FakeMonitor repeating(Path path, String first, String again) throws IOException {
    FakeMonitor monitor = new FakeMonitor(path);
    monitor.run(
        channel -> {
          say(channel, first);
          while (true) {
            say(channel, again);
          }
        });
    return monitor;
  }

  private FakeMonitor(Path path) throws IOException {
    this.path = path;
    this.answers = Map.of();
    server = listen(path);
  }

  /** Every object has another one inside. */
  FakeMonitor withTreeWithoutEnd() {
    endless = true;
    return this;
  }

  private static ServerSocketChannel listen(Path path) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    return server;
  }

  /** What is said on a connection. */
  private interface Talk {
    void on(SocketChannel channel) throws IOException;
  }

  private void run(Talk talk) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (SocketChannel channel = server.accept()) {
                talk.on(channel);
              } catch (IOException e) {
                // the other side is gone
              }
            });
  }

  private static void say(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private String answer(JsonNode request) {
    String command = request.path("execute").asText();
    JsonNode arguments = request.path("arguments");
    String key = command;
    for (String name : List.of("path", "property")) {
      key += arguments.has(name) ? " " + arguments.path(name).asText() : "";
    }
    asked.add(key);
    if (command.equals("qmp_capabilities")) {
      return "{\"return\": {}}";
    }
    if (endless && command.equals("qom-list")) {
      return "{\"return\": [{\"name\": \"a\", \"type\": \"child<x>\"},"
          + " {\"name\": \"b\", \"type\": \"child<x>\"},"
          + " {\"name\": \"c\", \"type\": \"child<x>\"}]}";
    }
    String found = answers.getOrDefault(key, answers.get(command));
    boolean plain = command.matches("query-(target|machines|version|migrate-capabilities)");
    if (found == null && plain) {
      return "{\"return\": 0}";
    }
    return found == null
        ? "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}"
        : "{\"return\": " + found + "}";
  }

  Path socket() {
    return path;
  }

  List<String> asked() {
    return asked;
  }

  @Override
  public void close() throws IOException {
    server.close();
    path.toFile().delete();
  }
}
