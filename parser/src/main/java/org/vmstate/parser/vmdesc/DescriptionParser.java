package org.vmstate.parser.vmdesc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.vmdesc.DeviceDesc;
import org.vmstate.formats.vmdesc.RepeatedMember;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.VmDescription;

/**
 * Reads the JSON with a streaming parser, because queue fields repeat their member names. Source:
 * QEMU 10.0 migration/vmstate.c, migration/savevm.c.
 */
public final class DescriptionParser {
  private static final String PATH = "vmdescription";

  /** Most different members of one object; QEMU 10.0 writes up to nine. */
  private static final int MOST_MEMBERS = 256;

  private static final Set<String> QUEUES = Set.of("qtailq", "qlist", "gtree");

  private static final Map<String, Integer> KNOWN = new HashMap<>();

  static {
    for (String name :
        List.of(
            "name",
            "type",
            "vmsd_name",
            "version",
            "instance_id",
            "size",
            "array_len",
            "index",
            "struct",
            "fields",
            "subsections")) {
      KNOWN.put(name, 1 << KNOWN.size());
    }
  }

  private final JsonParser json;
  private final Limits limits;
  private final long origin;
  private final Map<String, String> names = new HashMap<>();
  private final List<RepeatedMember> repeated = new ArrayList<>();
  private int fields;

  private DescriptionParser(JsonParser json, Limits limits, long origin) {
    this.json = json;
    this.limits = limits;
    this.origin = origin;
  }

