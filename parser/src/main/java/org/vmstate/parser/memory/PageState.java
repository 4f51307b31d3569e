package org.vmstate.parser.memory;

/** What an image says of the final content of a page. */
public enum PageState {
  /** The page's bytes can be read. */
  DATA("data"),
  /** All bytes are the same, mostly zero. */
  FILL("fill"),
  /** The image has nothing of the page: a restore leaves it as the machine made it. */
  NEVER_SENT("never sent"),
  /** The whole block was left out by x-ignore-shared: its memory is in the file that backs it. */
  LEFT_OUT("left out");

  private final String label;

  PageState(String label) {
    this.label = label;
  }

  /** Returns the name used in reports. */
  public String label() {
    return label;
  }

  /** Reports whether the image has nothing of the page. */
  public boolean isAbsent() {
    return this == NEVER_SENT || this == LEFT_OUT;
  }
}
