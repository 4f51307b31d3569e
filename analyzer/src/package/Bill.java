import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the package holds that others wrote, with versions, hashes and licences: a bill of materials
 * in the form of CycloneDX 1.6. A library of which the table of licences has no line fails the
 * build.
 */
final class Bill {
  private static final String APACHE = "Apache-2.0";

  private final Map<String, String[]> licences = new HashMap<>();
  private final Map<String, Part> parts = new TreeMap<>();

  /** A library. */
  private record Part(String group, String name, String version, byte[] hash, String[] licence) {
    String reference() {
      return "pkg:maven/" + group + "/" + name + "@" + version;
    }
  }

  private Bill() {}

  /** Reads a table with a line for each library: group, name, SPDX expression, holder. */
  static Bill read(Path table) throws IOException {
    Bill bill = new Bill();
    for (String line : Files.readAllLines(table)) {
      if (!line.startsWith("#")) {
        String[] cells = line.split("\t");
        bill.licences.put(cells[1], cells);
      }
    }
    return bill;
  }

  /** Adds a jar of a Maven repository, where it lies in a folder of its name and its version. */
  void add(Path jar) throws IOException {
    Path version = jar.getParent();
    Path name = version.getParent();
    String[] licence = licences.get(name.getFileName().toString());
    if (licence == null) {
      throw new IOException(jar + ": licences.tsv does not name its licence");
    }
    Part part =
        new Part(
            licence[0],
            name.getFileName().toString(),
            version.getFileName().toString(),
            sha256(Files.readAllBytes(jar)),
            licence);
    parts.put(part.reference(), part);
  }

  /** Writes the bill of a version of the program. */
  void write(Path target, String version, Instant time) throws IOException {
    String self = "pkg:generic/vmstate-img@" + version;
    String runtime = "pkg:generic/openjdk@" + Runtime.version().toString().replace("+", "%2B");
    try (JsonGenerator json =
        new JsonFactory()
            .createGenerator(target.toFile(), JsonEncoding.UTF8)
            .useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeStringField("bomFormat", "CycloneDX");
      json.writeStringField("specVersion", "1.6");
      json.writeNumberField("version", 1);
      json.writeObjectFieldStart("metadata");
      json.writeStringField("timestamp", time.toString());
      json.writeObjectFieldStart("component");
      head(json, "application", "vmstate-img", version, self);
      licence(json, APACHE);
      json.writeEndObject();
      json.writeEndObject();
      json.writeArrayFieldStart("components");
      json.writeStartObject();
      head(json, "platform", "OpenJDK", Runtime.version().toString(), runtime);
      json.writeObjectFieldStart("supplier");
      json.writeStringField("name", System.getProperty("java.vendor"));
      json.writeEndObject();
      licence(json, "GPL-2.0-only WITH Classpath-exception-2.0");
      json.writeEndObject();
      for (Part part : parts.values()) {
        write(json, part);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("dependencies");
      json.writeStartObject();
      json.writeStringField("ref", self);
      json.writeArrayFieldStart("dependsOn");
      json.writeString(runtime);
      for (String reference : parts.keySet()) {
        json.writeString(reference);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, Part part) throws IOException {
    json.writeStartObject();
    head(json, "library", part.name(), part.version(), part.reference());
    json.writeStringField("group", part.group());
    json.writeStringField("purl", part.reference());
    json.writeStringField("copyright", part.licence()[3]);
    json.writeArrayFieldStart("hashes");
    json.writeStartObject();
    json.writeStringField("alg", "SHA-256");
    json.writeStringField("content", HexFormat.of().formatHex(part.hash()));
    json.writeEndObject();
    json.writeEndArray();
    licence(json, part.licence()[2]);
    json.writeEndObject();
  }

  private static void head(
      JsonGenerator json, String type, String name, String version, String reference)
      throws IOException {
    json.writeStringField("type", type);
    json.writeStringField("name", name);
    json.writeStringField("version", version);
    json.writeStringField("bom-ref", reference);
  }

  private static void licence(JsonGenerator json, String expression) throws IOException {
    json.writeArrayFieldStart("licenses");
    json.writeStartObject();
    json.writeStringField("expression", expression);
    json.writeEndObject();
    json.writeEndArray();
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