  /**
   * Parses a description.
   *
   * @param text the JSON text
   * @param origin its offset in the file
   * @throws StateFormatException when it is no JSON, no description, or larger than the limits
   */
  public static VmDescription parse(byte[] text, long origin, Limits limits)
      throws StateFormatException {
    JsonFactory factory =
        JsonFactory.builder()
            // else each name that stands in the text stays in memory for ever
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(limits.nesting() * 4)
                    .maxStringLength(1 << 16)
                    .build())
            .build();
    try (JsonParser json = factory.createParser(text)) {
      return new DescriptionParser(json, limits, origin).root();
    } catch (StateFormatException e) {
      throw e;
    } catch (JsonParseException e) {
      throw new MalformedDataException(
          Reason.DESCRIPTION_NO_JSON,
          "JSON: " + e.getOriginalMessage(),
          origin + offsetOf(e),
          PATH);
    } catch (JsonProcessingException e) {
      throw new LimitExceededException(
          Reason.DESCRIPTION_LIMIT, "JSON: " + e.getOriginalMessage(), origin + offsetOf(e), PATH);
    } catch (IOException e) {
      throw new MalformedDataException(
          Reason.DESCRIPTION_NO_JSON, "JSON: " + e.getMessage(), origin, PATH);
    }
  }

  /** Returns what is told of a description that is framed, but could not be read. */
  public static Problem unusable(StateFormatException e) {
    Reason reason =
        switch (e) {
          case TruncatedDataException cut -> Reason.DESCRIPTION_CUT;
          case LimitExceededException much -> Reason.DESCRIPTION_LIMIT;
          default -> e.reason();
        };
    return e.problem()
        .as(reason)
        .inWords("vmdescription: framed, but cannot be used: " + e.words());
  }

  private static long offsetOf(JsonProcessingException e) {
    return e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
  }

  private VmDescription root() throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT);
    long pageSize = 0;
    Optional<StateDesc> configuration = Optional.empty();
    List<DeviceDesc> devices = new ArrayList<>();
    Members members = new Members();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      members.add(name);
      JsonToken value = json.nextToken();
      switch (name) {
        case "page_size" -> pageSize = number(value);
        case "configuration" -> configuration = Optional.of(object(0).toState());
        case "devices" -> {
          expect(value, JsonToken.START_ARRAY);
          while (json.nextToken() != JsonToken.END_ARRAY) {
            if (devices.size() >= limits.sections()) {
              throw tooMany("devices", limits.sections());
            }
            devices.add(object(0).toDevice());
          }
        }
        default -> json.skipChildren();
      }
    }
    members.end("");
    return new VmDescription(
        pageSize, configuration, ChannelSubsystems.complete(devices), repeated);
  }

  /** Reads the object at the current token: a device, a struct, a subsection or a field. */
  private DescriptionObject object(int depth) throws IOException {
    expect(json.currentToken(), JsonToken.START_OBJECT);
    if (depth > limits.nesting()) {
      throw tooMany("nested structs", limits.nesting());
    }
    if (++fields > limits.descriptionFields()) {
      throw tooMany("fields", limits.descriptionFields());
    }
    DescriptionObject result = new DescriptionObject();
    Members members = new Members();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      members.add(name);
      JsonToken value = json.nextToken();
      switch (name) {
        case "name" -> result.name = text(value);
        case "type" -> result.type = text(value);
        case "vmsd_name" -> result.beginInline(text(value));
        case "version" -> result.version = number(value);
        case "instance_id" -> result.instance = number(value);
        case "size" -> result.size = number(value);
        case "array_len" -> result.arrayLength = count(value);
        case "index" -> result.index = number(value);
        case "struct" -> result.struct = object(depth + 1).toState();
        case "fields" -> {
          expect(value, JsonToken.START_ARRAY);
          while (json.nextToken() != JsonToken.END_ARRAY) {
            result.addField(object(depth + 1));
          }
        }
        case "subsections" -> {
          expect(value, JsonToken.START_ARRAY);
          while (json.nextToken() != JsonToken.END_ARRAY) {
            result.addSubsection(object(depth + 1).toState());
          }
        }
        default -> json.skipChildren();
      }
    }
    members.end(result.type);
    return result;
  }

  /** The names of one object's members. */
  private final class Members {
    /** One bit for each of {@link #KNOWN}, as nearly all members are of those. */
    private int known;

    private Set<String> others = Set.of();
    private RepeatedMember twice;

    void add(String name) throws LimitExceededException {
      int bit = KNOWN.getOrDefault(name, 0);
      boolean first = bit == 0 ? other(name) : (known & bit) == 0;
      known |= bit;
      if (!first && twice == null) {
        twice = new RepeatedMember(name, offset());
      }
    }

    private boolean other(String name) throws LimitExceededException {
      if (others.size() + Integer.bitCount(known) >= MOST_MEMBERS) {
        throw tooMany("members in an object", MOST_MEMBERS);
      }
      if (others.isEmpty()) {
        others = new HashSet<>();
      }
      return others.add(name);
    }

    void end(String type) {
      if (twice != null && !QUEUES.contains(type)) {
        repeated.add(twice);
      }
    }
  }

  private int count(JsonToken token) throws IOException {
    long value = number(token);
    if (value > Integer.MAX_VALUE) {
      throw tooMany("array elements", Integer.MAX_VALUE);
    }
    return (int) value;
  }

  private long number(JsonToken token) throws IOException {
    expect(token, JsonToken.VALUE_NUMBER_INT);
    long value =
        json.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? -1 : json.getLongValue();
    if (value < 0) {
      throw malformed(
          Reason.DESCRIPTION_NUMBER, "expected a number from 0 to 2^63-1, found " + json.getText());
    }
    return value;
  }

  private String text(JsonToken token) throws IOException {
    expect(token, JsonToken.VALUE_STRING);
    String value = json.getText();
    String before = names.putIfAbsent(value, value);
    return before == null ? value : before;
  }

  private void expect(JsonToken found, JsonToken expected) throws IOException {
    if (found != expected) {
      throw malformed(Reason.DESCRIPTION_SHAPE, "expected " + expected + ", found " + found);
    }
  }

  private MalformedDataException malformed(Reason reason, String words) {
    return new MalformedDataException(reason, "JSON: " + words, offset(), PATH);
  }

  private LimitExceededException tooMany(String what, int limit) {
    return new LimitExceededException(
        Reason.DESCRIPTION_LIMIT, "JSON: more than " + limit + " " + what, offset(), PATH);
  }

  private long offset() {
    return origin + Math.max(0, json.currentTokenLocation().getByteOffset());
  }
}
