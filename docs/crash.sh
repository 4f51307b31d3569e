#!/usr/bin/env bash
# Opens an ELF core made by vmstate-img in crash, with the symbols of the Debian kernel that the guest
# ran, and lists its processes. Needs root and network: the symbols are a download of 300 MB.
# crash before 8.0.4 does not find the processes of kernels whose struct pid ends in an array without
# a length (Debian's 6.1 among them), so an older one is replaced by that of Debian 13, in a folder of
# its own. Cloud kernels have no machine check stack, which crash 8.0.6 does not know.
# Usage: docs/crash.sh CORE [COMMAND...]
set -euo pipefail
core=${1:?usage: docs/crash.sh CORE [COMMAND...]}
shift
commands=("$@")
[ $# -gt 0 ] || commands=(ps)
release=$(grep -a -m 1 -o 'OSRELEASE=[0-9A-Za-z.+_-]*' "$core" | cut -d= -f2)
echo "kernel $release" >&2
work=${TMPDIR:-/tmp}/vmstate-crash
symbols=$work/$release/usr/lib/debug/boot/vmlinux-$release
if [ ! -f "$symbols" ]; then
  mkdir -p "$work/$release"
  (cd "$work/$release" && apt-get download -q "linux-image-$release-dbg" \
    && dpkg -x linux-image-*-dbg_*.deb . && rm ./*.deb) >&2
fi

crash=(crash)
have=$(dpkg-query -W -f '${Version}' crash 2>/dev/null || true)
if ! dpkg --compare-versions "${have:-0}" ge 8.0.4; then
  root=$work/debian-13
  if [ ! -x "$root/usr/bin/crash" ]; then
    command -v debootstrap >/dev/null || apt-get install -y -q --no-install-recommends debootstrap >&2
    rm -rf "$root"
    debootstrap --variant=minbase --include=crash trixie "$root" >&2
  fi
  crash=("$root"/lib64/ld-linux-x86-64.so.2
    --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/crash")
fi
printf '%s\n' "${commands[@]}" quit | "${crash[@]}" -s "$symbols" "$core"
