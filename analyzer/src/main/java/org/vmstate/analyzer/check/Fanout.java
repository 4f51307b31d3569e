package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.formats.vmdesc.VmDescription;
import org.vmstate.parser.StateVisitor;
import org.vmstate.parser.StreamConfiguration;
import org.vmstate.parser.io.ByteSource;

/** Tells several visitors of one pass. */
final class Fanout implements StateVisitor {
  private final List<? extends StateVisitor> visitors;

  Fanout(List<? extends StateVisitor> visitors) {
    this.visitors = List.copyOf(visitors);
  }

  @Override
  public void element(Element element) throws IOException {
    for (StateVisitor v : visitors) {
      v.element(element);
    }
  }

  @Override
  public void envelope(Envelope envelope, String xml, String cookie) throws IOException {
    for (StateVisitor v : visitors) {
      v.envelope(envelope, xml, cookie);
    }
  }

  @Override
  public void unpacking(Compression compression) throws IOException {
    for (StateVisitor v : visitors) {
      v.unpacking(compression);
    }
  }

  @Override
  public void content(ByteSource source) throws IOException {
    for (StateVisitor v : visitors) {
      v.content(source);
    }
  }

  @Override
  public void configuration(StreamConfiguration configuration) throws IOException {
    for (StateVisitor v : visitors) {
      v.configuration(configuration);
    }
  }

  @Override
  public void ramBlocks(List<RamBlock> blocks) throws IOException {
    for (StateVisitor v : visitors) {
      v.ramBlocks(blocks);
    }
  }

  @Override
  public void pages(PageRun run) throws IOException {
    for (StateVisitor v : visitors) {
      v.pages(run);
    }
  }

  @Override
  public void deviceState(Section section, Optional<StateNode> state, Optional<Problem> problem)
      throws IOException {
    for (StateVisitor v : visitors) {
      v.deviceState(section, state, problem);
    }
  }

  @Override
  public void description(VmDescription description) throws IOException {
    for (StateVisitor v : visitors) {
      v.description(description);
    }
  }

  @Override
  public void notice(Problem problem) throws IOException {
    for (StateVisitor v : visitors) {
      v.notice(problem);
    }
  }

  /** Payloads and pages are looked at; those of a pipe must be at hand. */
  @Override
  public boolean wantsData() {
    return true;
  }

  @Override
  public boolean wantsMappedPages() {
    return true;
  }
}
