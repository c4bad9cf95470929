#!/usr/bin/env bash
# Assembles and links the programs beside this file; needs the kvx binutils (scripts/binutils.sh).
#   build.sh [output directory]    default: this directory
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
bin=$("$here/../../../../scripts/binutils.sh" --check)/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for source in "$here"/*.s; do
  name=$(basename "$source" .s)
  [ "$name" = common ] && continue
  "$bin/kvx-elf-as" -march=kv3-1 -I "$here" "$source" -o "$work/$name.o"
  "$bin/kvx-elf-ld" -Ttext 0x1000 -z max-page-size=0x1000 --strip-debug "$work/$name.o" -o "$out/$name.elf"
done
