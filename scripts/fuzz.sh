#!/usr/bin/env bash
# Runs each fuzz target for some seconds (default: 30), starting from the fixtures, with a fixed
# seed. A finding is kept in Fuzzing/findings, and ends the script with an error. Linux only:
# Apple's toolchain has no libFuzzer.
#
#   scripts/fuzz.sh [SECONDS] [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/../Fuzzing"

seconds="${1:-30}"
targets=("${@:2}")
[ "${#targets[@]}" -gt 0 ] || targets=(documents tokens containers models candidates weights draws parquet)
if [ "$(uname)" != Linux ]; then
  echo "fuzz.sh: skipped: there is a libFuzzer for Linux only." >&2
  exit 0
fi

# Built as a library, without its `main`: SwiftPM would give the executable one.
toolchain="$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")"
library="$(echo "$toolchain"/lib/clang/*/lib/linux/libclang_rt.fuzzer_no_main-"$(uname -m)".a)"
swift build --configuration release -Xlinker "$library" -Xlinker -lstdc++ --quiet 2>&1 |
  { grep -v -e __asan_extra_spill_area -e 'prohibited flag' || true; }
fuzz="$PWD/.build/release/fuzz"

# The seeds: each line of the small malformed files, texts, and whole files. Each follows the bytes
# that choose settings.
corpus="$(mktemp -d)"
trap 'rm -rf "$corpus"' EXIT
mkdir -p "$corpus"/{documents,tokens,containers,models,candidates,weights,draws,parquet} findings
number=0
for file in ../Fixtures/malformed/*.json*; do
  { [ -f "$file" ] && [ "$(wc -c < "$file")" -lt 20000 ]; } || continue
  number=$((number + 1))
  { printf '\003\100'; cat "$file"; } > "$corpus/containers/$number"
  (grep -a -m 5 . "$file" || true) | while IFS= read -r line; do
    printf '\001%s' "$line" > "$corpus/documents/$number-${#line}"
  done
done
zstd -dqc ../Fixtures/crawl.jsonl.zst | sed -n 1,200p | while IFS= read -r line; do
  number=$((number + 1))
  printf '\002\003%s' "${line:0:400}" > "$corpus/tokens/$number"
done
head -c 2000 ../Fixtures/wiki.jsonl > "$corpus/text"
{ printf '\005\001'; zstd -qc "$corpus/text"; zstd -qc --no-check "$corpus/text"; } > "$corpus/containers/frames"
{ printf '\005\001'; gzip -nc "$corpus/text"; gzip -c "$corpus/text"; } > "$corpus/containers/members"

for name in model candidates; do
  folder="$corpus/${name%s}s"
  file=../Fixtures/models/version-1.$name
  cp "$file" "$folder/plain"
  zstd -qc "$file" > "$folder/packed"
  tr -d '\n' < "$file" > "$folder/one-line"
done
while IFS= read -r line; do
  for choice in 0 1 2 3; do printf "\\00$choice%s" "$line" > "$corpus/weights/$choice-${#line}"; done
done < ../Fixtures/models/version-1.weights

# Options and ratings are bits, so any bytes are valid seeds.
for count in 45 90 400; do
  head -c "$count" ../Fixtures/crawl.jsonl.zst > "$corpus/draws/$count"
  head -c "$count" ../Fixtures/wiki.jsonl > "$corpus/draws/text-$count"
  head -c "$count" /dev/zero > "$corpus/draws/zeros-$count"
done

# Small files, each after the byte that chooses a field.
for file in ../Fixtures/golden/parquet/{,apache/data/}*.parquet; do
  for choice in 0 1 2; do
    { printf "\\00$choice"; cat "$file"; } > "$corpus/parquet/$choice-$(basename "$file")"
  done
done

for target in "${targets[@]}"; do
  printf '%s: ' "$target"
  # The leak checker is off, because a Swift process keeps its global objects until its end. Swift's
  # backtraces are off, because they wait for a terminal.
  if SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 "$fuzz" "$target" -max_total_time="$seconds" -seed=1 -max_len="$([ "$target" = parquet ] && echo 16384 || echo 4096)" -timeout=20 \
    -rss_limit_mb=2048 -dict=json.dict -artifact_prefix=findings/ "$corpus/$target" < /dev/null > "$corpus/log" 2>&1; then
    grep '^Done' "$corpus/log"
  else
    tail -n 40 "$corpus/log" >&2
    echo "fuzz.sh: $target: a finding is in Fuzzing/findings. Repeat it with: $fuzz $target FILE" >&2
    exit 1
  fi
done
