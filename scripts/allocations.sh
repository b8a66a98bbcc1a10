#!/usr/bin/env bash
# Counts the allocations of `dsel select --objective weight` over pools of 50 and of 100 MB. The
# difference is the cost of the second half's documents in two passes: some allocations for each
# chunk of 512 KiB, and with the default estimator some hundred for the regression's sample. The
# script fails above one allocation for ten documents. It needs Linux with glibc.
#
#   scripts/allocations.sh [DSEL [TARGET [POOL]]]
set -euo pipefail
cd "$(dirname "$0")/.."

dsel=${1:-.build/release/dsel}
target=${2:-../shared/corpora/targets/lexicon.jsonl}
pool=${3:-../shared/corpora/pool.jsonl.zst}
if [ "$(uname)" != Linux ]; then
  echo "allocations.sh: skipped: glibc is needed." >&2
  exit 0
fi
for file in "$dsel" "$target" "$pool"; do
  if [ ! -f "$file" ]; then
    echo "allocations.sh: skipped: $file is not there. Name a dsel, a target and a pool." >&2
    exit 0
  fi
done

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cc -O2 -shared -fPIC -o "$folder/allocations.so" scripts/allocations.c
case $pool in
  *.zst) zstd -dcq "$pool" ;;
  *) cat "$pool" ;;
esac | head -c 100000000 | sed '$d' > "$folder/100.jsonl" || true
documents=$(wc -l < "$folder/100.jsonl")
head -n $((documents / 2)) "$folder/100.jsonl" > "$folder/50.jsonl"

count() {  # allocations of a run over a pool, with options
  LD_PRELOAD=$folder/allocations.so ALLOCATIONS=$folder/count "$dsel" select --target "$target" --pool "$1" \
    --objective weight --count 1000 --threads 1 --quiet --force --output "$folder/selected.jsonl" "${@:2}"
  cat "$folder/count"
}
more=$((documents - documents / 2))
for estimator in blend shrunk; do
  half=$(count "$folder/50.jsonl" --estimator "$estimator")
  whole=$(count "$folder/100.jsonl" --estimator "$estimator")
  echo "$estimator: $half allocations with $((documents / 2)) documents, $((whole - half)) more with $more more"
  if [ $(((whole - half) * 10)) -gt "$more" ]; then
    echo "allocations.sh: that is more than one for ten documents." >&2
    exit 1
  fi
done
