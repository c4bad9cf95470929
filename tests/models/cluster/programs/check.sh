#!/usr/bin/env bash
# Assembles the programs again and compares; exit status 77 where the kvx binutils are missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/../../../../scripts/binutils.sh" --check >/dev/null 2>&1 || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/build.sh" "$work"
status=0
for image in "$here"/*.elf "$work"/*.elf; do
  name=$(basename "$image")
  cmp "$here/$name" "$work/$name" || { echo "$name differs from its source: run build.sh"; status=1; }
done
exit $status
