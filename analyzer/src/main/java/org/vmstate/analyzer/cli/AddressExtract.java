package org.vmstate.analyzer.cli;

import java.io.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vmstate.analyzer.extract.Extractor;
import org.vmstate.analyzer.report.HexDump;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.io.ByteSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code extract --physical} and {@code --virtual}: memory by the guest's addresses. */
final class AddressExtract {
  private static final Pattern RANGE = Pattern.compile("(0x[0-9a-fA-F]{1,16}|\\d+[KMGT]?):(.+)");

  private final CommandSpec spec;

  AddressExtract(CommandSpec spec) {
    this.spec = spec;
  }

  int run(String option, String out) throws IOException {
    String text = CommandBuilder.value(spec, option);
    Matcher range = RANGE.matcher(text);
    if (!range.matches()) {
      throw wrong(option + " " + text + ": expected ADDR:LEN, such as 0x100000:4K");
    }
    long from = address(option, range.group(1));
    long length =
        Quantities.offset(range.group(2))
            .filter(n -> n > 0)
            .orElseThrow(() -> wrong(option + " " + text + ": expected a length, such as 4K"));
    Input input = new Input(spec);
    MemoryOutput memory = new MemoryOutput(spec);
    Integer cpu = CommandBuilder.value(spec, "--cpu");
    List<String> losses = new ArrayList<>();
    new Work(spec)
        .run(
            () -> MemoryOutput.destination(spec, input, out, false),
            (target, progress, notes) -> {
              Extractor extractor = memory.extractor(progress, notes).losing(memory.losses(losses));
              boolean hex = CommandBuilder.isSet(spec, "--hex") || out.equals("-") && isTerminal();
              try (ByteSource source = input.open();
                  OutputStream plain = target.asStream();
                  OutputStream bytes = hex ? new HexDump(plain, from) : plain) {
                Outcome outcome =
                    option.equals("--physical")
                        ? extractor.physical(source, from, length, bytes)
                        : extractor.virtual(source, cpu == null ? 0 : cpu, from, length, bytes);
                losses.forEach(loss -> notes.accept("lost: " + loss));
                return outcome;
              }
            });
    return losses.isEmpty() ? ExitCode.OK : ExitCode.ODD;
  }

  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private ParameterException wrong(String text) {
    return new ParameterException(spec.commandLine(), text);
  }

  private long address(String option, String text) {
    return text.startsWith("0x")
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : Quantities.size(text).orElseThrow(() -> wrong(option + ": " + text + " is no address"));
  }
}
