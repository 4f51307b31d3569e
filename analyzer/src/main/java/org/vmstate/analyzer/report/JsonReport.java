package org.vmstate.analyzer.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.OutputStream;

/** Writes JSON with an indentation of four spaces, ASCII only, as QEMU's script does. */
public final class JsonReport implements Report {
  private final JsonGenerator json;
  private int depth;

  /** Writes to a stream, which stays open. */
  public JsonReport(OutputStream out) throws IOException {
    this(out, false);
  }

  /**
   * Writes to a stream, which stays open.
   *
   * @param compact without line feeds and spaces, for programs alone
   */
  public JsonReport(OutputStream out, boolean compact) throws IOException {
    JsonFactory factory =
        JsonFactory.builder()
            .streamWriteConstraints(StreamWriteConstraints.builder().maxNestingDepth(5000).build())
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();
    Separators separators =
        Separators.createDefaultInstance()
            .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
            .withObjectEmptySeparator("")
            .withArrayEmptySeparator("");
    DefaultIndenter indenter = new DefaultIndenter("    ", "\n");
    json = factory.createGenerator(out);
    if (compact) {
      return;
    }
    json.setPrettyPrinter(
        new DefaultPrettyPrinter(separators)
            .withObjectIndenter(indenter)
            .withArrayIndenter(indenter));
  }

  private void name(String name) throws IOException {
    if (json.getOutputContext().inObject()) {
      json.writeFieldName(name);
    }
  }

  @Override
  public void beginObject(String name) throws IOException {
    name(name);
    json.writeStartObject();
    depth++;
  }

  @Override
  public void beginArray(String name) throws IOException {
    name(name);
    json.writeStartArray();
    depth++;
  }

  @Override
  public void end() throws IOException {
    if (json.getOutputContext().inObject()) {
      json.writeEndObject();
    } else {
      json.writeEndArray();
    }
    depth--;
  }

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public void text(String name, String value) throws IOException {
    name(name);
    json.writeString(value);
  }

  @Override
  public void number(String name, long value) throws IOException {
    name(name);
    json.writeNumber(value);
  }

  @Override
  public void bool(String name, boolean value) throws IOException {
    name(name);
    json.writeBoolean(value);
  }

  @Override
  public void nothing(String name) throws IOException {
    name(name);
    json.writeNull();
  }

  @Override
  public void close() throws IOException {
    json.writeRaw('\n');
    json.close();
  }
}
