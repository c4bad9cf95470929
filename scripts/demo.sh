#!/usr/bin/env bash
# Installs what is missing, builds the simulator and the KV3 toolchain, and runs the main job with its result table: the
# K200-LP's firmware serves eight SSDs by NVMe/TCP over two 100GbE ports, every byte read is checked. Before it, the chip
# boots ClusterOS on all 85 cores.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh
scripts/build.sh release
echo
build/release/bin/mppasim run configs/coolidge-hello.yaml
echo
build/release/bin/mppasim run configs/k200lp-nvmf-tcp.yaml
