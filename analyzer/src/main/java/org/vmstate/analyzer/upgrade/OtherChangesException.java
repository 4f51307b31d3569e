package org.vmstate.analyzer.upgrade;

import java.io.IOException;
import java.util.List;
import org.vmstate.analyzer.change.Change;

/** All of an image asks for other changes than what stands around its memory. */
public final class OtherChangesException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient List<Change> changes;

  OtherChangesException(List<Change> changes) {
    super("other changes: " + changes);
    this.changes = List.copyOf(changes);
  }

  /** Returns the changes that are needed. */
  public List<Change> changes() {
    return changes;
  }
}
