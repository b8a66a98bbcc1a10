# shellcheck shell=bash disable=SC2154,SC2034  # scripts/package.sh sets and uses the others
#
# Sourced by scripts/package.sh: makes static libraries of what Debian has only as shared ones, and
# finds the files of an older glibc.
#
# It reads $work (the directory for all that is made), $python, $toolchain and $glibc. It sets $isal,
# $glibc_files, $start_file and $unwind: paths of what is to be linked.

# The Debian sources of two installed packages, of exactly their versions.
fetch_sources() {
  local package apt=$work/apt
  local options=(-qq -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$apt/lists" -o APT::Sandbox::User=)
  mkdir -p "$apt/lists/partial"
  # The archive that each package was installed from.
  for package in libisal-dev; do
    apt-cache policy $package | awk '
      found && $2 ~ /^http/ {
        split($3, suite, "/")
        print "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]", $2, suite[1], suite[2]
        exit
      }
      /^ \*\*\*/ { found = 1 }'
  done | sort -u > "$apt/sources.list"
  apt-get "${options[@]}" update
  for package in libisal-dev; do
    # shellcheck disable=SC2016  # dpkg-query replaces these
    (cd "$work" && apt-get "${options[@]}" source --only-source \
      "$(dpkg-query --show --showformat '${source:Package}=${source:Version}' $package)")
  done
}

# The directory with the sources of a library.
source_of() { find "$work" -maxdepth 1 -type d -name "$1-*" -print -quit; }

make_libraries() {
  local versions
  versions=$(dpkg-query --show libisal-dev)
  isal=$work/libisal.a
  [ "$(cat "$work/versions" 2> /dev/null)" != "$versions" ] || return 0
  rm -rf "$work"/libisal* "$work/versions"
  fetch_sources
  # Of ISA-L, dsel uses gzip's part.
  if ! make --silent --directory "$(source_of libisal)" --file Makefile.unx --jobs 2 \
    host_cpu="$(uname -m)" units=igzip lib > "$work/isa-l.log" 2>&1; then
    cat "$work/isa-l.log" >&2
    return 1
  fi
  cp "$(source_of libisal)/bin/isa-l.a" "$isal"
  printf '%s\n' "$versions" > "$work/versions"
}

# Has ziglang make the start files and the symbols of an older glibc, and reads from its link line
# where they are. Only these are used: zig's compiler and its memcpy would make dsel slower.
find_glibc() {
  local line
  export ZIG_GLOBAL_CACHE_DIR=$work/zig ZIG_LOCAL_CACHE_DIR=$work/zig
  printf 'int main(void) { return 0; }\n' > "$work/empty.c"
  "$python" -m ziglang cc -target "$(uname -m)-linux-gnu.$glibc" -O2 -g0 -fno-sanitize=all -pie -v \
    "$work/empty.c" -o "$work/empty" -lunwind -lm -lpthread -ldl > "$work/link-line" 2>&1 || {
    cat "$work/link-line" >&2
    return 1
  }
  line=$(grep -F libc_nonshared.a "$work/link-line")
  local name file
  glibc_files=()
  for name in libc.so.6 libm.so.6 libpthread.so.0 libdl.so.2 libld.so.2 libc_nonshared.a; do
    file=$(file_on_line "$name")
    glibc_files+=("$file")
  done
  start_file=$(file_on_line Scrt1.o)
  unwind=$(file_on_line libunwind.a)
}

file_on_line() {
  grep -oE "[^ ]+/$1( |\$)" <<< "$line" | head -n 1 | tr -d ' ' |
    grep . || { echo "package.sh: zig names no $1 on its link line." >&2; return 1; }
}
