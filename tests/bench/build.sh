#!/usr/bin/env bash
# Assembles and links the benchmark programs; the ELF files are checked in.
set -euo pipefail
cd "$(dirname "$0")"
prefix=$(../../scripts/binutils.sh)/bin/kvx-elf-
python3 make_diverse.py
for source in *.s; do
  name=${source%.s}
  "${prefix}as" -march=kv3-1 -o "$name.o" "$source"
  "${prefix}ld" -Ttext=0x10000 -Tdata=0x40000 -n -e _start -o "$name.elf" "$name.o"
  "${prefix}strip" "$name.elf"
  rm "$name.o"
done
