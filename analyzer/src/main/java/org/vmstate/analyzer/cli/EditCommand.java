package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.domain.DomainXmlCheck;
import org.vmstate.analyzer.edit.SaveHeaderChange;
import org.vmstate.analyzer.edit.SaveHeaderEditor;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.DiskPlace;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.analyzer.upgrade.ChangeCheck;
import org.vmstate.formats.stream.Capability;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.qcow2.Snapshot;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code vmstate-img edit}. */
final class EditCommand implements Callable<Integer> {

  private CommandSpec spec;

  private EditCommand() {}

  static CommandSpec create() {
    EditCommand command = new EditCommand();
    CommandBuilder builder =
        new CommandBuilder("edit", command)
            .about(
                "Changes a saved state: fields, sections, blocks, or the domain XML around it.",
                "",
                "Fields have the paths that dump prints, after the section's name and, where",
                "there are several, #INSTANCE. The description in the image follows. Nothing is",
                "written unless all is possible and the result passes check.",
                "",
                "Of a libvirt image, the domain XML and how it resumes can be changed instead.",
                "Without --xml, --running, --paused or --features, $VISUAL or $EDITOR is started",
                "on the domain XML. The result goes to OUT; --in-place changes FILE itself, which",
                "is possible as long as the strings fit in front of the stream.",
                "")
            .footer(
                "%nExamples:%n",
                "  vmstate-img edit --in-place guest.save",
                "  vmstate-img edit --xml new.xml --paused guest.save edited.save",
                "  vmstate-img edit --set 'cpu#0.env.tsc=0x1000' guest.img edited.img",
                "  vmstate-img edit --machine pc-q35-7.2 --drop slirp guest.img edited.img")
            .parameter("FILE", "1", "The image: a file, a qcow2 disk, or sample:NAME.")
            .parameter("OUT", "0..1", "The changed copy.")
            .option(Path.class, "XML", "Take the domain XML from this file.", "--xml")
            .flag("--running", "A restore resumes the guest.")
            .flag("--paused", "A restore leaves the guest paused.")
            .option(
                String.class,
                "none|mapped-ram",
                "Feature bits of a version 3 header.",
                "--features")
            .flag("--in-place", "Change FILE itself, also a state in a qcow2 disk.");
    command.spec = Work.addTo(ChangeOptions.addTo(Input.addSnapshot(builder))).spec();
    return command.spec;
  }

  @Override
  public Integer call() throws IOException {
    Path file = CommandBuilder.file(spec, 0);
    String out = CommandBuilder.argument(spec, 1);
    boolean inPlace = CommandBuilder.isSet(spec, "--in-place");
    if (inPlace == (out != null)) {
      throw new ParameterException(
          spec.commandLine(),
          inPlace
              ? "--in-place changes FILE itself; there is no OUT"
              : "give OUT for the changed copy, or --in-place to change FILE itself");
    }
    if (out != null) {
      CommandBuilder.file(spec, 1);
    }
    if (inPlace && Samples.is(file.toString())) {
      throw ConversionException.named(
          file + ": a sample is bundled; give OUT for a changed copy, see vmstate-img samples");
    }
    Input input = new Input(spec);
    if (out != null && Files.exists(Path.of(out)) && Files.isSameFile(input.path(), Path.of(out))) {
      throw ConversionException.named(out + ": is the input; --in-place changes it");
    }
    List<Change> changes = ChangeOptions.read(spec);
    if (!changes.isEmpty()) {
      return change(input, out, changes);
    }
    if (input.chosen().isPresent()) {
      throw ConversionException.named(
          file + ": a state in a disk has no libvirt header; --set and others change it");
    }
    SaveHeaderEditor editor = SaveHeaderEditor.open(input.path());
    XmlEditing editing = isEdited() ? XmlEditing.ofUser() : null;
    try {
      SaveHeaderChange change = change(editor, editing);
      if (inPlace) {
        editor.inPlace(change);
      } else {
        Work work = new Work(spec);
        work.run(
            () -> Destination.file(Path.of(out), work.isForced(), false),
            (target, progress, notes) -> editor.copy(change, target, progress, notes));
      }
    } catch (IOException e) {
      throw editing == null ? e : editing.failed(e);
    }
    if (editing != null) {
      editing.done();
    }
    return ExitCode.OK;
  }

  private int change(Input input, String out, List<Change> changes) throws IOException {
    for (String option : List.of("--xml", "--features")) {
      if (CommandBuilder.value(spec, option) != null) {
        throw new ParameterException(
            spec.commandLine(), option + " and changes of the stream exclude each other");
      }
    }
    if (CommandBuilder.isSet(spec, "--running") || CommandBuilder.isSet(spec, "--paused")) {
      throw new ParameterException(
          spec.commandLine(),
          "--running and --paused and changes of the stream exclude each other");
    }
    Path file = input.path();
    Optional<Snapshot> chosen = input.chosen();
    ImageSource image = input.image();
    ImageChanger changer = new ImageChanger(image, ParseOptions.DEFAULT, changes);
    ImageChanger.Proof proof = changed -> ChangeCheck.require(image, changed, changer.extent());
    if (out == null && chosen.isEmpty()) {
      changer.inPlace(proof);
      return ExitCode.OK;
    }
    Work work = new Work(spec);
    work.run(
        () ->
            out == null
                ? Destination.intoDisk(DiskPlace.into(file, chosen.orElseThrow()))
                : Destination.file(Path.of(out), work.isForced(), false),
        (target, progress, notes) -> changer.copy(target, progress, notes, proof));
    if (out == null) {
      LoadCommand.of(file, chosen.orElseThrow()).forEach(work::note);
    }
    return ExitCode.OK;
  }

  /** Reports whether no option says what to change, so that the user is asked. */
  private boolean isEdited() {
    return CommandBuilder.value(spec, "--xml") == null
        && CommandBuilder.value(spec, "--features") == null
        && !CommandBuilder.isSet(spec, "--running")
        && !CommandBuilder.isSet(spec, "--paused");
  }

  private SaveHeaderChange change(SaveHeaderEditor editor, XmlEditing editing) throws IOException {
    boolean running = CommandBuilder.isSet(spec, "--running");
    boolean paused = CommandBuilder.isSet(spec, "--paused");
    if (running && paused) {
      throw new ParameterException(spec.commandLine(), "--running and --paused exclude each other");
    }
    Path file = CommandBuilder.value(spec, "--xml");
    String features = CommandBuilder.value(spec, "--features");
    if (features != null && !features.equals("none") && !features.equals(Capability.MAPPED_RAM)) {
      throw new ParameterException(
          spec.commandLine(), "--features " + features + ": expected none or mapped-ram");
    }
    Optional<String> xml = Optional.empty();
    if (file != null) {
      xml = Optional.of(OutputOptions.readText(file));
      DomainXmlCheck.require(file.toString(), xml.get(), "domain");
    } else if (editing != null) {
      xml = Optional.of(editing.edit(editor.xml()));
    }
    return new SaveHeaderChange(
        xml,
        running || paused ? Optional.of(running) : Optional.empty(),
        Optional.ofNullable(features).map(Capability.MAPPED_RAM::equals));
  }
}
