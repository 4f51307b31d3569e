package org.vmstate.analyzer.check;

import org.vmstate.formats.element.Element;
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
  public void description(VmDescription found) {
    description = found;
  }

  @Override
  public void element(Element element) {
    if (!(element instanceof Element.Description) || description == null) {
      return;
    }
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
