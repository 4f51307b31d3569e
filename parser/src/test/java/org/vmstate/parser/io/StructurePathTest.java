package org.vmstate.parser.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StructurePathTest {
  @Test
  void partsAreEnteredAndLeft() {
    StructurePath path = new StructurePath();
    assertEquals("", path.toString());
    for (int i = 0; i < 20; i++) {
      path.push("p" + i);
    }
    assertEquals(20, path.depth());
    path.leave(2);
    path.leave(5);
    path.setDetail(() -> "item[3]");
    assertEquals("p0.p1.item[3]", path.toString());
    path.setDetail(null);
    path.pop();
    assertEquals("p0", path.toString());
    path.clear();
    assertEquals("", path.toString());
  }

  /** A thread that copies says where the pass is when it fails. */
  @Test
  void anotherThreadMayAskWhileItChanges() throws InterruptedException {
    StructurePath path = new StructurePath();
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (!done.get()) {
                      String text = path.toString();
                      assertTrue(text.matches("(part(\\.part)*(\\.detail)?)?|\\.detail"), text);
                    }
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                });
    for (int i = 0; i < 20_000 && other.isAlive(); i++) {
      for (int k = 0; k < i % 40; k++) {
        path.push("part");
      }
      path.setDetail(() -> "detail");
      path.leave(i % 7);
      path.clear();
    }
    done.set(true);
    other.join();
    assertEquals(null, failure.get());
  }
}
