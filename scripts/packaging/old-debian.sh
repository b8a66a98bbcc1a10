#!/usr/bin/env bash
# Makes a directory with a small Debian in which packages can be tried: bullseye (Debian 11, glibc
# 2.31, Python 3.9) unless another one is named. It does nothing if the directory is there.
# scripts/packaging/tools.sh --tests installs debootstrap.
#
#   scripts/packaging/old-debian.sh DIRECTORY [bullseye|bookworm|trixie]
set -euo pipefail

directory=$1
suite=${2:-bullseye}
[ ! -d "$directory" ] || exit 0
sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
# The mirror that this system itself uses.
mirror=$(apt-cache policy libc6 | awk '$2 ~ /^http/ && $2 !~ /security/ { print $2; exit }')
mkdir -p "$(dirname "$directory")"
"${sudo[@]}" rm -rf "$directory.new"
if ! "${sudo[@]}" /usr/sbin/debootstrap --variant=minbase --include=python3,xz-utils,zstd $suite \
  "$directory.new" "$mirror" > "$directory.log" 2>&1; then
  tail -n 20 "$directory.log" >&2
  echo "old-debian.sh: $mirror gave no $suite: see above and $directory.log." >&2
  exit 1
fi
"${sudo[@]}" mv "$directory.new" "$directory"
