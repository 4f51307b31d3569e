package org.vmstate.analyzer.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The program itself, which does nothing without a command. */
final class RootCommand implements Callable<Integer> {
  private CommandSpec spec;

  private RootCommand() {}

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "expected a command: " + String.join(", ", Commands.VERBS));
  }

  static CommandSpec create() {
    RootCommand command = new RootCommand();
    CommandSpec spec =
        new CommandBuilder("vmstate-img", command)
            .about(
                "Explains, converts, edits and makes saved virtual-machine state: QEMU migration"
                    + " streams and libvirt save images.")
            .footer(
                "%nWhere to start:%n",
                "  vmstate-img info FILE                what FILE is and what a restore needs",
                "  vmstate-img dump FILE | jq .         everything in it, as JSON",
                "  vmstate-img dump --section ram FILE  one section only",
                "  vmstate-img check FILE               whether it will restore, and why not",
                "  vmstate-img convert -O FMT IN OUT    another layout, compression or header",
                "  vmstate-img extract -O elf IN OUT    memory and registers for gdb and crash",
                "  vmstate-img compare A B              whether two images hold the same state",
                "  vmstate-img map --output=html IN OUT a page that shows all of it",
                "  vmstate-img measure FILE             size in every other layout",
                "  vmstate-img stats FILE               rounds of the save, pages sent again",
                "  vmstate-img simulate save            rounds of a save that is not made",
                "  vmstate-img edit --in-place FILE     the domain XML of a libvirt image",
                "  vmstate-img upgrade --recipe R IN OUT  a state that another QEMU accepts",
                "  vmstate-img dump --memory=sha256 -   hashes of the memory, from standard input",
                "",
                "FILE may be sample:NAME ('vmstate-img samples' lists the names) or - for standard"
                    + " input.",
                "Completion: source <(vmstate-img generate-completion bash), or zsh, or fish",
                "",
                "Exit codes: 0 done, 1 could not run, 2 the image is corrupt or cut off,",
                "3 loadable but odd (check) or something lost (--salvage), 63 a format or feature",
                "that this version does not support, 70 internal error, 130 stopped by Ctrl-C.")
            .spec();
    spec.usageMessage().synopsisSubcommandLabel("COMMAND");
    command.spec = spec;
    return spec;
  }
}
