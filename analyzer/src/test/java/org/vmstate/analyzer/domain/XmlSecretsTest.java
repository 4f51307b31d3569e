package org.vmstate.analyzer.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is shown to others holds no secret, and everything else as it is. */
class XmlSecretsTest {
  @Example
  void passwordsCookiesAndKeysAreHidden() {
    String xml =
        """
        <domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
          <name>guest</name>
          <devices>
            <disk><source protocol='https' name='x'>
              <auth username='me'><secret type='iscsi' uuid='7f'/></auth>
              <cookies><cookie name='test'>S3CRET</cookie>
                <cookie name="a>b">S3CRET
        S3CRET</cookie></cookies>
              <encryption format='luks'><secret type='passphrase'>S3CRET</secret></encryption>
            </source></disk>
            <graphics type='vnc' passwd='S3CRET' port='1'/>
            <graphics type='spice' passwd = "S3CRET" passwdValidTo='2010'/>
          </devices>
          <launchSecurity type='sev'><dhCert>S3CRET</dhCert>
            <session><![CDATA[S3CRET]]></session></launchSecurity>
          <qemu:commandline><qemu:arg value='-object'/>
            <qemu:arg value='secret,id=s0,data=S3CRET,format=raw'/></qemu:commandline>
        </domain>
        """;
    String shown = XmlSecrets.mask(xml);
    assertFalse(shown.contains("S3CRET"), shown);
    assertEquals(xml.lines().count(), shown.lines().count(), shown);
    String kept = shown.replace("***\n", "S3CRET\nS3CRET").replace("<![CDATA[S3CRET]]>", "S3CRET");
    String expected = xml.replace("<![CDATA[S3CRET]]>", "S3CRET").replace("\"S3CRET\"", "'S3CRET'");
    assertEquals(expected, kept.replace("***", "S3CRET"));
  }

  @Example
  void whatHasNoSecretStaysAsItIs() {
    String xml = "<domain><secret uuid='1'/><cookie>\n </cookie><a b='passwd'>session</a>";
    assertEquals(xml, XmlSecrets.mask(xml));
  }

  @Example
  void whatNeverEndsIsHiddenToItsEnd() {
    assertEquals("<a><cookie x='1'>***", XmlSecrets.mask("<a><cookie x='1'>S3CRET<b>S3CRET"));
  }

  @Provide
  Arbitrary<String> parts() {
    return Arbitraries.of(
            "<secret ",
            "<cookie>",
            "</secret>",
            "/>",
            ">",
            "'",
            "\"",
            "<qemu:arg ",
            "data=",
            "x",
            "passwd=",
            "<![CDATA[",
            "<session",
            "\n")
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(l -> String.join("", l));
  }

  /** Of whatever is no XML, too, lines stay lines. */
  @Property(tries = 200)
  void linesStayLines(@ForAll("parts") String part) {
    String xml = part.repeat(5000 / part.length());
    assertEquals(lines(xml), lines(XmlSecrets.mask(xml)));
  }

  private static long lines(String text) {
    return text.chars().filter(c -> c == '\n').count();
  }
}
