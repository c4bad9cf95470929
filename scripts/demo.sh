#!/usr/bin/env bash
# Installs what is missing, builds the simulator and the KV3 toolchain, and runs the main job with its result table.
#
# Until the card itself can run (see the status table in README.md), the main job is firmware-style C code, compiled by
# our own compiler, on one KV3 core at the `pipeline` timing level: the code-quality kernels measure themselves with the
# core's performance monitors.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
scripts/build.sh release
echo
python3 tests/toolchain/quality/table.py --kvx-cc build/release/bin/kvx-cc --mppasim build/release/bin/mppasim
