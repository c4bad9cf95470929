#!/usr/bin/env bash
# Configures (once) and builds one preset: scripts/build.sh [PRESET] [TARGET...]; default: release, everything.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
shift || true
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
fi
[ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >"build-$preset.log" 2>&1 ||
  { cat "build-$preset.log" >&2; rm -f "build-$preset.log"; exit 1; }
rm -f "build-$preset.log"
cmake --build "build/$preset" ${*:+--target "$@"}
