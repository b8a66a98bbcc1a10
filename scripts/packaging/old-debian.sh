#!/usr/bin/env bash
# Makes a directory with a small Debian 11 (bullseye, glibc 2.31) in which packages can be tried.
# It does nothing if the directory is there. scripts/packaging/tools.sh --tests installs debootstrap.
#
#   scripts/packaging/old-debian.sh DIRECTORY
set -euo pipefail

directory=$1
suite=bullseye
[ ! -d "$directory" ] || exit 0
sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
# The mirror that this system itself uses.
mirror=$(apt-cache policy libc6 | awk '$2 ~ /^http/ && $2 !~ /security/ { print $2; exit }')
mkdir -p "$(dirname "$directory")"
"${sudo[@]}" rm -rf "$directory.new"
if ! "${sudo[@]}" /usr/sbin/debootstrap --variant=minbase $suite "$directory.new" "$mirror" \
  > "$directory.log" 2>&1; then
  tail -n 20 "$directory.log" >&2
  echo "old-debian.sh: $mirror gave no $suite: see above and $directory.log." >&2
  exit 1
fi
"${sudo[@]}" mv "$directory.new" "$directory"
