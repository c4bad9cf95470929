#!/usr/bin/env bash
# Builds the kvx-elf binutils (as, ld, objdump, readelf, objcopy, nm, addr2line, ...) from Debian's binutils-source
# package into a per-user cache, once, and prints the installation prefix on stdout.
#
# The stable release's binutils does not know kvx; 2.44 of the next release (trixie) does. The package is found by
# asking apt for that suite with the machine's own apt sources, suite name exchanged; nothing is added to /etc/apt.
#
#   scripts/binutils.sh            build if needed, print the prefix
#   scripts/binutils.sh --check    print the prefix if it is there, else fail
set -euo pipefail

readonly version=2.44
readonly suite=trixie
readonly cache=${MPPASIM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mppasim}
readonly prefix=$cache/binutils-kvx-$version

fail() { echo "binutils.sh: $*" >&2; exit 1; }

is_built() {
  [ -x "$prefix/bin/kvx-elf-as" ] && [ -x "$prefix/bin/kvx-elf-ld" ] && [ -x "$prefix/bin/kvx-elf-objdump" ] &&
    "$prefix/bin/kvx-elf-as" --version | grep -q "$version" &&
    "$prefix/bin/kvx-elf-objdump" --info | grep -q elf64-kvx
}

# Copies the machine's apt sources with the release's suite replaced; one-line and deb822 forms.
derive_sources() {
  local release=$1 out=$2 f
  mkdir -p "$out"
  for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ -f "$f" ] || continue
    grep -qE "(^|[[:space:]])$release([[:space:]]|$)" "$f" || continue
    # Only the plain suite: updates, security and third-party sources are left out.
    case $f in
      *.sources)
        awk -v RS= -v ORS='\n\n' -v r="$release" -v s="$suite" '
          $0 ~ "(^|\n)Suites:[^\n]*[ \t]" r "([ \t\n]|$)" { gsub("\nSuites:[^\n]*", "\nSuites: " s); sub("^Suites:[^\n]*", "Suites: " s); print }
        ' "$f" >"$out/$(basename "$f")" ;;
      *)
        sed -nE "s/^(deb( +\[[^]]*\])? +[^ ]+) +$release .*/\1 $suite main/p" "$f" >"$out/$(basename "$f")" ;;
    esac
  done
  [ -n "$(cat "$out"/* 2>/dev/null)" ] || fail "no apt source for Debian $release on this machine to derive $suite from"
}

fetch_source() { # into directory $1: binutils-$version.tar.xz
  local work=$1 release
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  [ -n "$release" ] || fail "cannot tell which Debian release this is (/etc/os-release)"
  mkdir -p "$work/lists/partial" "$work/archives/partial"
  local -a opt=(-o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/sources"
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache::Archives=$work/archives"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root -o Acquire::Languages=none)
  if [ "$release" = "$suite" ]; then opt=(); else derive_sources "$release" "$work/sources"; fi
  apt-get "${opt[@]}" -qq update >&2 || fail "apt-get update for Debian $suite failed"
  (cd "$work" && apt-get "${opt[@]}" -qq download "binutils-source" >&2) || fail "cannot download binutils-source from $suite"
  dpkg-deb -x "$work"/binutils-source_*.deb "$work/deb"
  local tar
  tar=$(find "$work/deb/usr/src/binutils" -name "binutils-$version*.tar.*" | head -n 1)
  [ -n "$tar" ] || fail "binutils-source of $suite is not $version: $(ls "$work"/binutils-source_*.deb)"
  mkdir -p "$work/src" && tar -C "$work/src" --strip-components=1 -xf "$tar"
}

case ${1:-} in
  "") ;;
  --check) is_built || fail "not built yet; run scripts/binutils.sh"; echo "$prefix"; exit 0 ;;
  *) echo "usage: scripts/binutils.sh [--check]" >&2; exit 2 ;;
esac

mkdir -p "$cache"
exec 9>"$cache/binutils.lock"
flock 9
if ! is_built; then
  for tool in flex bison make gcc; do
    command -v $tool >/dev/null || fail "$tool is missing; scripts/setup.sh installs it"
  done
  work=$(mktemp -d "$cache/binutils-build.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  echo "binutils.sh: building kvx-elf binutils $version (once, about 3 minutes)" >&2
  fetch_source "$work"
  mkdir "$work/build"
  (
    cd "$work/build"
    CFLAGS="-O2 -w" "$work/src/configure" --target=kvx-elf --prefix="$prefix" --disable-gdb --disable-gdbserver \
      --disable-sim --disable-gprofng --disable-gprof --disable-nls --disable-werror --disable-readline \
      --disable-libdecnumber --disable-plugins --without-zstd
    make -j"$(nproc)" MAKEINFO=true
    make install-strip MAKEINFO=true
  ) >"$cache/binutils-build.log" 2>&1 || fail "build failed; see $cache/binutils-build.log"
  is_built || fail "the built tools do not know elf64-kvx; see $cache/binutils-build.log"
fi
echo "$prefix"
