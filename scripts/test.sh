#!/usr/bin/env bash
# Installs what is missing, builds everything and runs all tests.
#   scripts/test.sh            release build: all tests; then the unit tests under AddressSanitizer and UBSan
#   scripts/test.sh --quick    release build and its tests only
set -euo pipefail
cd "$(dirname "$0")/.."
quick=
case ${1:-} in "") ;; --quick) quick=1 ;; *) echo "usage: scripts/test.sh [--quick]" >&2; exit 2 ;; esac

scripts/setup.sh
scripts/lint.sh --format
scripts/build.sh release
if [ -z "$quick" ]; then
  scripts/build.sh asan-ubsan
  ctest --test-dir build/asan-ubsan --output-on-failure -j"$(nproc)" -L unit
fi
ctest --test-dir build/release --output-on-failure -j"$(nproc)"
