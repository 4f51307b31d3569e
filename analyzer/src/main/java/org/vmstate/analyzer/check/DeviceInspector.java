package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.rule.StateVersions;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateNode;

/** Rules on the decoded state of devices. */
final class DeviceInspector extends Inspector {
  /** Run states in which a guest that is resumed does nothing useful. */
  private static final Set<String> STOPPED =
      Set.of("guest-panicked", "internal-error", "io-error", "shutdown", "watchdog", "colo");

  /** Names of the section and of the fields down to the one that is looked at. */
  private final StringBuilder path = new StringBuilder();

  private long payload;
  private boolean running;
  private boolean isSaveImage;

  DeviceInspector(Findings findings) {
    super(findings);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.SaveImageHeader e -> {
        isSaveImage = true;
        running = e.saveHeader().running();
      }
      case Event.Device e -> {
        payload = e.range().start();
        deviceState(e.section(), e.state(), e.problem());
      }
      case Event.Unknown e when e.section().isPresent() -> {
        payload = e.range().start();
        deviceState(e.section().get(), Optional.empty(), e.problem());
      }
      default -> {}
    }
  }

  private void deviceState(Section section, Optional<StateNode> state, Optional<Problem> problem) {
    applied(Rule.DEVICE_DECODES, Rule.FIELD_VALUES, Rule.QUEUE_MARKERS);
    problem
        .filter(
            p ->
                p.reason().rule() == Rule.DEVICE_DECODES
                    || p.reason() == Reason.DEVICE_FOOTER_ID
                    || p.reason() == Reason.PCI_VERSION)
        .ifPresent(p -> undecoded(section, p));
    if (state.isPresent()) {
      path.setLength(0);
      path.append(section.name());
      fields(state.get());
      if (section.name().equals("globalstate")) {
        runState(state.get());
      }
    }
  }

  /** A loader knows more subsections than a stream's description may have. */
  private void undecoded(Section section, Problem problem) {
    Finding finding = Finding.of(problem.inWords(section.name() + ": " + problem.words()));
    Optional<StateVersions> known =
        problem.reason() == Reason.DEVICE_SUBSECTION_UNKNOWN
            ? StateVersions.of(problem.facts().names().getFirst(), release())
            : Optional.empty();
    if (known.isEmpty()) {
      add(finding);
      return;
    }
    long version = problem.facts().numbers().getFirst();
    if (version >= known.get().oldest() && version <= known.get().newest()) {
      add(finding.as(Severity.WARNING).by(Optional.empty()));
    } else {
      Facts facts = Facts.named(section.name(), section.instance());
      add(finding.by(Optional.of(new Finding.Cause(Reason.DEVICE_UNDECODABLE, facts))));
    }
  }

  private void fields(StateNode node) {
    int length = path.length();
    for (FieldNode field : node.fields()) {
      path.append('.').append(field.desc().name());
      value(field);
      for (StateNode element : field.elements()) {
        fields(element);
      }
      path.setLength(length);
    }
    for (StateNode subsection : node.subsections()) {
      path.append('.').append(subsection.desc().name());
      fields(subsection);
      path.setLength(length);
    }
  }

  private void value(FieldNode field) {
    byte[] raw = field.raw();
    switch (field.desc().type()) {
      case BOOL -> each(field, b -> b == 0 || b == 1, "0 or 1");
      case UNUSED -> each(field, b -> b == 0, "zeros");
      case POINTER_MARKER -> each(field, b -> b == '0' || b == '1', "0x30 or 0x31");
      case NULLPTR -> each(field, b -> b == '0', "0x30");
      case SIGNED -> {
        if (field.desc().typeName().equals("int32 le")) {
          for (int i = 0; i + Integer.BYTES <= raw.length; i += Integer.BYTES) {
            int value = ByteBuffer.wrap(raw).getInt(i);
            if (value < 0) {
              odd(field.range().start() + i, "0 or more", Integer.toString(value));
            }
          }
        }
      }
      case QUEUE -> queue(field);
      default -> {}
    }
  }

  /** Reports which bytes are right. */
  private interface ByteTest {
    boolean holds(byte value);
  }

  private void each(FieldNode field, ByteTest test, String expected) {
    byte[] raw = field.raw();
    for (int i = 0; i < raw.length; i++) {
      if (!test.holds(raw[i])) {
        odd(field.range().start() + i, expected, "0x" + Integer.toHexString(raw[i] & 0xff));
        return;
      }
    }
  }

  private void odd(long at, String expected, String found) {
    String text = path + ": expected " + expected + ", found " + found;
    add(Finding.of(Rule.FIELD_VALUES, at, path.toString(), text));
  }

  private void queue(FieldNode field) {
    byte[] raw = field.raw();
    boolean tree = field.desc().typeName().equals("gtree");
    String problem = null;
    if (raw.length == 0 || raw[raw.length - 1] != 0) {
      problem = "expected a mark 0x00 at the end";
    } else if (tree && raw.length > Integer.BYTES) {
      long count = Integer.toUnsignedLong(ByteBuffer.wrap(raw).getInt());
      if (!field.desc().nested().isEmpty() && count < field.desc().nested().size() / 2) {
        problem = "expected " + field.desc().nested().size() + " elements, found " + count;
      }
    } else if (!tree && !field.desc().nested().isEmpty() && field.elements().isEmpty()) {
      problem = "expected a mark 0x01 before each of its elements";
    }
    if (problem != null && field.desc().type() == FieldType.QUEUE) {
      add(
          Finding.of(
              Rule.QUEUE_MARKERS,
              field.range().start(),
              path.toString(),
              "queue " + path + ": " + problem));
    }
  }

  private void runState(StateNode state) {
    for (FieldNode field : state.fields()) {
      if (isSaveImage && field.desc().name().equals("runstate")) {
        applied(Rule.RUN_STATE);
        String text = new String(field.raw(), StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\0');
        String found = end < 0 ? text : text.substring(0, end);
        if (running && STOPPED.contains(found)) {
          add(
              here(
                  Rule.RUN_STATE,
                  field.range().start(),
                  "run state: the header says running, the guest was in " + found));
        }
      }
    }
  }
}
