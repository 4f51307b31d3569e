package org.vmstate.formats.layout;

import java.util.Optional;

/** Pages as records, each headed by a word; a page may come more than once, and as a delta. */
record Sequential() implements StreamLayout {
  @Override
  public Optional<String> capability() {
    return Optional.empty();
  }

  @Override
  public boolean endsParts() {
    return true;
  }

  @Override
  public Optional<String> refusal() {
    return Optional.empty();
  }

  @Override
  public Optional<String> noDeltas() {
    return Optional.empty();
  }
}
