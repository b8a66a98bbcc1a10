#!/usr/bin/env bash
# Runs tests of the Python package against the wheel, under the Python of a small Debian that
# old-debian.sh made.
# The wheel is installed there, and nothing of the checkout's package is seen.
#
#   scripts/packaging/test-wheel.sh DIRECTORY WHEEL
#
# The tests are those that need no other package: documents in files and in memory, models, weights,
# candidates, errors, processes. Those that need more are skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."

debian=$(cd "$1" && pwd)
wheel=$2
sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
work=$("${sudo[@]}" mktemp -d "$debian/tmp/wheel.XXXXXX")
inner=${work#"$debian"}
unmount() {
  "${sudo[@]}" umount "$debian/proc" 2> /dev/null || true
  "${sudo[@]}" rm -rf "$work"
}
trap unmount EXIT

within() { "${sudo[@]}" /usr/sbin/chroot "$debian" "$@"; }

version=$(within python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"${sudo[@]}" mkdir -p "$work/site" "$work/checkout"
# pytest is written in Python alone, so the host's pip can install it for this version. It looks at
# its own version to see what older ones need besides.
"${sudo[@]}" .build-package/venv/bin/python -m pip install --quiet --disable-pip-version-check \
  --no-compile --only-binary=:all: --python-version "$version" --target "$work/site" \
  "$wheel" 'pytest>=8,<10' exceptiongroup tomli typing_extensions
program=$inner/site/bin/dsel
"${sudo[@]}" cp -r Fixtures "$work/checkout/"
"${sudo[@]}" mkdir -p "$work/checkout/Python"
"${sudo[@]}" cp -r Python/tests "$work/checkout/Python/"
"${sudo[@]}" mount -t proc proc "$debian/proc"
tests=(test_lines test_select test_stages test_process test_mistakes test_outputs)
echo "Python $version of $(. "$debian/etc/os-release" && echo "$PRETTY_NAME"):"
within /bin/sh -c 'cd "$0" && shift && exec "$@"' "$inner/checkout/Python/tests" -- \
  /usr/bin/env PYTHONPATH="$inner/site" TMPDIR=/tmp \
  python3 -B -m pytest -q -p no:cacheprovider --durations=4 "${tests[@]/%/.py}" --dsel "$program"
