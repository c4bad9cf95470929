#!/usr/bin/env bash
# Installs what is missing, builds the simulator and runs the main job with its result table.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
scripts/build.sh release
build/release/bin/mppasim --version
