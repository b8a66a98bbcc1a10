#!/usr/bin/env bash
# Checks the kernels of CVector against plain code, on this processor and as programs for arm64,
# which qemu runs: with NEON, and scalar. See Tests/Kernels/main.c. On x86-64, the scalar kernels use
# SSE2, and are checked without it too.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sources=(Sources/CVector/*.c Tests/Kernels/*.c)
options=(-std=gnu11 -O2 -Wall -Wextra -Werror -I Sources/CVector/include -I Tests/Kernels)

here=$(command -v clang || command -v gcc)
"$here" "${options[@]}" "${sources[@]}" -o "$folder/here"
"$folder/here"
if [ "$(uname -m)" = x86_64 ]; then
  "$here" "${options[@]}" -DDSEL_PLAIN_WORDS "${sources[@]}" -o "$folder/words"
  "$folder/words" | sed -n '/scalar/s/$/, in plain words/p'
fi

cross=aarch64-linux-gnu-gcc
if ! command -v $cross > /dev/null || ! command -v qemu-aarch64 > /dev/null; then
  if ! command -v apt-get > /dev/null; then
    echo "skipped for arm64: there is no $cross or no qemu-aarch64"
    exit 0
  fi
  privileged=()
  [ "$(id -u)" -eq 0 ] || privileged=(sudo)
  ${privileged[@]+"${privileged[@]}"} apt-get install --yes --quiet --no-install-recommends \
    gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user > "$folder/log" 2>&1 ||
    { tail -n 20 "$folder/log"; exit 1; }
fi
$cross -static "${options[@]}" "${sources[@]}" -o "$folder/arm64"
qemu-aarch64 "$folder/arm64" | sed 's/$/, on arm64/'
