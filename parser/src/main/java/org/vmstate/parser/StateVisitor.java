package org.vmstate.parser;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.element.Section;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.formats.vmdesc.VmDescription;
import org.vmstate.parser.io.ByteSource;

/** Is told what a pass over an image finds, in the order of the file. */
public interface StateVisitor {

  /** Takes the next element; ranges ascend without holes. */
  default void element(Element element) throws IOException {}

  /** Takes the envelope of a libvirt image behind its elements; the cookie may be empty. */
  default void envelope(Envelope envelope, String xml, String cookie) throws IOException {}

  /** Tells that the following elements lie in the unpacked stream, whose offsets start at 0. */
  default void unpacking(Compression compression) throws IOException {}

  /**
   * Takes the source to which the offsets of the stream refer, before the first of its elements,
   * and again where the rest of a pipe is put aside. It can be read at random only when the pass
   * was asked to keep the content, and to the extent that {@link #wantsData} gives.
   */
  default void content(ByteSource source) throws IOException {}

  /** Takes the configuration behind its elements; called once also when the stream has none. */
  default void configuration(StreamConfiguration configuration) throws IOException {}

  /** Takes the RAM block list behind its elements. */
  default void ramBlocks(List<RamBlock> blocks) throws IOException {}

  /** Takes pages, of a sequential layout behind their element, of a fixed layout in block order. */
  default void pages(PageRun run) throws IOException {}

  /**
   * Takes the state of a device section behind its payload's element.
   *
   * @param state decoded state, empty when the section is opaque
   * @param problem why the section could not be decoded though there is a description
   */
  default void deviceState(Section section, Optional<StateNode> state, Optional<Problem> problem)
      throws IOException {}

  /** Takes the description of the device state as soon as it is known. */
  default void description(VmDescription description) throws IOException {}

  /** Takes something odd that did not stop the pass. */
  default void notice(Problem problem) throws IOException {}

  /**
   * Tells whether the bytes of pages and sections are read by {@link ByteSource#copy} from the
   * content of the moment while they are told. From a pipe, runs of pages are then short.
   */
  default boolean wantsData() {
    return false;
  }

  /** Tells whether {@link #pages} is wanted for fixed layouts, whose bitmaps are then read. */
  default boolean wantsMappedPages() {
    return false;
  }
}
