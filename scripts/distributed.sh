#!/usr/bin/env bash
# Proves that a draw needs no coordinator: a pool in shards goes through fit, merge, weigh --candidates, merge and
# resample, each shard in processes of its own, in a random order, two at a time, some of them twice. What comes of it is
# compared byte for byte with one `dsel select` over all shards. Exits with 1 if it differs.
#
#   scripts/distributed.sh [--count N] [--seed N] [--target FILE] [POOL.jsonl[.zst] [SHARDS]]
#
# Without a pool it is the corpus pool where that is there, and else the one in Fixtures; in 16 shards. $DSEL is the command to
# prove it of; without it the release build is made first.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

fail() {
  echo "distributed.sh: $*" >&2
  exit 1
}

corpora=../shared/corpora
count= seed=1 target= pool= shards=16
while [ $# -gt 0 ]; do
  case $1 in
    --count) count=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    --target) target=$2; shift 2 ;;
    -*) fail "there is no option $1" ;;
    *) break ;;
  esac
done
if [ $# -gt 0 ]; then
  pool=$1
elif [ -e "$corpora/pool.jsonl.zst" ]; then
  pool=$corpora/pool.jsonl.zst
  target=${target:-$corpora/targets/lexicon.jsonl}
  count=${count:-2000}
else
  pool=Fixtures/crawl.jsonl.zst
fi
[ $# -lt 2 ] || shards=$2
target=${target:-Fixtures/wiki.jsonl}
count=${count:-200}
[ "$shards" -ge 2 ] || fail "the pool must be in 2 shards or more"

dsel=${DSEL:-}
if [ -z "$dsel" ]; then
  swift build --configuration release --product dsel
  dsel=$(swift build --configuration release --show-bin-path)/dsel
fi
dsel=$(realpath "$dsel") target=$(realpath "$target") pool=$(realpath "$pool")
export dsel count

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir shards models candidates parts

# Lines of standard input in an order that the seed and $1 choose.
in_random_order() {
  awk -v seed="$seed$1" 'BEGIN { srand(seed) } { printf "%.9f\t%s\n", rand(), $0 }' | sort | cut -f 2-
}

# The shards' names in a random order; every third comes twice.
tasks() { (cd shards && printf '%s\n' * | awk '{ print } NR % 3 == 0 { print }') | in_random_order "$1"; }

# Runs the function $1 for each shard, in the order that $2 chooses, two at a time.
for_each_shard() {
  export -f "$1"
  tasks "$2" | xargs -P 2 -I NAME bash -euo pipefail -c "$1 NAME"
}

# Merges the files $2… to $1: all at once, and in groups of four in a random order that are merged in turn. Both must agree.
merge_both_ways() {
  local output=$1 group number=0
  shift
  "$dsel" merge --quiet "$@" --output "$output"
  while read -r -a group; do
    "$dsel" merge --quiet "${group[@]}" --output "group.$number.zst"
    number=$((number + 1))
  done < <(printf '%s\n' "$@" | in_random_order "$output" | xargs -n 4)
  "$dsel" merge --quiet group.*.zst --output grouped.zst
  cmp "$output" grouped.zst || fail "$output depends on the grouping of what was merged"
  rm group.*.zst grouped.zst
}

began=$SECONDS
step() { printf '%4d s  %s\n' $((SECONDS - began)) "$*"; }

# Shards of unequal sizes, in three containers. Every fortieth line is in a second shard, too: which copy is drawn must not
# depend on who weighs it.
zstd -dcqf "$pool" | awk -v seed="$seed" -v shards="$shards" '
  function put(shard) { print > sprintf("shards/%04d.jsonl", shard) }
  BEGIN { srand(seed) }
  { put(NR <= shards ? NR - 1 : int(shards * rand() ^ 1.5)) }
  NR % 40 == 0 { put(int(shards * rand())) }'
number=0
for shard in shards/*; do
  case $((number % 3)) in
    1) zstd -q --rm "$shard" ;;
    2) gzip "$shard" ;;
  esac
  number=$((number + 1))
done
lines=$(cat shards/*.jsonl | wc -l)
step "$shards shards of $(basename "$pool"), 1 in 40 lines twice: $(du -sh shards | cut -f 1)"
[ "$lines" -gt 0 ] || fail "$pool has no lines"

fit_shard() { "$dsel" fit --quiet --force "shards/$1" --output "models/$1.model.zst"; }
"$dsel" fit --quiet "$target" --output target.model.zst
for_each_shard fit_shard fit
merge_both_ways pool.model.zst models/*
step "fitted $(tasks fit | wc -l) times, two at a time; merged at once, and in groups: the same bytes"

weigh_shard() {
  "$dsel" weigh --quiet --force --target-model target.model.zst --pool-model pool.model.zst "shards/$1" \
    --candidates "$count" --output "candidates/$1.candidates.zst" --manifest /dev/null
}
for_each_shard weigh_shard weigh
merge_both_ways all.candidates.zst candidates/*
step "weighed $(tasks weigh | wc -l) times; candidates merged at once, and in groups: the same bytes"

resample_shard() {
  "$dsel" resample --quiet --force --candidates all.candidates.zst --pool "shards/$1" --output "parts/$1.jsonl" \
    --manifest /dev/null
}
for_each_shard resample_shard resample
cat parts/*.jsonl > distributed.jsonl
step "resampled $(tasks resample | wc -l) times: $(wc -l < distributed.jsonl) documents of $(ls parts | wc -l) shards"

"$dsel" select --quiet --target "$target" --pool shards/* --count "$count" --output selected.jsonl
step "one select over all shards: $(wc -l < selected.jsonl) documents"

[ -s selected.jsonl ] || fail "nothing was selected"
cmp distributed.jsonl selected.jsonl || fail "$shards shards gave other bytes than one select (seed $seed)"
echo "distributed.sh: $shards shards apart and one select gave the same $(wc -l < selected.jsonl) documents," \
  "byte for byte (seed $seed)"
