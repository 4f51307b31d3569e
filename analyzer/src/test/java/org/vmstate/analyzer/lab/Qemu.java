package org.vmstate.analyzer.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A running QEMU, driven over QMP. */
final class Qemu implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final SocketChannel socket;
  private final BufferedReader replies;
  private final Path errors;

  private Qemu(Path folder, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path path = Files.createTempFile("qmp", "");
    Files.delete(path);
    errors = Files.createTempFile(folder, "qemu", ".err");
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of("-display", "none", "-qmp", "unix:" + path + ",server=on,wait=off"));
    ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
    builder.redirectOutput(errors.toFile());
    builder.environment().putAll(environment);
    process = builder.start();
    try {
      socket = connect(path);
    } finally {
      // one connection is enough, and a program that is killed leaves its socket
      Files.deleteIfExists(path);
    }
    replies = new BufferedReader(Channels.newReader(socket, StandardCharsets.UTF_8));
    replies.readLine();
    call("qmp_capabilities");
  }

  /** Starts QEMU 10.0 for a target; other releases are started by {@link Release}. */
  static Qemu start(Path folder, String target, String... arguments)
      throws IOException, InterruptedException {
    return start(folder, target, List.of(arguments));
  }

  /** Starts QEMU 10.0 for a target. */
  static Qemu start(Path folder, String target, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add("qemu-system-" + target);
    command.addAll(arguments);
    return new Qemu(folder, Map.of(), command);
  }

  /** Starts a QEMU by its command line. */
  static Qemu start(Path folder, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    return new Qemu(folder, environment, command);
  }

  /** Returns what all programs in a folder printed so far. */
  static String said(Path folder) throws IOException {
    StringBuilder all = new StringBuilder();
    try (var files = Files.newDirectoryStream(folder, "*.err")) {
      for (Path file : files) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  private SocketChannel connect(Path path) throws IOException, InterruptedException {
    IOException last = null;
    for (int i = 0; i < 300 && process.isAlive(); i++) {
      try {
        return SocketChannel.open(UnixDomainSocketAddress.of(path));
      } catch (IOException e) {
        last = e;
        Thread.sleep(50);
      }
    }
    throw new IOException("QEMU did not start: " + Files.readString(errors), last);
  }

  /** Calls a command without arguments. */
  JsonNode call(String command) throws IOException {
    return call(command, JSON.createObjectNode());
  }

  /** Calls a command with arguments given as JSON. */
  JsonNode call(String command, String arguments) throws IOException {
    return call(command, (ObjectNode) JSON.readTree(arguments));
  }

  private JsonNode call(String command, ObjectNode arguments) throws IOException {
    ObjectNode request = JSON.createObjectNode().put("execute", command);
    request.set("arguments", arguments);
    ByteBuffer bytes = ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      socket.write(bytes);
    }
    while (true) {
      String line = replies.readLine();
      if (line == null) {
        throw new IOException(command + ": QEMU is gone: " + Files.readString(errors));
      }
      JsonNode reply = JSON.readTree(line);
      if (reply.has("error")) {
        throw new IOException(command + ": " + reply.get("error"));
      }
      if (reply.has("return")) {
        return reply.get("return");
      }
    }
  }

  /** Runs a line of the human monitor, which prints nothing when all goes well. */
  void monitor(String line) throws IOException {
    String printed = monitorPrints(line);
    if (!printed.isEmpty()) {
      throw new IOException(line + ": " + printed);
    }
  }

  /** Runs a line of the human monitor and returns what it prints. */
  String monitorPrints(String line) throws IOException {
    return call("human-monitor-command", JSON.createObjectNode().put("command-line", line))
        .asText()
        .strip();
  }

  /** Lets QEMU end by itself, which writes down what it keeps of its disks. */
  void quit() throws IOException, InterruptedException {
    call("quit");
    process.waitFor(30, TimeUnit.SECONDS);
  }

  /** Returns what it printed so far. */
  String printed() throws IOException {
    return Files.readString(errors);
  }

  /** Switches capabilities on. */
  void enable(String... capabilities) throws IOException {
    ArrayNode list = JSON.createArrayNode();
    for (String capability : capabilities) {
      list.addObject().put("capability", capability).put("state", true);
    }
    ObjectNode arguments = JSON.createObjectNode();
    arguments.set("capabilities", list);
    call("migrate-set-capabilities", arguments);
  }

  /**
   * Saves, loads or deletes an internal snapshot on one node.
   *
   * @throws IOException with QEMU's message when the job fails
   */
  void snapshot(String command, String tag, String node) throws IOException, InterruptedException {
    String job = "snapshot";
    ObjectNode arguments = JSON.createObjectNode().put("job-id", job).put("tag", tag);
    if (!command.equals("snapshot-delete")) {
      arguments.put("vmstate", node);
    }
    arguments.putArray("devices").add(node);
    call(command, arguments);
    for (int i = 0; i < 1200; i++) {
      for (JsonNode found : call("query-jobs")) {
        if (found.path("status").asText().equals("concluded")) {
          call("job-dismiss", JSON.createObjectNode().put("id", job));
          if (found.has("error")) {
            throw new IOException(command + ": " + found.path("error").asText());
          }
          return;
        }
      }
      Thread.sleep(50);
    }
    throw new IOException(command + " did not end");
  }

  /** Saves to a URI, waits for the end and returns QEMU's statistics. */
  JsonNode save(String uri) throws IOException, InterruptedException {
    call("migrate", JSON.createObjectNode().put("uri", uri));
    return await();
  }

  /** Saves to a URI and stops the guest after a time if the save has not ended. */
  JsonNode save(String uri, long milliseconds) throws IOException, InterruptedException {
    call("migrate", JSON.createObjectNode().put("uri", uri));
    long end = System.nanoTime() + milliseconds * 1_000_000;
    while (System.nanoTime() < end) {
      if (call("query-migrate").path("status").asText().equals("completed")) {
        break;
      }
      Thread.sleep(50);
    }
    call("stop");
    return await();
  }

  /**
   * Saves to a URI; with postcopy-ram on, the writer then waits for a reader that never answers.
   */
  void saveOneWay(String uri) throws IOException, InterruptedException {
    call("migrate", JSON.createObjectNode().put("uri", uri));
    for (int i = 0; i < 600; i++) {
      String status = call("query-migrate").path("status").asText();
      if (status.equals("completed")) {
        return;
      }
      if (status.equals("device")) {
        // everything is on its way through the pipe
        Thread.sleep(2000);
        return;
      }
      Thread.sleep(50);
    }
    throw new IOException("migration did not end: " + call("query-migrate"));
  }

  /** Loads from a URI into a QEMU that was started with {@code -incoming defer}. */
  void load(String uri) throws IOException, InterruptedException {
    call("migrate-incoming", JSON.createObjectNode().put("uri", uri));
    await();
  }

  private JsonNode await() throws IOException, InterruptedException {
    for (int i = 0; i < 2400; i++) {
      JsonNode state = call("query-migrate");
      String status = state.path("status").asText();
      if (status.equals("completed")) {
        return state;
      }
      if (status.equals("failed")) {
        throw new IOException("migration failed: " + state + Files.readString(errors));
      }
      Thread.sleep(50);
    }
    throw new IOException("migration did not end");
  }

  @Override
  public void close() throws IOException {
    socket.close();
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
