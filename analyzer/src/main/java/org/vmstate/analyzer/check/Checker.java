package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Checks an image in one pass, which an error of its format ends early. */
public final class Checker {
  /** What is told by an inspector with what the release makes of it. */
  private static final Set<Reason> TOLD =
      Set.of(Reason.DEVICE_SUBSECTION_UNKNOWN, Reason.RAM_FLUSH_ADDRESS, Reason.DESCRIPTION_LENGTH);

  private final ParseOptions options;
  private final CheckOptions what;

  /** Checks with options. */
  public Checker(ParseOptions options, CheckOptions what) {
    this.options = options;
    this.what = what;
  }

  /** Makes the pass. */
  public CheckResult check(ByteSource source) throws IOException {
    return check(source, event -> {});
  }

  /** Makes the pass, which a sink follows. */
  public CheckResult check(ByteSource source, EventSink beside) throws IOException {
    Findings findings = new Findings(what.release());
    List<Inspector> inspectors = new ArrayList<>();
    inspectors.add(new SaveHeaderInspector(findings));
    inspectors.add(new ConfigurationInspector(findings));
    if (what.target().isEmpty()) {
      inspectors.add(new MachineInspector(findings));
    }
    SectionInspector sections = new SectionInspector(findings, what.disk().isPresent());
    inspectors.add(sections);
    inspectors.add(new CommandInspector(findings));
    inspectors.add(new DescribedInspector(findings));
    RamInspector ram = new RamInspector(findings);
    inspectors.add(ram);
    MappedInspector mapped = new MappedInspector(findings, what.map());
    inspectors.add(mapped);
    inspectors.add(new DeviceInspector(findings));
    inspectors.add(new ArmRegisterInspector(findings));
    inspectors.add(new IterableInspector(findings));
    inspectors.add(new VirtioInspector(findings));
    inspectors.add(new VirtioStateInspector(findings));
    inspectors.add(new DescriptionInspector(findings));
    if (what.align() > 0) {
      inspectors.add(new DirectInspector(findings, what.align(), what.origin()));
    }
    what.target()
        .ifPresent(
            target -> {
              inspectors.add(new TargetMemoryInspector(findings, target));
              inspectors.add(new TargetInspector(findings, target));
              inspectors.add(new TargetDeviceInspector(findings, target));
            });
    what.target().ifPresent(target -> inspectors.add(new HostInspector(findings, target)));
    what.target()
        .flatMap(Target::facts)
        .ifPresent(facts -> inspectors.add(new TargetFactsInspector(findings, facts)));
    what.target()
        .filter(target -> target.facts().isPresent())
        .ifPresent(
            target ->
                inspectors.add(
                    new TargetRegisterInspector(findings, target, target.facts().get())));
    what.disk().ifPresent(disk -> inspectors.add(new DiskInspector(findings, disk)));
    Optional<StateFormatException> error = Optional.empty();
    Optional<Outcome> outcome = Optional.empty();
    try {
      // what is broken is told by the inspectors, each thing by its rule
      List<EventSink> sinks = new ArrayList<>(inspectors);
      sinks.add(beside);
      EventSink all = new Fanout(sinks, hasMemory());
      outcome = Optional.of(ImageReader.survey(source, options, all));
      notWhole(outcome.get(), findings, sections.source());
    } catch (StateFormatException e) {
      error = Optional.of(e);
      Finding finding = ParseErrors.of(e, sections.source());
      findings.add(mapped.movement() == 0 ? finding : mapped.movedInstead(finding));
    }
    if (!what.channels().isEmpty()) {
      channels(ram.channels());
    }
    for (Inspector inspector : inspectors) {
      // pages that were passed over are not missed
      boolean seen = inspector != ram || hasMemory();
      inspector.finish(seen && error.isEmpty() && sections.isFinished());
    }
    return new CheckResult(findings, error, outcome);
  }

  private boolean hasMemory() {
    return options.extent() == ParseOptions.Extent.WHOLE;
  }

  /** Returns what is to be said when the image's place in a container is damaged. */
  public CheckResult unopened(StateFormatException e) throws IOException {
    Findings findings = new Findings(what.release());
    findings.add(ParseErrors.of(e, null));
    return new CheckResult(findings, Optional.of(e), Optional.empty());
  }

  /** No other verb takes an image that is not whole, even where a loader would. */
  private static void notWhole(Outcome outcome, Findings findings, SourceBytes content)
      throws IOException {
    if (outcome instanceof Outcome.Broken broken
        && !TOLD.contains(broken.problem().reason())
        && !(broken.problem() instanceof UnsupportedFeatureException)
        && !findings.has(Severity.ERROR)) {
      findings.add(ParseErrors.of(broken.problem(), content).as(Severity.ERROR));
    }
  }

  private void channels(ChannelChecker channels) throws IOException {
    for (Path recording : what.channels()) {
      try (ByteSource channel = ImageReader.open(recording)) {
        channels.channel(String.valueOf(recording.getFileName()), channel);
      }
    }
    channels.finish();
  }
}
