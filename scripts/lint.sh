#!/usr/bin/env bash
# Checks the sources against .clang-format and, without --format, against .clang-tidy.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -z -- '*.h' '*.cpp' '*.c' ':!tests/**/data/**' | xargs -0 -r clang-format-19 --dry-run --Werror
[ "${1:-}" = --format ] && exit 0
scripts/build.sh release >/dev/null
git ls-files -z -- 'sim/*.cpp' 'models/*.cpp' | xargs -0 -r -n 4 -P "$(nproc)" clang-tidy-19 -quiet -p build/release
