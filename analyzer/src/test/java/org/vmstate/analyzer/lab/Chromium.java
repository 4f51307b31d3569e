package org.vmstate.analyzer.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A headless Chromium with one page, steered by the DevTools protocol. */
final class Chromium implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final WebSocket socket;
  private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
  private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
  private int last;

  private Chromium(Process process, HttpClient client, URI page) {
    this.process = process;
    this.socket = client.newWebSocketBuilder().buildAsync(page, new Listener()).join();
  }

  /** Collects messages, which may come in pieces. */
  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean isLast) {
      text.append(data);
      if (isLast) {
        try {
          JsonNode message = JSON.readTree(text.toString());
          String method = message.path("method").asText();
          if (method.equals("Runtime.exceptionThrown") || method.equals("Log.entryAdded")) {
            complaints.add(message.toString());
          }
          messages.add(message);
        } catch (IOException e) {
          complaints.add(e.toString());
        }
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  static Chromium start(Path folder) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "chromium-headless-shell",
                "--no-sandbox",
                "--disable-gpu",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder.resolve("chromium"),
                "--window-size=1280,900",
                "about:blank")
            .redirectErrorStream(true)
            .start();
    BufferedReader said = process.inputReader();
    String line;
    do {
      line = said.readLine();
      if (line == null) {
        throw new IOException("Chromium did not start");
      }
    } while (!line.startsWith("DevTools listening on "));
    Thread drain = new Thread(() -> said.lines().forEach(text -> {}));
    drain.setDaemon(true);
    drain.start();
    URI devtools = URI.create(line.substring("DevTools listening on ".length()));
    HttpClient client = HttpClient.newHttpClient();
    URI list = URI.create("http://" + devtools.getAuthority() + "/json/list");
    HttpResponse<String> pages =
        client.send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString());
    for (JsonNode page : JSON.readTree(pages.body())) {
      if (page.path("type").asText().equals("page")) {
        URI address = URI.create(page.path("webSocketDebuggerUrl").asText());
        return new Chromium(process, client, address);
      }
    }
    throw new IOException("Chromium has no page");
  }

  /** Calls a method of the protocol and returns its result. */
  JsonNode call(String method, String parameters) throws IOException, InterruptedException {
    int id = ++last;
    ObjectNode request = JSON.createObjectNode().put("id", id).put("method", method);
    request.set("params", JSON.readTree(parameters));
    socket.sendText(request.toString(), true).join();
    while (true) {
      JsonNode message = messages.poll(60, TimeUnit.SECONDS);
      if (message == null) {
        throw new IOException(method + ": no answer");
      }
      if (message.path("id").asInt() == id) {
        if (message.has("error")) {
          throw new IOException(method + ": " + message);
        }
        return message.get("result");
      }
    }
  }

  /** Opens a file and waits until its program has run. */
  void open(Path file) throws IOException, InterruptedException {
    call("Runtime.enable", "{}");
    call("Log.enable", "{}");
    call("Page.enable", "{}");
    call("Page.navigate", "{\"url\": \"" + file.toUri() + "\"}");
    for (int i = 0; i < 200; i++) {
      if (evaluate("document.documentElement?.dataset.ready || ''").equals("yes")
          && !firstPaint().isEmpty()) {
        return;
      }
      Thread.sleep(50);
    }
    throw new IOException("the page's program did not end: " + complaints);
  }

  /** Returns after how many milliseconds something was to be seen. */
  String firstPaint() throws IOException, InterruptedException {
    return evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime.toFixed(0) || ''");
  }

  /** Evaluates an expression and returns its value as text. */
  String evaluate(String expression) throws IOException, InterruptedException {
    ObjectNode parameters = JSON.createObjectNode().put("expression", expression);
    JsonNode result = call("Runtime.evaluate", parameters.toString());
    if (result.has("exceptionDetails")) {
      throw new IOException(result.toString());
    }
    return result.path("result").path("value").asText();
  }

  /** Presses a key. */
  void press(String key) throws IOException, InterruptedException {
    String typed = key.equals("Enter") ? "\\r" : key.length() == 1 ? key : "";
    String text = typed.isEmpty() ? "" : ", \"text\": \"" + typed + "\"";
    int code = key.equals("Tab") ? 9 : key.equals("Enter") ? 13 : 0;
    String parameters =
        ", \"key\": \"%s\", \"windowsVirtualKeyCode\": %s%s}".formatted(key, code, text);
    call("Input.dispatchKeyEvent", "{\"type\": \"keyDown\"" + parameters);
    call("Input.dispatchKeyEvent", "{\"type\": \"keyUp\"" + parameters);
  }

  /** Chooses light or dark. */
  void scheme(String name) throws IOException, InterruptedException {
    call(
        "Emulation.setEmulatedMedia",
        "{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"%s\"}]}"
            .formatted(name));
  }

  /** Takes a picture of the window. */
  byte[] picture() throws IOException, InterruptedException {
    return Base64.getDecoder()
        .decode(call("Page.captureScreenshot", "{\"format\": \"png\"}").path("data").asText());
  }

  /** Returns errors of the page and what stood in its console. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  @Override
  public void close() throws IOException {
    socket.abort();
    // the command is a script, and the browser its child
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes a picture where it may be looked at. */
  void save(Path file) throws IOException, InterruptedException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, picture());
  }
}
