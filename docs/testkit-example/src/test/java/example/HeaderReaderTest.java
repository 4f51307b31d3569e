package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.vmstate.testkit.Corruptor;
import org.vmstate.testkit.Defects;
import org.vmstate.testkit.ImageArbitraries;
import org.vmstate.testkit.ImageRecipe;
import org.vmstate.testkit.MappedParts;
import org.vmstate.testkit.Oracle;
import org.vmstate.testkit.Parts;

/** The tests of a small reader, which knows the magic, the version and the machine's name. */
class HeaderReaderTest {
  private static final int HEADER = 13;

  /** The reader under test. */
  private static String machine(byte[] image) {
    ByteBuffer in = ByteBuffer.wrap(image);
    if (image.length < HEADER || in.getInt() != 0x5145564d || in.getInt() != 3 || in.get() != 7) {
      throw new IllegalArgumentException("not a stream");
    }
    int length = in.getInt();
    if (length < 1 || length > in.remaining()) {
      throw new IllegalArgumentException("machine name");
    }
    return new String(image, HEADER, length, StandardCharsets.ISO_8859_1);
  }

  private static final Oracle OURS =
      image -> {
        try {
          machine(image);
          return Oracle.Answer.LOADS;
        } catch (IllegalArgumentException e) {
          return Oracle.Answer.REFUSES;
        }
      };

  private static boolean accepts(byte[] image) {
    try {
      return OURS.ask(image) == Oracle.Answer.LOADS;
    } catch (Exception e) {
      return false;
    }
  }

  @Provide
  Arbitrary<ImageRecipe> recipes() {
    return ImageArbitraries.recipes();
  }

  @Property(tries = 100)
  void machineIsReadFromEveryLayout(@ForAll("recipes") ImageRecipe recipe) {
    assertEquals("test-1.0", machine(recipe.sequential()));
    assertEquals("test-1.0", machine(recipe.mapped(4096)));
  }

  @Test
  void imagesInPartsCanBeChanged() {
    assertEquals("test-1.0", machine(Parts.sequential().toBytes()));
    assertEquals("test-1.0", machine(new MappedParts().blocks(2).toBytes()));
  }

  @Test
  void defectsOfTheHeaderAreRefused() throws Exception {
    List<String> accepted =
        Defects.all().stream()
            .filter(d -> d.code().equals("V001") || d.code().equals("V002"))
            .filter(d -> accepts(d.bytes()))
            .map(Object::toString)
            .toList();
    assertEquals(List.of(), accepted);
    assertTrue(Defects.all().size() > 100);
  }

  /** Two readers that should agree; here the second takes any length for the name. */
  @Test
  void disagreementsAreListed() throws Exception {
    Oracle lax = image -> image.length > 8 && image[7] == 3 ? Oracle.Answer.LOADS : OURS.ask(image);
    byte[] good = Parts.sequential().toBytes();
    List<Oracle.Disagreement> found = Oracle.compare(OURS, lax, Corruptor.prefixes(good));
    assertEquals(12, found.size());
    assertEquals("cut at 9", found.getFirst().image().defect());
  }
}
