#!/usr/bin/env bash
# Installs what is missing, builds everything and runs all tests.
#   scripts/test.sh               formatting, release build, all tests
#   scripts/test.sh --sanitize    the unit tests under AddressSanitizer and UBSan instead
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
case ${1:-} in
  "")
    scripts/lint.sh --format
    scripts/build.sh release
    ctest --test-dir build/release --output-on-failure -j"$(nproc)"
    ;;
  --sanitize)
    scripts/build.sh asan-ubsan
    # Leaks are not looked for: the leak checker cannot walk the stacks of SystemC's coroutines.
    ASAN_OPTIONS=detect_leaks=0 ctest --test-dir build/asan-ubsan --output-on-failure -j"$(nproc)" -L unit
    ;;
  *)
    echo "usage: scripts/test.sh [--sanitize]" >&2
    exit 2
    ;;
esac
