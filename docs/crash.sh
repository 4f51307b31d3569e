#!/usr/bin/env bash
# Opens an ELF core made by vmstate-img in crash, with the symbols of the Debian kernel that the guest
# ran, and lists its processes. Needs root and network: the symbols are a download of 300 MB.
# Usage: docs/crash.sh CORE [COMMAND...]
set -euo pipefail
core=${1:?usage: docs/crash.sh CORE [COMMAND...]}
shift
commands=("$@")
[ $# -gt 0 ] || commands=(ps)
release=$(grep -a -m 1 -o 'OSRELEASE=[0-9A-Za-z.+_-]*' "$core" | cut -d= -f2)
echo "kernel $release" >&2
work=${TMPDIR:-/tmp}/vmstate-crash-$release
symbols=$work/usr/lib/debug/boot/vmlinux-$release
if [ ! -f "$symbols" ]; then
  mkdir -p "$work"
  command -v crash >/dev/null || apt-get install -y -q --no-install-recommends crash >&2
  (cd "$work" && apt-get download -q "linux-image-$release-dbg" && dpkg -x linux-image-*-dbg_*.deb . && rm ./*.deb) >&2
fi
printf '%s\n' "${commands[@]}" quit | crash -s "$symbols" "$core"
