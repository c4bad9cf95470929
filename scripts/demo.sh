#!/usr/bin/env bash
# Installs what is missing, builds the simulator and the KV3 toolchain, and runs the main job with its result table.
#
# The chip boots ClusterOS on all 85 cores. Until the card serves storage (see the status table in README.md), a second
# part shows firmware-style C code, compiled by our own compiler, on one KV3 core: the code-quality kernels measure
# themselves with the core's performance monitors.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
scripts/build.sh release
echo
build/release/bin/mppasim run configs/coolidge-hello.yaml
echo
python3 tests/toolchain/quality/table.py --kvx-cc build/release/bin/kvx-cc --mppasim build/release/bin/mppasim
