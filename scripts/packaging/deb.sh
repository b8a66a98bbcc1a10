#!/usr/bin/env bash
# Makes a .deb from the tree of files that all packages share.
#
#   scripts/packaging/deb.sh ROOT VERSION OUTPUT
#
# All times in it are SOURCE_DATE_EPOCH, from the environment.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$1 version=$2 output=$3

architecture=$(dpkg --print-architecture)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
documents=$tree/usr/share/doc/dsel
mkdir -p "$tree/usr" "$tree/DEBIAN"
cp -R "$root/bin" "$root/share" "$tree/usr"
# Debian's own places.
mv "$tree/usr/share/zsh/site-functions" "$tree/usr/share/zsh/vendor-completions"
gzip -9n "$tree"/usr/share/man/man1/*.1

# Debian has the Apache License itself, and wants all other licences in one file.
{
  echo "dsel: select training data for language models."
  echo
  echo "dsel is under the Apache License 2.0: /usr/share/common-licenses/Apache-2.0."
  echo
  cat "$documents/licences/README.txt"
  for file in "$documents"/licences/*.txt; do
    case $file in */README.txt) continue ;; esac
    printf '\n%s\n%s\n\n' "$(printf '=%.0s' {1..78})" "$(basename "$file")"
    cat "$file"
  done
} > "$documents/copyright"
rm -r "$documents/licences" "$documents/LICENSE"
mv "$documents/CHANGELOG.md" "$documents/NEWS"
maintainer=$(git log -1 --format='%an <%ae>' 2> /dev/null || echo "dsel <root@localhost>")
cat > "$documents/changelog" <<CHANGES
dsel ($version) unstable; urgency=medium

  * See NEWS.gz.

 -- $maintainer  $(date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
CHANGES
gzip -9n "$documents/NEWS" "$documents/changelog"

cat > "$tree/DEBIAN/control" <<CONTROL
Package: dsel
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk "$tree/usr" | cut -f 1)
Depends: libc6 (>= 2.28)
Section: utils
Priority: optional
Description: select training data for language models
 dsel selects, from a pool of text too large to read, the documents that look
 most like a target: a set of example documents. It uses importance resampling
 (DSIR). Documents are lines of JSON, plain or compressed with zstd or gzip.
CONTROL
(cd "$tree" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum > DEBIAN/md5sums)
find "$tree" -type d -exec chmod 755 {} +
dpkg-deb --root-owner-group -Zxz --build "$tree" "$output/dsel_${version}_$architecture.deb" > /dev/null
