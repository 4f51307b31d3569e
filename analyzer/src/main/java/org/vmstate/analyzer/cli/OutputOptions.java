package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.PageOptions;
import org.vmstate.analyzer.convert.SaveHeaderOptions;
import org.vmstate.analyzer.domain.DomainXmlCheck;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.GivenFile;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.NamedIOException;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.ram.FixedFormat;
import org.vmstate.writer.compress.Compressor;
import picocli.CommandLine.Model.CommandSpec;

/** The {@code -o key=value,...} of a command that writes; a comma in a value is doubled. */
final class OutputOptions {
  static final List<String> LIBVIRT_ONLY =
      List.of("save-version", "byte-order", "xml", "cookie", "running");

  private static final List<String> DISK_ONLY = List.of("snapshot", "layout");

  /** What commands other than convert say of the option. */
  static final String HELP = "Options of the output, as convert has them.";

  private final Map<String, String> values = new LinkedHashMap<>();
  private final FormatId target;

  /** Returns the keys that an image can have, and more of a command's own. */
  static List<String> keys(String... more) {
    List<String> all = new ArrayList<>(LIBVIRT_ONLY);
    all.addAll(List.of("align", "compression-level"));
    all.addAll(List.of(more));
    return List.copyOf(all);
  }

  /** The same for a command that writes disks, too. */
  static List<String> diskKeys(String... more) {
    List<String> all = new ArrayList<>(DISK_ONLY);
    all.addAll(keys(more));
    return List.copyOf(all);
  }

  /** Takes the strings of all {@code -o} options. */
  OutputOptions(FormatId target, List<String> strings, List<String> known)
      throws ConversionException {
    this.target = target;
    for (String text : strings) {
      for (String part : text.split("(?<!,),(?!,)")) {
        String pair = part.replace(",,", ",");
        int equals = pair.indexOf('=');
        String key = equals < 0 ? pair : pair.substring(0, equals);
        if (!known.contains(key)) {
          throw ConversionException.named(
              "-o " + pair + ": expected one of " + String.join(", ", known));
        }
        if (equals < 0) {
          throw ConversionException.named("-o " + pair + ": expected " + pair + "=VALUE");
        }
        values.put(key, pair.substring(equals + 1));
      }
    }
    for (String key : LIBVIRT_ONLY) {
      if (values.containsKey(key) && !target.isLibvirt()) {
        throw ConversionException.named(
            "-o " + key + ": " + target.label() + " has no libvirt header");
      }
    }
  }

  /** Reads all {@code -o} options of a command. */
  static OutputOptions given(CommandSpec spec, FormatId target, List<String> known)
      throws ConversionException {
    return new OutputOptions(target, CommandBuilder.values(spec, "-o"), known);
  }

  /** Returns what the options say of the save header, the layout and the pages. */
  ConvertOptions allOptions(boolean direct, int workers) throws IOException {
    return imageOptions()
        .with(new PageOptions(bool("compact").orElse(false), base(), is2011(), direct, workers));
  }

  /** Returns what the options say of the save header and the layout. */
  ConvertOptions imageOptions() throws IOException {
    requireHeap();
    return ConvertOptions.to(target)
        .with(new SaveHeaderOptions(saveVersion(), bigEndian(), xml(), cookie(), bool("running")))
        .aligned(align())
        .level(level());
  }

