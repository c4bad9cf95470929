#!/usr/bin/env bash
# Prepares a Debian 12 machine: packages, then the kvx-elf binutils. Safe to run again; does only what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  # build
  build-essential cmake ninja-build ccache python3 git ca-certificates
  clang-19 lld-19 libclang-rt-19-dev clang-format-19 clang-tidy-19
  # simulator
  libsystemc-dev libfmt-dev libspdlog-dev libcli11-dev libyaml-cpp-dev nlohmann-json3-dev
  liblzma-dev libssl-dev xz-utils
  # tests and benchmarks
  libgtest-dev libgmock-dev libbenchmark-dev libmpfr-dev csmith python3-yaml python3-jsonschema
  # the real client: a guest in QEMU, its disk, what decodes the captures
  qemu-system-x86 e2fsprogs tshark
  # KV3 toolchain
  llvm-19-dev llvm-19 llvm-19-tools libclang-19-dev libclang-cpp19 libclang-common-19-dev
  flex bison newlib-source zlib1g-dev libzstd-dev
)

missing=()
for p in "${packages[@]}"; do
  dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
  sudo=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "setup.sh: needs root (or sudo) to install: ${missing[*]}" >&2; exit 1; }
    sudo=sudo
  fi
  echo "setup.sh: installing ${missing[*]}" >&2
  $sudo apt-get -qq update
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
fi
scripts/binutils.sh >/dev/null
