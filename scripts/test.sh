#!/usr/bin/env bash
# Runs every check: format, where `unsafe` may stand, all tests in debug and release, and under the
# sanitizers (on Linux; --quick leaves them out).
set -euo pipefail
cd "$(dirname "$0")/.."

quick=false
[ "${1:-}" = "--quick" ] && quick=true

step() { printf '\n== %s\n' "$*"; }

step "setup"
scripts/setup.sh --tests

step "format"
swift format lint --strict --recursive Package.swift Sources Tests

step "unsafe code stays where it may be"
# Owners of C resources and descriptors, and the measured hot loops. A new place belongs in this list only with
# a SAFETY comment and a naive twin in the tests.
allowed='^Sources/(Compression/|Files/|Platform/|Reading/(ContentHash|ContentHasher|DocumentParser|JSONScanner(\+Values)?)\.swift|Writing/AtomicFile\.swift'
allowed+='|Featurizing/(ByteClasses|CacheLines|Featurizer|GramCache|JoinedFeatureHasher|SHA256)\.swift'
allowed+='|Featurizing/(TokenCache|TokenHasher|Tokenizer|UnicodeTables|XXH3)\.swift'
allowed+='|Weighting/(DocumentSample|LogRatioTable)\.swift'
allowed+='|Resampling/(SeededHash|TextHash)\.swift)'
if grep -rlwE 'unsafe|@unsafe' Sources --include '*.swift' | grep -vE "$allowed"; then
  echo "test.sh: these files use unsafe code and are not among those that may." >&2
  exit 1
fi

step "no result in the order of a Dictionary or a Set"
scripts/check-order.py

# Tests that run the built dsel are left to the release build: a debug build of the hot loops takes seconds for
# each of some hundred runs.
step "tests, debug"
swift test --disable-xctest --skip CommandLineTests 2>&1 | scripts/quiet-tests.sh

step "tests, release"
swift test --disable-xctest --configuration release -Xswiftc -enable-testing --scratch-path .build-release 2>&1 |
  scripts/quiet-tests.sh

# They are built from the same sources, which their own code may no longer fit.
step "benchmarks can be built"
(cd Benchmarks && swift build --configuration release --quiet 2>&1 | { grep -v 'prohibited flag' || true; })

step "faults"
scripts/faults.py .build-release/release/dsel | tail -n 1

step "a pool in five shards, apart and as one"
DSEL=.build-release/release/dsel scripts/distributed.sh Fixtures/crawl.jsonl.zst 5 | tail -n 1

step "limits, and ten thousand files"
scripts/limits.py .build-release/release/dsel | tail -n 1

step "load, a little"
scripts/soak.py .build-release/release/dsel --weigh 100M --select 100M --share 20M | tail -n 1

step "kills, signals, full disks, changing inputs"
scripts/kills.py .build-release/release/dsel

if [ "$quick" = false ] && [ "$(uname)" = Linux ]; then
  step "fuzzing"
  scripts/fuzz.sh 30

  # The leak checker is off: the test runner itself leaks. The tests run the dsel that was built with it.
  step "all tests, address sanitizer"
  ASAN_OPTIONS=detect_leaks=0 swift test --disable-xctest --configuration release -Xswiftc -enable-testing \
    --sanitize address --scratch-path .build-address 2>&1 | scripts/quiet-tests.sh
  scripts/sanitize.py .build-address/release/dsel --malformed

  # With the define, Lock is one that the sanitizer knows. Tests that run the built dsel are left to whole commands:
  # each run would take seconds.
  step "tests, thread sanitizer"
  swift test --disable-xctest --configuration release -Xswiftc -enable-testing --sanitize thread \
    -Xswiftc -DTHREAD_SANITIZER --scratch-path .build-thread --skip CommandLineTests 2>&1 |
    scripts/quiet-tests.sh
  scripts/sanitize.py .build-thread/release/dsel
fi

step "all checks passed"
