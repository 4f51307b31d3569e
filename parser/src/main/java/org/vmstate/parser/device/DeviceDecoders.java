package org.vmstate.parser.device;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.vmstate.formats.device.PciFormat;
import org.vmstate.formats.device.VirtioFormat;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.FieldType;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * The registry of decoders. To add one: a class in this package, and its line here.
 *
 * <p>A decoded field keeps its bytes and gets one element, the tree of its fields; a field that no
 * decoder knows, or that is not what its decoder expects, stays bytes.
 */
public final class DeviceDecoders {
  private static final Map<String, DeviceDecoder> BY_TYPE =
      Map.of(
          VirtioFormat.TYPE,
          new VirtioDecoder(),
          PciFormat.TYPE,
          new PciConfigDecoder(),
          PciFormat.MSIX_TYPE,
          new MsixDecoder(),
          VirtioGpuDecoder.TYPE,
          new VirtioGpuDecoder(),
          "scsi-requests",
          new ScsiRequestsDecoder(),
          "shpc",
          new ShpcDecoder(),
          "usb-redir-packet-id-q",
          UsbRedirDecoders::ids,
          "usb-redir-bufpq",
          UsbRedirDecoders::packets,
          "usb-redir-parser",
          UsbRedirDecoders::parser);

  private DeviceDecoders() {}

  /** Returns the state of a device with what is opaque decoded where that is possible. */
  public static StateNode expand(StateNode state) {
    return expandWith(state, (field, problem) -> {});
  }

  /**
   * Returns the state of a device with what is opaque decoded where that is possible, empty when
   * the section is not understood at all.
   *
   * @param notes takes why a field that has a decoder stays bytes
   */
  public static Optional<StateNode> decode(Event.Device device, Consumer<String> notes)
      throws IOException {
    Optional<StateNode> decoded = SectionDecoders.decode(device, device.section());
    return decoded.isPresent() ? decoded : device.state().map(state -> expand(state, notes));
  }

  /**
   * Returns the state of a device with what is opaque decoded where that is possible.
   *
   * @param notes takes why a field that has a decoder stays bytes
   */
  public static StateNode expand(StateNode state, Consumer<String> notes) {
    return expandWith(
        state,
        (field, problem) ->
            notes.accept(
                field.desc().name()
                    + ": "
                    + problem
                        .map(Problem::words)
                        .orElse("a form of " + field.desc().typeName() + " that is not known")));
  }

  /** Accepts why a field that has a decoder stays bytes. */
  public interface Undecoded {
    /** Accepts a problem, none where the form is not known. */
    void field(FieldNode field, Optional<Problem> problem);
  }

  /**
   * Returns the state of a device with what is opaque decoded where that is possible.
   *
   * @param undecoded takes why a field that has a decoder stays bytes
   */
  public static StateNode expandWith(StateNode state, Undecoded undecoded) {
    return state(state.desc().name(), state, undecoded);
  }

  private static StateNode state(String device, StateNode node, Undecoded notes) {
    List<FieldNode> fields = new ArrayList<>(node.fields().size());
    boolean changed = false;
    for (FieldNode field : node.fields()) {
      FieldNode expanded = field(device, field, notes);
      changed |= expanded != field;
      fields.add(expanded);
    }
    List<StateNode> subsections = new ArrayList<>(node.subsections().size());
    for (StateNode subsection : node.subsections()) {
      StateNode expanded = state(device, subsection, notes);
      changed |= expanded != subsection;
      subsections.add(expanded);
    }
    return changed ? new StateNode(node.desc(), node.range(), fields, subsections) : node;
  }

  private static FieldNode field(String device, FieldNode field, Undecoded notes) {
    if (!field.elements().isEmpty()) {
      List<StateNode> elements = new ArrayList<>(field.elements().size());
      boolean changed = false;
      for (StateNode element : field.elements()) {
        StateNode expanded = state(device, element, notes);
        changed |= expanded != element;
        elements.add(expanded);
      }
      return changed ? new FieldNode(field.desc(), field.range(), field.raw(), elements) : field;
    }
    DeviceDecoder decoder =
        field.desc().type() == FieldType.OPAQUE && field.desc().count() == 1
            ? BY_TYPE.get(field.desc().typeName())
            : null;
    if (decoder == null) {
      return field;
    }
    try {
      Optional<StateNode> decoded = decoder.decode(device, field);
      if (decoded.isPresent()) {
        return new FieldNode(field.desc(), field.range(), field.raw(), List.of(decoded.get()));
      }
      notes.field(field, Optional.empty());
    } catch (StateFormatException e) {
      notes.field(field, Optional.of(e.problem()));
    }
    return field;
  }
}
