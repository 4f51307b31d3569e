package org.vmstate.analyzer.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * Devices that one guest has together.
 *
 * @param name what they are
 * @param target architecture by QEMU's name
 * @param machine machine type
 * @param options other words of the command line, {@code {folder}} for where the disks are
 * @param devices values of -device; those that a release does not know are left out
 */
record DeviceGroup(
    String name, String target, String machine, List<String> options, List<String> devices) {
  private static final String DISK = "-drive if=none,format=raw,id=%1$s,file={folder}/%1$s";

  private static final List<String> DISKS =
      List.of(DISK.formatted("d0"), DISK.formatted("d1"), DISK.formatted("d2"));

  private static List<String> with(List<String> options, String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    return List.copyOf(all);
  }

  private static final List<String> VIRTIO =
      List.of(
          "virtio-net-pci,mq=on,vectors=6",
          "virtio-blk-pci,drive=d0,num-queues=2",
          "virtio-scsi-pci,id=vs",
          "scsi-hd,bus=vs.0,drive=d1",
          "virtio-balloon-pci,free-page-reporting=on",
          "virtio-rng-pci",
          "virtio-serial-pci,id=ser",
          "virtconsole,bus=ser.0,chardev=c0",
          "virtserialport,bus=ser.0",
          "virtio-gpu-pci",
          "virtio-keyboard-pci",
          "virtio-mouse-pci",
          "virtio-tablet-pci",
          "virtio-9p-pci,fsdev=fs,mount_tag=t");

  /** Devices of x86 machines. */
  static final List<DeviceGroup> OF_X86 =
      List.of(
          new DeviceGroup(
              "virtio",
              "x86_64",
              "pc-q35",
              with(
                  DISKS,
                  "-m 32M,maxmem=1G",
                  "-chardev null,id=c0",
                  "-fsdev local,id=fs,path={folder},security_model=none",
                  "-object memory-backend-ram,id=m,size=64M"),
              with(
                  VIRTIO,
                  "virtio-vga",
                  "virtio-iommu-pci",
                  "virtio-mem-pci,memdev=m,requested-size=4M",
                  "virtio-net-pci-transitional",
                  "scsi-cd,bus=vs.0,drive=d2",
                  "virtio-rng-pci-transitional")),
          new DeviceGroup(
              "network and storage",
              "x86_64",
              "pc-q35",
              with(DISKS, "-m 32", DISK.formatted("d3"), DISK.formatted("d4")),
              List.of(
                  "e1000",
                  "e1000e",
                  "igb",
                  "rtl8139",
                  "ne2k_pci",
                  "pcnet",
                  "i82550",
                  "vmxnet3",
                  "tulip",
                  "lsi53c895a,id=lsi",
                  "scsi-hd,bus=lsi.0,drive=d0",
                  "lsi53c810",
                  "megasas",
                  "megasas-gen2",
                  "mptsas1068",
                  "pvscsi",
                  "am53c974",
                  "dc390",
                  "sdhci-pci",
                  "sd-card,drive=d1",
                  "ich9-ahci,id=sata",
                  "ide-hd,bus=sata.0,drive=d2",
                  "ide-cd,bus=sata.1,drive=d3",
                  "piix3-ide",
                  "cmd646-ide,secondary=1",
                  "sii3112",
                  "ioh3420,id=rp1,chassis=1",
                  "pcie-root-port,id=rp2,chassis=2",
                  "x3130-upstream,id=up,bus=rp2",
                  "xio3130-downstream,id=down,bus=up,chassis=3",
                  "e1000e,bus=down",
                  "vmware-svga")),
          new DeviceGroup(
              "USB, sound, displays",
              "x86_64",
              "pc-q35",
              with(
                  DISKS,
                  "-m 32",
                  "-audiodev none,id=snd",
                  "-chardev null,id=c0",
                  "-chardev null,id=c1"),
              List.of(
                  "nec-usb-xhci",
                  "qemu-xhci,id=x,p2=8,p3=8",
                  "ich9-usb-ehci1,id=e",
                  "usb-ehci",
                  "pci-ohci",
                  "piix3-usb-uhci",
                  "usb-hub,bus=x.0",
                  "usb-tablet,bus=x.0",
                  "usb-kbd,bus=x.0",
                  "usb-mouse,bus=x.0",
                  "usb-storage,bus=x.0,drive=d0",
                  "usb-bot,bus=e.0",
                  "usb-ccid,bus=x.0",
                  "usb-redir,bus=e.0,chardev=c1",
                  "intel-hda,id=hda",
                  "hda-duplex,bus=hda.0,audiodev=snd",
                  "hda-micro,bus=hda.0,audiodev=snd",
                  "hda-output,bus=hda.0,audiodev=snd",
                  "AC97,audiodev=snd",
                  "ES1370,audiodev=snd",
                  "VGA",
                  "secondary-vga",
                  "bochs-display",
                  "cirrus-vga",
                  "ati-vga",
                  "qxl",
                  "i6300esb",
                  "pci-bridge,chassis_nr=9",
                  "pcie-pci-bridge",
                  "i82801b11-bridge",
                  "pci-serial,chardev=c0",
                  "pvpanic-pci",
                  "intel-iommu")),
          new DeviceGroup(
              "ISA",
              "x86_64",
              "pc-i440fx",
              List.of(
                  "-m 32",
                  "-audiodev none,id=snd",
                  "-object can-bus,id=can",
                  "-chardev null,id=c0",
                  "-chardev null,id=c1",
                  DISK.formatted("d0"),
                  DISK.formatted("d1")),
              List.of(
                  "isa-serial,chardev=c0",
                  "isa-parallel,chardev=c1",
                  "ne2k_isa",
                  "isa-ide,iobase=0x170,iobase2=0x376,irq=11",
                  "isa-fdc",
                  "floppy,drive=d0",
                  "sb16,audiodev=snd",
                  "gus,audiodev=snd",
                  "cs4231a,audiodev=snd",
                  "adlib,audiodev=snd",
                  "ib700",
                  "ipmi-bmc-sim,id=bmc",
                  "isa-ipmi-kcs,bmc=bmc",
                  "isa-cirrus-vga",
                  "sga",
                  "vmcoreinfo",
                  "vmgenid",
                  "smbus-eeprom,address=0x30",
                  "piix4-usb-uhci",
                  "tpci200",
                  "ipoctal232",
                  "ctucan_pci,canbus0=can,canbus1=can",
                  "kvaser_pci,canbus=can",
                  "pcm3680_pci,canbus0=can,canbus1=can",
                  "mioe3680_pci,canbus0=can,canbus1=can")),
          new DeviceGroup(
              "microvm",
              "x86_64",
              "microvm",
              with(DISKS, "-m 32"),
              List.of("virtio-net-device", "virtio-blk-device,drive=d0", "virtio-rng-device")));

  private static final List<String> OF_CHANNELS =
      List.of(
          "virtio-net-ccw",
          "virtio-blk-ccw,drive=d0",
          "virtio-scsi-ccw,id=vs",
          "scsi-hd,bus=vs.0,drive=d1",
          "virtio-balloon-ccw",
          "virtio-rng-ccw",
          "virtio-serial-ccw,id=ser",
          "virtconsole,bus=ser.0,chardev=c0",
          "virtio-gpu-ccw",
          "virtio-keyboard-ccw",
          "virtio-9p-ccw,fsdev=fs,mount_tag=t",
          "sclpconsole,chardev=c1",
          "diag288");

  private static final List<String> OF_ANY =
      with(
          DISKS,
          "-m 64",
          "-chardev null,id=c0",
          "-chardev null,id=c1",
          "-fsdev local,id=fs,path={folder},security_model=none");

  private static final List<String> MAPPED =
      List.of(
          "virtio-net-device",
          "virtio-blk-device,drive=d2",
          "virtio-rng-device",
          "virtio-balloon-device",
          "virtio-gpu-device",
          "virtio-keyboard-device");

  /** Devices of other machines. */
  static final List<DeviceGroup> OF_OTHERS =
      List.of(
          new DeviceGroup(
              "Arm",
              "aarch64",
              "virt,gic-version=3,iommu=smmuv3",
              with(OF_ANY, "-cpu cortex-a57", "-smp 2"),
              with(
                  without(VIRTIO, "virtio-balloon", "virtio-tablet"),
                  MAPPED.toArray(String[]::new))),
          new DeviceGroup(
              "RISC-V",
              "riscv64",
              "virt,aia=aplic-imsic",
              OF_ANY,
              with(without(VIRTIO, "virtio-balloon"), MAPPED.toArray(String[]::new))),
          new DeviceGroup(
              "s390", "s390x", "s390-ccw-virtio", with(OF_ANY, "-no-shutdown"), OF_CHANNELS),
          new DeviceGroup(
              "POWER",
              "ppc64",
              "pseries",
              with(OF_ANY, "-m 256"),
              with(
                  VIRTIO,
                  "spapr-vscsi",
                  "spapr-vlan",
                  "spapr-vty,chardev=c1",
                  "nec-usb-xhci",
                  "VGA")));

  private static List<String> without(List<String> devices, String... kinds) {
    return devices.stream().filter(d -> List.of(kinds).stream().noneMatch(d::startsWith)).toList();
  }
}
