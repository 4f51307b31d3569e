package org.vmstate.analyzer.cli;

import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * Makes what picocli names by its class. Picocli's own factory looks for Groovy when it is loaded,
 * and finds out in the program's jar that there is none, which takes as long as reading an image.
 */
final class Factory implements IFactory {
  static final Factory INSTANCE = new Factory();

  private Factory() {}

  @Override
  public <K> K create(Class<K> type) throws Exception {
    return type.isInterface()
        ? CommandLine.defaultFactory().create(type)
        : type.getDeclaredConstructor().newInstance();
  }
}
