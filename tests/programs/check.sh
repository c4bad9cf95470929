#!/usr/bin/env bash
# Assembles the programs of a directory again and compares; exit status 77 where the kvx binutils are missing.
#   check.sh DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
programs=${1:?directory of the programs}
"$here/../../scripts/binutils.sh" --check >/dev/null 2>&1 || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/build.sh" "$programs" "$work"
status=0
for image in "$programs"/*.elf "$work"/*.elf; do
  name=$(basename "$image")
  cmp "$programs/$name" "$work/$name" || { echo "$name differs from its source: tests/programs/build.sh $programs"; status=1; }
done
exit $status
