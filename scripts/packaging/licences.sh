#!/usr/bin/env bash
# Collects the licences of all that is linked into a package.
#
#   scripts/packaging/licences.sh TOOLCHAIN WORK DIRECTORY
set -euo pipefail
cd "$(dirname "$0")/../.."
toolchain=$1 work=$2 directory=$3

mkdir -p "$directory"
zig=$("$work/venv/bin/python" -c 'import os, ziglang; print(os.path.dirname(ziglang.__file__))')
standard_library=$(dpkg-query --show --showformat '${Package}\n' 'libstdc++-*-dev' | sort -V | tail -n 1)
cp "$toolchain/share/swift/LICENSE.txt" "$directory/swift.txt"
cp .build/checkouts/swift-argument-parser/LICENSE.txt "$directory/swift-argument-parser.txt"
cp "$zig/lib/libunwind/LICENSE.TXT" "$directory/libunwind.txt"
cp "$zig/lib/libc/glibc/LICENSES" "$directory/glibc.txt"
for package in zstd:libzstd-dev xxhash:libxxhash-dev openssl:libssl-dev isa-l:libisal-dev \
  snappy:libsnappy-dev lz4:liblz4-dev brotli:libbrotli-dev "libstdc++:$standard_library"; do
  # A copyright file may be a link into another package.
  cp -L "/usr/share/doc/${package#*:}/copyright" "$directory/${package%%:*}.txt"
done
chmod 644 "$directory"/*
cat > "$directory/README.txt" <<'TEXT'
dsel is under the Apache License 2.0. These libraries are linked into the program:

  swift.txt                  Swift's standard library and runtime, Foundation, Dispatch, Blocks
  swift-argument-parser.txt  swift-argument-parser
  zstd.txt                   libzstd
  xxhash.txt                 libxxhash
  openssl.txt                libcrypto of OpenSSL (SHA-256)
  isa-l.txt                  ISA-L (gzip)
  snappy.txt                 snappy (Parquet)
  lz4.txt                    liblz4 (Parquet)
  brotli.txt                 libbrotlidec and libbrotlicommon (Parquet)
  libstdc++.txt              libstdc++ and libgcc, with the GCC Runtime Library Exception
  libunwind.txt              LLVM's libunwind
  glibc.txt                  the start files of glibc, which may be linked into any program

glibc itself is not part of the packages: the program uses the system's own. Files from Debian
describe all files of a source package; only its libraries are linked.
TEXT
