#!/usr/bin/env bash
# Counts the instructions of the hot loops with callgrind, on the fixtures. The number hardly
# depends on the machine or its load, so a slow-down shows in review. The script compares it with
# Benchmarks/instructions.json within 3 %.
#
#   scripts/instructions.sh [--update]
#
# valgrind emulates no processor with AVX-512, so the count is that of the kernels for AVX2.
set -euo pipefail
cd "$(dirname "$0")/.."

update=false
[ "${1:-}" = "--update" ] && update=true && shift
if ! command -v valgrind > /dev/null || [ "$(uname -m)" != x86_64 ]; then
  echo "instructions.sh: skipped: valgrind on x86-64 is needed." >&2
  exit 0
fi
(cd Benchmarks && swift build --configuration release --quiet >&2)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# valgrind can't read Swift's debugging information.
strip -g Benchmarks/.build/release/benchmark -o "$folder/benchmark"
zstd -dcq Fixtures/crawl.jsonl.zst > "$folder/pool.jsonl"
bytes=$(wc -c < "$folder/pool.jsonl")

count() {  # instructions of a number of runs of a stage; Swift's hashing is the same each time
  SWIFT_DETERMINISTIC_HASHING=1 valgrind --tool=callgrind --callgrind-out-file="$folder/out" "$folder/benchmark" \
    "$folder/pool.jsonl" --repeat "$1" "$2" 2> "$folder/log" > "$folder/table" ||
    { tail -n 5 "$folder/log" >&2; exit 1; }
  sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$folder/log"
}
measured="{"
for stage in tokens features-1048576 count-10000 weigh-ratio-10000 weigh-blend-1048576; do
  # The cost of additional runs is that of the stage alone.
  once=$(count 1 "$stage")
  thrice=$(count 3 "$stage")
  measured+="\"$stage\": $(((thrice - once) * 50 / bytes)), "
done
measured="${measured%, }}"
echo "instructions for 100 bytes of JSONL: $measured"
if [ "$update" = true ]; then
  printf '%s\n' "$measured" > Benchmarks/instructions.json
  exit
fi
python3 - "$measured" << 'PYTHON'
import json, sys

measured = json.loads(sys.argv[1])
with open("Benchmarks/instructions.json", encoding="utf-8") as file:
    kept = json.load(file)
failed = False
for name, count in kept.items():
    change = measured[name] / count - 1
    print(f"{name}: {count} -> {measured[name]} ({change:+.1%})")
    failed |= abs(change) > 0.03
if failed:
    sys.exit("instructions.sh: more than 3 % off. If that is meant, run scripts/instructions.sh --update.")
PYTHON
