package org.vmstate.analyzer.change;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.analyzer.samples.Sample;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.Limits;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.event.SourceBytes;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.device.DeviceDecoders;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.vmdesc.DescriptionParser;
import org.vmstate.parser.vmdesc.StateDecoder;
import org.vmstate.writer.vmdesc.StateDescriptionWriter;
import org.vmstate.writer.vmdesc.StateEncoder;

/** What was decoded gives the same bytes again, for every described section of every sample. */
class StateEncodingTest {
  @TempDir Path scratch;

  static Stream<Sample> samples() throws IOException {
    // the state in a disk is that of another sample
    return Samples.list().stream()
        .filter(s -> !s.name().contains("no-description") && !s.name().contains("qcow2"));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void encodingIsTheReverseOfDecoding(Sample sample) throws IOException {
    Path file = scratch.resolve("sample");
    Samples.unpack(sample.name(), file);
    int[] sections = new int[1];
    try (ByteSource source = ImageReader.open(file)) {
      ImageReader.read(
          source,
          ParseOptions.DEFAULT,
          new EventSink() {
            @Override
            public boolean wants(Want want) {
              return want == Want.DATA;
            }

            @Override
            public void accept(Event event) throws IOException {
              if (event instanceof Event.Device e && e.state().isPresent()) {
                sections[0]++;
                same(e.section(), e.state().get(), e.content());
              }
            }
          });
    }
    assertTrue(sections[0] > 5, "sections " + sections[0]);
  }

  private static void same(Section section, StateNode state, SourceBytes content)
      throws IOException {
    byte[] payload = new byte[(int) state.range().length()];
    content.copy(state.range().start(), ByteBuffer.wrap(payload));
    assertArrayEquals(payload, StateEncoder.encode(state), section.name());
    StateNode expanded = DeviceDecoders.expand(state);
    assertArrayEquals(payload, StateEncoder.encode(expanded), section.name());
    // a description written anew of the tree leads to the same tree
    String device = StateDescriptionWriter.device(section.name(), section.instance(), expanded);
    String text = "{\"page_size\": 4096, \"devices\": [" + device + "]}";
    StateDesc again =
        DescriptionParser.parse(text.getBytes(StandardCharsets.UTF_8), 0, Limits.DEFAULT)
            .devices()
            .getFirst()
            .state();
    HeapSource source = new HeapSource(payload, 0, new StructurePath());
    StateNode decoded = StateDecoder.decode(source, again, Limits.DEFAULT);
    assertEquals(payload.length, decoded.range().end(), section.name());
    assertArrayEquals(payload, StateEncoder.encode(decoded), section.name());
  }
}
