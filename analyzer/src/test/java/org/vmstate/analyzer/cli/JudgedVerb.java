package org.vmstate.analyzer.cli;

import java.nio.file.Path;
import java.util.List;

/**
 * A command that is run on damaged images.
 *
 * @param judges whether it must fail for every cut, because it answers for all of the image
 * @param words its words, with names for the files
 */
record JudgedVerb(boolean judges, List<String> words) {
  static final JudgedVerb SALVAGE = judge("convert --no-sync --salvage -O qemu @IMAGE @OUT");

  static final List<JudgedVerb> ALL =
      List.of(
          judge("info @IMAGE"),
          judge("info --memory @IMAGE"),
          judge("info --devices @IMAGE"),
          answer("dump @IMAGE"),
          answer("dump --memory=sha256 @IMAGE"),
          answer("dump --compat=analyze-migration @IMAGE"),
          judge("check @IMAGE"),
          judge("compare @IMAGE @WHOLE"),
          judge("compare @IMAGE @IMAGE"),
          judge("convert --no-sync -O qemu @IMAGE @OUT"),
          judge("convert --no-sync -O qemu-mapped-ram @IMAGE @OUT"),
          judge("convert --no-sync -O libvirt-raw -o xml=@XML @IMAGE @OUT"),
          judge("convert --no-sync -O libvirt-zstd -o xml=@XML @IMAGE @OUT"),
          judge("convert --no-sync -O libvirt-sparse -o xml=@XML @IMAGE @OUT"),
          judge("convert --no-sync -O qemu -o compact=yes @IMAGE @OUT"),
          answer("extract --no-sync -O raw @IMAGE @OUT"),
          answer("extract --no-sync -O elf @IMAGE @OUT"),
          answer("extract --no-sync -O kdump @IMAGE @OUT"),
          answer("extract --no-sync --blocks=@OUT @IMAGE"),
          answer("extract --no-sync --xml @IMAGE @OUT"),
          answer("extract --no-sync --description @IMAGE @OUT"),
          answer("map @IMAGE"),
          judge("map --pages @IMAGE"),
          answer("map --no-sync --output=html @IMAGE @OUT"),
          judge("stats @IMAGE"),
          judge("measure -O libvirt-zstd -o xml=@XML @IMAGE"),
          judge("edit --no-sync --paused @IMAGE @OUT"));

  private static JudgedVerb answer(String words) {
    return new JudgedVerb(false, List.of(words.split(" ")));
  }

  private static JudgedVerb judge(String words) {
    return new JudgedVerb(true, List.of(words.split(" ")));
  }

  boolean is(String name) {
    return words.getFirst().equals(name);
  }

  /** Returns the words with the files of a folder in them. */
  String[] words(Path folder) {
    return words.stream()
        .map(
            word ->
                word.replace("@IMAGE", folder.resolve("image").toString())
                    .replace("@WHOLE", folder.resolve("whole").toString())
                    .replace("@XML", folder.resolve("xml").toString())
                    .replace("@OUT", folder.resolve("target/out").toString()))
        .toArray(String[]::new);
  }

  @Override
  public String toString() {
    return String.join(" ", words);
  }
}