  /** Refuses what is of a disk only, unless the output is one. */
  void requireDisk(boolean disk) throws ConversionException {
    for (String key : DISK_ONLY) {
      if (!disk && values.containsKey(key)) {
        throw ConversionException.named("-o " + key + ": " + target.label() + " has no snapshots");
      }
    }
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key));
  }

  private ConversionException wrong(String key, String expected) {
    return ConversionException.named(
        "-o " + key + "=" + values.get(key) + ": expected " + expected);
  }

  OptionalInt saveVersion() throws ConversionException {
    String value = values.get("save-version");
    if (value == null) {
      return OptionalInt.empty();
    }
    if (!value.matches("[123]")) {
      throw wrong("save-version", "1, 2 or 3");
    }
    return OptionalInt.of(Integer.parseInt(value));
  }

  Optional<Boolean> bigEndian() throws ConversionException {
    return choice("byte-order", "be", "le");
  }

  Optional<Boolean> bool(String key) throws ConversionException {
    return choice(key, "yes", "no");
  }

  private Optional<Boolean> choice(String key, String ifTrue, String ifFalse)
      throws ConversionException {
    String value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.equals(ifTrue) && !value.equals(ifFalse)) {
      throw wrong(key, ifTrue + " or " + ifFalse);
    }
    return Optional.of(value.equals(ifTrue));
  }

  /** Returns the image that deltas start from. */
  Optional<Path> base() throws ConversionException {
    for (String key : List.of("xbzrle-base", "xbzrle")) {
      if (values.containsKey(key)) {
        ConvertOptions.to(target).refuseDeltas("-o " + key);
      }
    }
    if (values.containsKey("compact") && target.isFixed()) {
      throw ConversionException.named(
          "-o compact: " + target.label() + " keeps one version of each page");
    }
    if (values.containsKey("xbzrle") && !values.containsKey("xbzrle-base")) {
      throw ConversionException.named("-o xbzrle: deltas need -o xbzrle-base=FILE");
    }
    return text("xbzrle-base").map(Path::of);
  }

  /** Reports whether deltas have the form of 2011. */
  boolean is2011() throws ConversionException {
    return choice("xbzrle", "2011", "current").orElse(false);
  }

  OptionalLong align() throws ConversionException {
    if (!values.containsKey("align")) {
      return OptionalLong.empty();
    }
    if (!target.isFixed()) {
      throw ConversionException.named("-o align: " + target.label() + " has no page areas");
    }
    OptionalLong size = size("align");
    long value = size.orElse(0);
    if (Long.bitCount(value) != 1 || value < 256 || value > FixedFormat.MOST_ALIGN) {
      throw wrong("align", "a power of two from 256 to 1G");
    }
    return size;
  }

  /** Reads a size with an optional K, M or G. */
  OptionalLong size(String key) throws ConversionException {
    String value = values.get(key);
    if (value == null) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        Quantities.size(value).orElseThrow(() -> wrong(key, "a number of bytes, such as 64K")));
  }

  OptionalInt level() throws ConversionException {
    String value = values.get("compression-level");
    if (value == null) {
      return OptionalInt.empty();
    }
    int[] levels = Compressor.levels(target.compression().orElse(Compression.RAW));
    if (levels[1] == 0) {
      throw ConversionException.named(
          "-o compression-level: " + target.label() + " has no levels to choose from");
    }
    if (!value.matches("\\d{1,2}")
        || Integer.parseInt(value) < levels[0]
        || Integer.parseInt(value) > levels[1]) {
      throw wrong("compression-level", levels[0] + " to " + levels[1]);
    }
    return OptionalInt.of(Integer.parseInt(value));
  }

  /** Refuses a level for which the heap is too small, before work begins. */
  private void requireHeap() throws IOException {
    Compression compression = target.compression().orElse(Compression.RAW);
    OptionalInt missing = Compressor.heapMissing(compression, level());
    if (missing.isPresent()) {
      throw ConversionException.named(
          "-o compression-level: "
              + target.label()
              + " needs a Java heap of "
              + missing.getAsInt()
              + " MiB at this level; VMSTATE_IMG_HEAP="
              + missing.getAsInt()
              + "m gives it");
    }
  }

  /** Returns the domain XML of a file, which must be well-formed. */
  Optional<String> xml() throws IOException {
    if (!values.containsKey("xml")) {
      return Optional.empty();
    }
    String xml = readText(Path.of(values.get("xml")));
    DomainXmlCheck.require(values.get("xml"), xml, "domain");
    return Optional.of(xml);
  }

  /** Returns the cookie XML of a file; the name {@code none} stands for no cookie. */
  Optional<String> cookie() throws IOException {
    String value = values.get("cookie");
    if (value == null) {
      return Optional.empty();
    }
    if (value.equals("none")) {
      return Optional.of("");
    }
    String xml = readText(Path.of(value));
    DomainXmlCheck.require(value, xml, "cookie");
    return Optional.of(xml);
  }

  static String readText(Path file) throws IOException {
    GivenFile.requireFile(file);
    if (Files.size(file) > Limits.DEFAULT.xmlBytes() / 2) {
      throw ConversionException.named(file + ": too long for a domain XML");
    }
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw ConversionException.named(file + ": expected UTF-8");
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw NamedIOException.of(file, e);
    }
  }
}
