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

  private static void hides(String shown, String xml) {
    assertEquals(shown, XmlSecrets.mask(xml));
  }

  @Example
  void secretObjectsOfTheCommandLineAreHiddenInAllTheirForms() {
    hides(
        "<qemu:arg value='{\"qom-type\":\"secret\",\"data\":\"***\",\"id\":\"s\"}'/>",
        "<qemu:arg value='{\"qom-type\":\"secret\",\"data\":\"S3,\\\"CRET>\",\"id\":\"s\"}'/>");
    hides(
        "<qemu:arg value='{&quot;data&quot; : &quot;***&quot;,&quot;id&quot;:&quot;s&quot;}'/>",
        "<qemu:arg value='{&quot;data&quot; : &quot;S3\\&quot;CRET&quot;,"
            + "&quot;id&quot;:&quot;s&quot;}'/>");
    hides("<qemu:arg value=\"{'data': '***'}\"/>", "<qemu:arg value=\"{'data': 'S3CRET'}\"/>");
    hides(
        "<qemu:arg value='{&quot;data&quot;:&quot;***'/>",
        "<qemu:arg value='{&quot;data&quot;:&quot;S3'/>");
    hides("<arg value='data=***,id=s'/>", "<arg value='data=S3,,CRET ,,C,id=s'/>");
    hides("<arg value=\"data=***,x\"/>", "<arg value=\"data=S3'CRET> S3,x\"/>");
    hides("<arg value='data=***\n\n,x'/>", "<arg value='data=S3\nCRET\nS,x'/>");
    hides("<arg value='vnc,password=***'/>", "<arg value='vnc,password=S3CRET'/>");
  }

  @Example
  void variablesWithASecretNameAreHidden() {
    for (String name : new String[] {"PASSWORD", "a_Secret", "TOKEN_1", "ApiKey", "CREDENTIALS"}) {
      hides(
          "<qemu:env name='" + name + "' value='***'/>",
          "<qemu:env name='" + name + "' value='S3CRET \"> x'/>");
      hides(
          "<qemu:env value=\"***\" name=\"" + name + "\"/>",
          "<qemu:env value=\"S3CRET\" name=\"" + name + "\"/>");
    }
    hides("<qemu:env name='AUDIO' value='none'/>", "<qemu:env name='AUDIO' value='none'/>");
    hides("<qemu:arg value='key=up'/>", "<qemu:arg value='key=up'/>");
  }

  @Example
  void credentialsForTheGuestAreHidden() {
    hides(
        "<oemStrings><entry>io.systemd.credential:x=***</entry><entry>a=b</entry></oemStrings>",
        "<oemStrings><entry>io.systemd.credential:x=S3=CRET</entry><entry>a=b</entry></oemStrings>");
    hides(
        "<entry> io.systemd.credential.binary:x=***\n</entry>",
        "<entry> io.systemd.credential.binary:x=S3CRET\n</entry>");
    hides(
        "<entry name='opt/io.systemd.credentials/x'>***</entry>",
        "<entry name='opt/io.systemd.credentials/x'>S3CRET</entry>");
    hides(
        "<entry name='opt/io.systemd.credentials/x' file='/f'/>\n<entry>a</entry>",
        "<entry name='opt/io.systemd.credentials/x' file='/f'/>\n<entry>a</entry>");
    hides(
        "<entry>***</entry><cookie>***</cookie>",
        "<entry><![CDATA[io.systemd.credential:x=S3<CRET]]></entry><cookie>S3CRET</cookie>");
    hides("<entry><![CDATA[a<cookie>***", "<entry><![CDATA[a<cookie>S3CRET");
    hides(
        "<qemu:arg value='type=11,value=io.systemd.credential:x=***,value=y'/>",
        "<qemu:arg value='type=11,value=io.systemd.credential:x=S3,,CRET,value=y'/>");
    hides(
        "<qemu:arg value='name=opt/io.systemd.credentials/x,string=***'/>",
        "<qemu:arg value='name=opt/io.systemd.credentials/x,string=S3CRET'/>");
  }

  @Example
  void longArgumentsAreHiddenInFull() {
    String secret = "S3,,\\\\CRET".repeat(100_000);
    hides("<arg value='data=***,x'/>", "<arg value='data=" + secret + ",x'/>");
    hides("<arg value='\"data\":\"***\"'/>", "<arg value='\"data\":\"" + secret + "\"'/>");
    hides("<entry '<cookie>***", "<entry '<cookie>S3CRET");
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
            "<entry>",
            "{\"data\":\"",
            "&quot;",
            "\\",
            "io.systemd.credential:",
            "io.systemd.credentials/",
            "<metadata ",
            "</metadata>",
            "<!--",
            "-->",
            "]]>",
            "<sysinfo type='fwcfg'>",
            "token",
            "<env ",
            "name='key'",
            "value='",
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
