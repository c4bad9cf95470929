#!/bin/sh
# usage: weaken.sh TOOL_PREFIX OBJECT: makes the definitions of an object weak; its references stay as they are
# (a weak reference would not fetch a member of an archive).
set -e
"$1nm" --defined-only --extern-only --format=just-symbols "$2" >"$2.names"
"$1objcopy" --weaken-symbols="$2.names" "$2"
