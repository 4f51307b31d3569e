package org.vmstate.analyzer.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Secrets where only people and other programs know of them: no schema says that they are any. */
class FreeTextSecretsTest {
  private static void hides(String shown, String xml) {
    assertEquals(shown, XmlSecrets.mask(xml));
  }

  private static void shows(String xml) {
    hides(xml, xml);
  }

  @Test
  void valuesOfMetadataAreHiddenAndNamesAreNot() {
    String xml =
        """
        <metadata>
          <nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1" id='S3CRET'>
            <nova:user uuid="S3CRET>">S3CRET</nova:user>
            <user-data encoding='S3CRET'/>S3CRET<!--S3CRET-->
            <metadata><key>S3CRET
        S3CRET</key></metadata>S3CRET<![CDATA[S3CRET<]]>
          </nova:instance>
        </metadata>
        """;
    String shown =
        """
        <metadata>
          <nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1" id='***'>
            <nova:user uuid="***">***</nova:user>
            <user-data encoding='***'/>***<!--***-->
            <metadata><key>***
        </key></metadata>***<![CDATA[***]]>
          </nova:instance>
        </metadata>
        """;
    hides("<a>" + shown + "</a><b x='1'>y</b>", "<a>" + xml + "</a><b x='1'>y</b>");
  }

  @Test
  void metadataThatNeverEndsIsHiddenToTheEnd() {
    hides("<metadata><a b='***", "<metadata><a b='S3CRET>S3CRET");
    hides("<metadata><a>***", "<metadata><a>S3CRET");
    hides("<metadata>***<![CDATA[***", "<metadata>S3<![CDATA[S3CRET");
    shows("<metadata/><name>guest</name>");
  }

  @Test
  void commentsAreHidden() {
    hides("<a><!--***\n--><b/></a>", "<a><!-- root:S3CRET\n--><b/></a>");
    hides("<a><!--***", "<a><!--<b>S3CRET</b>");
    hides("<cookie>***</cookie>", "<cookie><!-- </cookie> -->S3CRET</cookie>");
    hides("<cookie>***</cookie>", "<cookie><![CDATA[</cookie>]]>S3CRET</cookie>");
  }

  @Test
  void filesOfTheFirmwareAreHiddenByTheirContent() {
    hides(
        "<sysinfo type='fwcfg'><entry name='opt/com.coreos/config'>***</entry></sysinfo>",
        "<sysinfo type='fwcfg'><entry name='opt/com.coreos/config'>{S3CRET}</entry></sysinfo>");
    shows("<sysinfo type='fwcfg'><entry name='opt/x' file='/a'/></sysinfo>");
    shows("<sysinfo type='smbios'><entry name='vendor'>QEMU</entry></sysinfo>");
    hides(
        "<qemu:arg value='name=opt/x,string=***'/>", "<qemu:arg value='name=opt/x,string=S3,,C'/>");
    hides("<qemu:arg value='opt/x,string=***'/>", "<qemu:arg value='opt/x,string=S3CRET'/>");
    shows("<qemu:arg value='name=opt/x,file=/a'/>");
  }

  @Test
  void stringsThatSayThatTheyAreSecretAreHidden() {
    for (String word : new String[] {"password", "Token", "API-KEY", "user-data", "secret"}) {
      String text = word + "=S3CRET";
      hides("<entry>***</entry>", "<entry>" + text + "</entry>");
      hides("<title>***</title>", "<title>a<!-- b --><![CDATA[" + text + "]]></title>");
      hides("<description>***\n</description>", "<description>\n" + text + "</description>");
      hides("<cmdline>***</cmdline>", "<cmdline>console=ttyS0 x." + text + "</cmdline>");
      hides(
          "<arg value='type=11,value=***,value=y'/>",
          "<arg value='type=11,value=" + text + ",value=y'/>");
    }
    shows("<title>a test</title><cmdline>console=ttyS0 keymap=us</cmdline>");
    shows("<arg value='type=1,serial=ds=nocloud'/>");
  }

  @Test
  void userDataOnACommandLineIsHidden() {
    hides(
        "<arg value='type=1,serial=***'/>", "<arg value='type=1,serial=ds=nocloud;token=S3CRET'/>");
    hides("<arg value='quiet db_password=***'/>", "<arg value='quiet db_password=S3CRET'/>");
    hides("<arg value='user_data=***'/>", "<arg value='user_data=S3CRET'/>");
    hides(
        "<arg value='systemd.set_credential=a:*** quiet'/>",
        "<arg value='systemd.set_credential=a:S3CRET quiet'/>");
  }

  @Test
  void passwordsInAddressesAreHidden() {
    hides("<a b='https://me:***@host:1/x'/>", "<a b='https://me:S3CRET@host:1/x'/>");
    hides("<arg value='file=ssh://me:***@host/x'/>", "<arg value='file=ssh://me:S3@host/x'/>");
    shows("<a b='http://[::1]:80/' c='me@host' d='x://host:80/a@b'/>");
  }

  @Test
  void nothingOfAnXmlWithSecretsInManyPlacesIsLeft() {
    String xml =
        "<domain><!--S3CRET--><title>the token is S3CRET</title><metadata><a b='S3CRET'/>"
            + "</metadata><sysinfo type='fwcfg'><entry name='opt/a'>S3CRET</entry></sysinfo>"
            + "<commandline><arg value='name=opt/b,string=S3CRET'/></commandline></domain>";
    String shown = XmlSecrets.mask(xml);
    assertFalse(shown.contains("S3CRET"), shown);
  }

  /** Counts how often its characters are read. */
  private static final class Counted implements CharSequence {
    private final String text;
    private long reads;

    Counted(String text) {
      this.text = text;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      reads++;
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return text.substring(from, to);
    }
  }

  @Test
  void stringFullOfKernelArgumentsIsReadOnce() {
    Counted text = new Counted("systemd.set_credential=".repeat(1000));
    assertFalse(CommandSecrets.KERNEL_ARGUMENT.matcher(text).find());
    assertTrue(text.reads < 8L * text.length(), "reads " + text.reads + " of " + text.length());
  }

  @Test
  void lastOfSeveralNamesOfOneKernelArgumentIsTheOneWithTheSecret() {
    hides(
        "<arg value='systemd.set_credential=systemd.set_credential=ssh:***'/>",
        "<arg value='systemd.set_credential=systemd.set_credential=ssh:S3CRET'/>");
    hides(
        "<arg value='systemd.set_credential=mysystemd.set_credential=ssh:***'/>",
        "<arg value='systemd.set_credential=mysystemd.set_credential=ssh:S3CRET'/>");
    hides(
        "<arg value='systemd.set_credential=systemd.set_credential:***'/>",
        "<arg value='systemd.set_credential=systemd.set_credential:S3CRET'/>");
  }
}
