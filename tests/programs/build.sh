#!/usr/bin/env bash
# Assembles and links the programs (*.s, except common.s) of a directory; needs the kvx binutils (scripts/binutils.sh).
#   build.sh DIRECTORY [output directory]    default: the directory itself
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
programs=${1:?directory of the programs}
out=${2:-$programs}
bin=$("$root/scripts/binutils.sh" --check)/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for source in "$programs"/*.s; do
  name=$(basename "$source" .s)
  [ "$name" = common ] && continue
  "$bin/kvx-elf-as" -march=kv3-1 -I "$programs" "$source" -o "$work/$name.o"
  "$bin/kvx-elf-ld" -Ttext 0x1000 -z max-page-size=0x1000 --strip-debug "$work/$name.o" -o "$out/$name.elf"
done
