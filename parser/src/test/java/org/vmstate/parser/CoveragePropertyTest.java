package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.vmstate.formats.event.Event;
import org.vmstate.testkit.DeviceRecipe;
import org.vmstate.testkit.ImageArbitraries;
import org.vmstate.testkit.ImageRecipe;

/** What generated images mean is what is read, wherever they lie; their bytes are covered. */
class CoveragePropertyTest {

  @Provide
  Arbitrary<ImageRecipe> recipes() {
    return ImageArbitraries.recipes();
  }

  @Property(tries = 300)
  void elementsAreTheSameFromHeapFileAndPipe(@ForAll("recipes") ImageRecipe recipe)
      throws IOException {
    byte[] image = recipe.sequential();
    List<String> heap = elements(image, Recording.Place.HEAP);
    assertEquals(heap, elements(image, Recording.Place.FILE));
    assertEquals(heap, elements(image, Recording.Place.PIPE));
  }

  private static List<String> elements(byte[] image, Recording.Place place) throws IOException {
    return Recording.of(image, ParseOptions.DEFAULT, place).said();
  }

  @Property(tries = 300)
  void memoryIsWhatTheLastRecordsSay(@ForAll("recipes") ImageRecipe recipe) throws IOException {
    for (Recording r :
        List.of(
            Recording.withMemory(recipe.sequential(), Recording.Place.HEAP),
            Recording.withMemory(recipe.sequential(), Recording.Place.PIPE),
            Recording.withMemory(recipe.mapped(4096), Recording.Place.HEAP))) {
      for (int block = 0; block < recipe.blockPages().size(); block++) {
        assertArrayEquals(recipe.memory(block), r.memory(block));
      }
    }
  }

  @Property(tries = 100)
  void mappedImagesAreCovered(@ForAll("recipes") ImageRecipe recipe) throws IOException {
    byte[] image = recipe.mapped(8192);
    assertEquals(elements(image, Recording.Place.HEAP), elements(image, Recording.Place.FILE));
  }

  @Property(tries = 200)
  void devicesAreDecodedWithADescriptionAndFramedWithout(@ForAll("recipes") ImageRecipe recipe)
      throws IOException {
    Recording r = Recording.of(recipe.sequential());
    List<byte[]> payloads = recipe.devices().stream().map(DeviceRecipe::payload).toList();
    List<Event.Device> elements = r.all(Event.Device.class);
    assertEquals(payloads.size(), elements.size());
    for (int i = 0; i < payloads.size(); i++) {
      assertEquals(payloads.get(i).length, elements.get(i).range().length());
      var state = r.states.get(elements.get(i).section());
      assertEquals(recipe.described(), state.isPresent());
      if (recipe.described()) {
        assertArrayEquals(payloads.get(i), state.orElseThrow().fields().getFirst().raw());
      }
    }
    assertTrue(r.notices.isEmpty(), r.notices.toString());
  }
}
