package org.vmstate.analyzer.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program itself. */
@Command(
    name = "vmstate-img",
    header = "Explains saved virtual-machine state: QEMU migration streams and libvirt save images.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footerHeading = "%nWhere to start:%n",
    footer = {
      "  vmstate-img info FILE                what FILE is and what a restore needs",
      "  vmstate-img dump FILE | jq .         everything in it, as JSON",
      "  vmstate-img dump --section ram FILE  one section only",
      "  vmstate-img dump --memory=sha256 -   hashes of the memory, from standard input",
      "",
      "FILE may be sample:NAME ('vmstate-img samples' lists the names) or - for standard input.",
      "Completion for bash and zsh: source <(vmstate-img generate-completion)",
      "",
      "Exit codes: 0 done, 1 could not run, 2 the image is corrupt or cut off,",
      "63 a format or feature that this version does not support, 70 internal error."
    })
final class RootCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "expected a command: info, dump or samples");
  }
}
