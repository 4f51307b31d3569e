package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.vmstate.analyzer.facts.ArmRegisters;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.vmdesc.StateNode;

/** Compares the registers of an Arm processor with those that the target's processor has. */
final class TargetRegisterInspector extends TargetRules {
  private static final int SHOWN = 4;

  /** Subsection that ends QEMU where the processor lacks the timer. */
  private static final String TIMER = "cpu/wfxt-timer";

  private final Map<Long, Long> known;

  TargetRegisterInspector(Findings findings, Target target, TargetFacts facts) {
    super(findings, target);
    known = facts.registers();
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    if (event instanceof Event.Device e
        && e.state().isPresent()
        && e.section().name().equals(ArmRegisters.SECTION)
        && !known.isEmpty()) {
      applied(Rule.TARGET_FIELD);
      registers(e.section(), ArmRegisters.of(e.state().get()));
      timer(e.section(), e.state().get());
    }
  }

  private void registers(Section section, Map<Long, Long> sent) {
    List<String> names = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    List<String> other = new ArrayList<>();
    int place = 0;
    for (Map.Entry<Long, Long> register : sent.entrySet()) {
      long number = register.getKey();
      String name = "0x" + Long.toHexString(number);
      Long own = known.get(number);
      if (own == null) {
        gone.add(Integer.toString(place));
        names.add(name);
      } else if (!own.equals(register.getValue()) && ArmRegisters.isIdentity(number)) {
        other.add(place + "=0x" + Long.toHexString(own));
        names.add(name);
      }
      place++;
    }
    List<String> missing = missing(sent);
    boolean more = sent.size() > known.size();
    if (!names.isEmpty() || isMissed(sent)) {
      add(
          here(
                  // up to 10.x their number alone is refused
                  more ? Reason.TARGET_REGISTERS_MORE : Reason.TARGET_REGISTER_UNKNOWN,
                  Facts.named(section.name(), section.instance(), sent.size(), known.size()),
                  last(),
                  words(section, gone.size(), other.size(), sent.size())
                      + (missing.isEmpty() ? "" : ", and has " + missing.size() + " more")
                      + (names.isEmpty() ? "" : ": ")
                      + String.join(", ", names.subList(0, Math.min(SHOWN, names.size())))
                      + (names.size() > SHOWN ? " and others" : ""))
              .with(
                  Map.of(
                      "registers",
                      String.join(",", gone),
                      "values",
                      String.join(",", other),
                      "missing",
                      String.join(",", missing),
                      "count",
                      (long) sent.size(),
                      "section",
                      section.name() + "#" + section.instance(),
                      "cure",
                      "start the target with the processor of the image, or upgrade --target, which"
                          + " makes it the target's")));
    }
  }

  /**
   * Reports whether the target has a register that was not sent and is not zero: a loader writes
   * what its memory held by chance, and refuses a register that reads as something else.
   */
  private boolean isMissed(Map<Long, Long> sent) {
    return known.entrySet().stream()
        .anyMatch(e -> e.getValue() != 0 && !sent.containsKey(e.getKey()));
  }

  /**
   * Returns registers of the target that were not sent, in their order: each with the place that it
   * comes after when the others are the target's, its number and its value. The first register of
   * all is the same in every list.
   */
  private List<String> missing(Map<Long, Long> sent) {
    List<String> result = new ArrayList<>();
    int place = 0;
    for (Map.Entry<Long, Long> own : known.entrySet()) {
      if (place > 0 && !sent.containsKey(own.getKey())) {
        result.add(String.format(Locale.ROOT, "%d=%x=%x", place - 1, own.getKey(), own.getValue()));
      }
      place++;
    }
    return result;
  }

  private static String words(Section section, int gone, int other, int all) {
    return String.format(
        Locale.ROOT,
        "%s %d: the target's processor does not have %d of %d registers, and has another identity"
            + " in %d",
        section.name(),
        section.instance(),
        gone,
        all,
        other);
  }

  private void timer(Section section, StateNode state) {
    boolean sent = state.subsections().stream().anyMatch(s -> s.desc().name().equals(TIMER));
    boolean own =
        target()
            .own()
            .flatMap(d -> d.find(section.name(), section.instance()))
            .filter(d -> d.state().subsections().stream().noneMatch(s -> s.name().equals(TIMER)))
            .isEmpty();
    if (sent && !own) {
      String path = section.name() + "#" + section.instance() + "." + TIMER;
      add(
          here(
                  Reason.TARGET_TIMER_MISSING,
                  Facts.NONE,
                  last(),
                  path + ": the target's processor does not have this timer")
              .with(
                  Map.of(
                      "subsection",
                      path,
                      "cure",
                      "start the target with the processor of the image, or upgrade --target, which"
                          + " takes the subsection away")));
    }
  }
}
