package org.vmstate.analyzer.info;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.vmstate.analyzer.domain.DomainFacts;
import org.vmstate.analyzer.physical.PhysicalMap;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.stream.StreamConfiguration;

/**
 * The facts about an image.
 *
 * @param image its name
 * @param format layout
 * @param compressedWith compression of a bare stream, if any
 * @param size length in bytes, where it is known
 * @param diskSize bytes on disk, where the file system tells
 * @param streamOffset file offset of a bare stream after unused space
 * @param saveHeader libvirt header, if any
 * @param domain facts from the domain XML, if any
 * @param configuration the stream's configuration, empty when the stream was not reached
 * @param blocks RAM blocks, empty when the stream ends before them
 * @param memory the guest-physical memory, where there are blocks
 * @param devices number of described device sections, where a description was found
 * @param unused bytes after the stream, as far as it was read to its end
 * @param problem why the image is not whole, as far as that was seen
 * @param restore what to expect of a restore
 */
public record ImageInfo(
    String image,
    FormatId format,
    Optional<Compression> compressedWith,
    OptionalLong size,
    OptionalLong diskSize,
    long streamOffset,
    Optional<SaveHeader> saveHeader,
    Optional<DomainFacts> domain,
    Optional<StreamConfiguration> configuration,
    List<RamBlock> blocks,
    Optional<PhysicalMap> memory,
    OptionalInt devices,
    long unused,
    Optional<StateFormatException> problem,
    String restore) {

  /** Returns the same of an image that turned out not to be whole; what was known before stays. */
  public ImageInfo broken(StateFormatException found) {
    if (problem.isPresent()) {
      return this;
    }
    return new ImageInfo(
        image,
        format,
        compressedWith,
        size,
        diskSize,
        streamOffset,
        saveHeader,
        domain,
        configuration,
        blocks,
        memory,
        devices,
        unused,
        Optional.of(found),
        "no: " + found.getMessage());
  }

  /** Returns where the pages of a fixed layout lie. */
  public Optional<PageAreas> areas() {
    return PageAreas.of(blocks, format);
  }

  /** Returns the sum of the blocks' lengths in bytes. */
  public long ramLength() {
    return blocks.stream().mapToLong(RamBlock::usedLength).sum();
  }
}
