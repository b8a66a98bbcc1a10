#!/usr/bin/env bash
# Installs the system libraries that dsel needs, if pkg-config doesn't find them. With --tests it
# also installs the commands for the checks, and pytest in a virtual environment of its own. It does
# nothing if all are there.
set -euo pipefail
cd "$(dirname "$0")/.."

# pytest and its dependencies, in Tests/Robustness/.venv.
make_environment() {
  local suite=Tests/Robustness
  [ ! $suite/.venv/installed -ot $suite/requirements.txt ] && [ -x $suite/.venv/bin/pytest ] && return
  echo "setup.sh: installing pytest in $suite/.venv" >&2
  python3 -m venv --clear $suite/.venv
  $suite/.venv/bin/pip install --quiet --disable-pip-version-check --requirement $suite/requirements.txt
  touch $suite/.venv/installed
}

missing=()
command -v pkg-config > /dev/null || missing=(pkg-config)
# --browser installs only the browser that pages are tested in, and fails if it can't.
if [ "${1:-}" = --browser ]; then
  ! command -v chromium chromium-browser > /dev/null || exit 0
  command -v apt-get > /dev/null || exit 1
  sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo -n)
  export DEBIAN_FRONTEND=noninteractive
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" apt-get install -y -qq --no-install-recommends chromium > /dev/null
  exit 0
fi

libraries=(libzstd libxxhash simdjson libisal snappy liblz4 libbrotlidec zlib)
# A Mac has SHA-256 in its system; other systems use OpenSSL's.
[ "$(uname)" = Darwin ] || libraries+=(libcrypto)
for library in "${libraries[@]}"; do
  pkg-config --exists "$library" 2> /dev/null || missing+=("$library")
done
# The tests use zstd and gzip for containers, cc for a library that causes faults, and the shells
# for completions.
commands=(zstd)
packages=()
if [ "${1:-}" = --tests ]; then
  commands+=(python3 jq cc zsh fish xz lz4 bzip2 make)
  packages=(python3 jq zsh fish xz lz4 bzip2 make)
  [ "$(uname)" = Darwin ] || packages=(python3 python3-venv jq zsh fish xz-utils lz4 bzip2 make gcc libc6-dev)
  # Debian has these modules in a package of their own.
  ! command -v python3 > /dev/null || python3 -c 'import ensurepip, venv' 2> /dev/null || missing+=(python3-venv)
fi
for command in "${commands[@]}"; do
  command -v "$command" > /dev/null || missing+=("$command")
done
if [ "${#missing[@]}" -eq 0 ]; then
  [ "${1:-}" != --tests ] || make_environment
  exit 0
fi

echo "setup.sh: installing what is missing: ${missing[*]}" >&2
if command -v apt-get > /dev/null; then
  sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  export DEBIAN_FRONTEND=noninteractive
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" apt-get install -y -qq --no-install-recommends \
    pkg-config zstd libzstd-dev libxxhash-dev libsimdjson-dev libisal-dev libssl-dev \
    libsnappy-dev liblz4-dev libbrotli-dev zlib1g-dev ${packages[@]+"${packages[@]}"} > /dev/null
elif command -v brew > /dev/null; then
  brew install --quiet pkgconf zstd xxhash simdjson isa-l snappy lz4 brotli zlib ${packages[@]+"${packages[@]}"}
else
  echo "setup.sh: neither apt-get nor brew is here. Install libzstd, libxxhash, simdjson, ISA-L," \
    "snappy, LZ4, Brotli, OpenSSL and zlib with their headers, pkg-config and zstd, for the tests python3 with venv, jq, cc, zsh, fish, xz, lz4 and" \
    "bzip2, and run this again." >&2
  exit 1
fi
[ "${1:-}" != --tests ] || make_environment
