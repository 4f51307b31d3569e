package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vmstate.analyzer.reference.ManPage;
import picocli.CommandLine.Model.CommandSpec;

/** Run by the build: writes man pages and completion scripts as a package installs them. */
final class ReferenceFiles {
  private ReferenceFiles() {}

  /** Takes the folder {@code share} of the package, the version and its date. */
  public static void main(String[] args) throws IOException {
    Path share = Path.of(args[0]);
    CommandSpec root = Commands.whole().getCommandSpec();
    Path pages = Files.createDirectories(share.resolve("man/man1"));
    ManPage page = new ManPage(args[1], args[2]);
    Files.writeString(pages.resolve("vmstate-img.1"), page.program(root, Commands.VERBS));
    for (String verb : Commands.VERBS) {
      CommandSpec spec = root.subcommands().get(verb).getCommandSpec();
      Files.writeString(pages.resolve("vmstate-img-" + verb + ".1"), page.verb(spec));
    }
    write(share.resolve("bash-completion/completions/vmstate-img"), "bash");
    write(share.resolve("zsh/vendor-completions/_vmstate-img"), "zsh");
    write(share.resolve("fish/vendor_completions.d/vmstate-img.fish"), "fish");
  }

  private static void write(Path file, String shell) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, CompletionCommand.script(shell));
  }
}
