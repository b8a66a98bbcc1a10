#!/usr/bin/env bash
# Installs the tools that packages are built with, if they are missing: Debian's, and Python's in
# .build-package/venv. With --tests it also installs debootstrap.
set -euo pipefail
cd "$(dirname "$0")/../.."

scripts/setup.sh
commands=(make nasm dpkg-source g++ readelf git python3 xz advzip)
packages=(make nasm dpkg-dev g++ binutils git python3 python3-venv xz-utils advancecomp)
if [ "${1:-}" = --tests ]; then
  commands+=(/usr/sbin/debootstrap)
  packages+=(debootstrap debian-archive-keyring)
fi
missing=()
for command in "${commands[@]}"; do
  command -v "$command" > /dev/null || missing+=("$command")
done
python3 -c 'import ensurepip, venv' 2> /dev/null || missing+=(python3-venv)
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
if [ "${#missing[@]}" -gt 0 ]; then
  echo "tools.sh: installing what is missing: ${missing[*]}" >&2
  sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends \
    "${packages[@]}" debian-archive-keyring > /dev/null
fi

environment=.build-package/venv
requirements=scripts/packaging/requirements.txt
if [ ! -e $environment/installed ] || [ $environment/installed -ot $requirements ]; then
  echo "tools.sh: installing hatchling, auditwheel and ziglang in $environment" >&2
  mkdir -p .build-package
  python3 -m venv --clear $environment
  $environment/bin/pip install --quiet --disable-pip-version-check --requirement $requirements
  touch $environment/installed
fi
