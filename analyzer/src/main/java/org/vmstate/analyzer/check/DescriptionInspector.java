package org.vmstate.analyzer.check;

import java.io.IOException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.vmdesc.RepeatedMember;
import org.vmstate.formats.vmdesc.VmDescription;

/** Rules on the text of the description. */
final class DescriptionInspector extends Inspector {
  private VmDescription description;

  DescriptionInspector(Findings findings) {
    super(findings);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      case Event.Described e -> description = e.description();
      case Event.Description _ when description != null -> members();
      default -> {}
    }
  }

  private void members() {
    applied(Rule.DESCRIPTION_MEMBERS);
    for (RepeatedMember member : description.repeated()) {
      add(
          here(
              Rule.DESCRIPTION_MEMBERS,
              member.offset(),
              "description: member " + member.name() + " stands twice in one object"));
    }
  }
}
