#!/usr/bin/env bash
# Builds dsel's packages on Debian: a wheel, a tarball and a .deb, which need nothing but glibc 2.28
# or later. It first installs what the build needs.
#
#   scripts/package.sh [--output DIR]
#
# --output  the directory for the packages (default: dist); older packages there are replaced
#
# Swift's libraries and all others are linked statically, and against the symbols of an older glibc.
# All that is made on the way stays in .build-package, so that the next run is quicker.
set -euo pipefail
cd "$(dirname "$0")/.."

output=dist
while [ $# -gt 0 ]; do
  case "$1" in
    --output)
      [ $# -gt 1 ] || { echo "package.sh: --output needs a value." >&2; exit 64; }
      output=$2
      shift 2
      ;;
    --output=*) output=${1#*=}; shift ;;
    -h | --help) sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p;}' scripts/package.sh; exit 0 ;;
    *) echo "package.sh: unknown argument '$1'. See --help." >&2; exit 64 ;;
  esac
done
if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
  echo "package.sh: packages are built on Debian only. Here, use scripts/install.sh." >&2
  exit 1
fi

# glibc 2.28 has the logarithm of all later ones. With an older one, the last bits of weights might
# differ.
glibc=2.28
machine=$(uname -m)
platform=manylinux_${glibc/./_}_$machine
version=$(sed -n 's/.*static let version = "\(.*\)"$/\1/p' Sources/dsel/Dsel.swift)
[ -n "$version" ] || { echo "package.sh: Sources/dsel/Dsel.swift has no version." >&2; exit 1; }
work=$PWD/.build-package
python=$work/venv/bin/python
mkdir -p "$work"

say() { echo "package.sh: $*" >&2; }

# Copies an object or an archive without its tables for unwinding the stack, an eighth of the program.
# Only C++ needs them, for exceptions, which never cross Swift or C.
without_tables() { "$toolchain/bin/llvm-objcopy" --remove-section .eh_frame "$1" "$2"; }

# Links the objects of an ordinary release build again.
link() {
  local list=$1 static=$toolchain/lib/swift_static/linux gcc libraries object name
  gcc=$(dirname "$(gcc -print-libgcc-file-name)")
  libraries=/usr/lib/$(gcc -print-multiarch)
  local parts=$work/parts swift=() objects=()
  rm -rf "$parts" && mkdir "$parts"
  for name in FoundationEssentials _FoundationCShims _FoundationCollections swift_Concurrency \
    swift_StringProcessing swift_RegexParser swiftSynchronization swiftGlibc swiftDispatch \
    swift_Builtin_float swiftCore dispatch BlocksRuntime; do
    without_tables "$static/lib$name.a" "$parts/lib$name.a"
    swift+=("$parts/lib$name.a")
  done
  while read -r object; do
    # Objects of several modules have the same name.
    name=$parts/${#objects[@]}.o
    case $object in
      *.cpp.o) name=$object ;;
      *) without_tables "$object" "$name" ;;
    esac
    objects+=("$name")
  done < "$list"
  "$python" scripts/packaging/unpin.py "$parts"/*.a "$parts"/*.o
  printf 'const char dsel_commit_text[] = "%s";\n' "$commit" > "$work/commit.c"
  for name in "$work/commit.c" scripts/packaging/support.c; do
    "$toolchain/bin/clang" -O2 -fPIE -c "$name" -o "$parts/$(basename "$name" .c).o"
  done
  # gcc's start and end files register C++'s tables for exceptions; its libgcc has arithmetic on
  # 128 bits.
  "$toolchain/bin/clang" -fuse-ld=lld -pie -nostartfiles -nodefaultlibs -o "$work/dsel" \
    "$start_file" "$gcc/crtbeginS.o" "$parts/commit.o" "$parts/support.o" \
    "$static/$machine/swiftrt.o" "${objects[@]}" \
    -Wl,--defsym,main=dsel_main,--gc-sections,--strip-all,--build-id=sha1 \
    -Wl,-z,relro,-z,now,-z,noexecstack,--start-group \
    "${swift[@]}" "$isal" \
    "$libraries"/lib{zstd,xxhash,crypto,snappy,lz4,brotlidec,brotlicommon}.a "$gcc/libstdc++.a" \
    "$unwind" -Wl,--end-group,--as-needed "${glibc_files[@]}" "$gcc/libgcc.a" "$gcc/crtendS.o"
}

# The files that all packages share, in directories as under a prefix.
make_tree() {
  rm -rf "$work/root" && mkdir "$work/root"
  DESTDIR=$work/root scripts/install.sh --prefix / --binary "$work/dsel" >&2
  local documents=$work/root/share/doc/dsel
  mkdir -p "$documents"
  cp LICENSE CHANGELOG.md "$documents"
  scripts/packaging/licences.sh "$toolchain" "$work" "$documents/licences"
}

make_wheel() {
  (
    cd Python
    DSEL_ROOT=$work/root DSEL_TAG=py3-none-$platform \
      "$python" -m hatchling build --target wheel --directory "$made" >&2
  )
  # The name of a wheel is a promise, and auditwheel knows whether the program keeps it. It names
  # the oldest glibc that has all symbols, which may be an older one.
  local wheel=$made/dsel-$version-py3-none-$platform.whl found
  # The same files in a tighter form of deflate: 4 % less.
  advzip --recompress -3 --quiet "$wheel"
  "$python" -m auditwheel show "$wheel" > "$work/audit"
  found=$(tr '\n' ' ' < "$work/audit" | sed -n 's/.*following platform tag: "manylinux_2_\([0-9]*\)_.*/\1/p')
  if [ -z "$found" ] || [ "$found" -gt "${glibc#2.}" ]; then
    cat "$work/audit" >&2
    say "auditwheel doesn't agree that the wheel is for $platform: see above."
    exit 1
  fi
}

make_tarball() {
  local name=dsel-$version-linux-$machine
  tar -C "$work/root" --transform "s,^\.,$name," --sort=name --mtime="@$SOURCE_DATE_EPOCH" \
    --owner=0 --group=0 --numeric-owner -c . | gzip -9n > "$made/$name.tar.gz"
}

scripts/packaging/tools.sh
# The directory with bin and lib of the Swift that builds.
toolchain=$(swiftc -print-target-info | "$python" -c \
  'import json, sys; print(json.load(sys.stdin)["paths"]["runtimeResourcePath"].removesuffix("/lib/swift"))')
commit=$(git describe --always --abbrev=12 --exclude '*' --dirty 2> /dev/null) || {
  commit=unknown
  say "this is no git checkout, so the packages can't name their commit."
}
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2> /dev/null || date +%s)
export SOURCE_DATE_EPOCH
# shellcheck source=scripts/packaging/static.sh
. scripts/packaging/static.sh

say "building dsel $version, commit $commit"
swift build -c release --product dsel >&2
make_libraries >&2
find_glibc
link "$(swift build -c release --show-bin-path)/dsel.product/Objects.LinkFileList"
make_tree
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
make_wheel
make_tarball
scripts/packaging/deb.sh "$work/root" "$version" "$made"
mkdir -p "$output"
rm -f "$output"/dsel-*.whl "$output"/dsel-*.tar.gz "$output"/dsel_*.deb
cp "$made"/* "$output"
(cd "$output" && ls -l -- dsel[-_]*)
