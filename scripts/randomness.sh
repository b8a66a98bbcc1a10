#!/usr/bin/env bash
# Shows the effect of temperature, normalization, smoothing and estimator on a draw: its randomness,
# its dependence on length, and its gain. Prints a Markdown table on standard output.
#
#   scripts/randomness.sh [TARGET [POOL [COUNT]]]    (default: the large corpora's german, 2,000 documents)
set -euo pipefail
cd "$(dirname "$0")/.."

corpora=../shared/corpora
target=${1:-$corpora/targets/german.jsonl}
pool=${2:-$corpora/pool.jsonl.zst}
count=${3:-2000}
for file in "$target" "$pool"; do
  if [ ! -f "$file" ]; then
    echo "randomness.sh: $file is not there. Name a target and a pool." >&2
    exit 1
  fi
done
scripts/setup.sh >&2
swift build --configuration release --product dsel >&2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo "| options | temperature | effective sample size | overlap with top-k | correlation with length | unseen | KL reduction |"
echo "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
while read -r options; do
  # shellcheck disable=SC2086  # options are words
  .build/release/dsel select --target "$target" --pool "$pool" --count "$count" --objective weight --quiet \
    --force --output "$folder/selected.jsonl" $options
  jq -r --arg options "${options:-(default)}" '
    def digits($n): . * pow(10; $n) | round / pow(10; $n);
    "| `\($options)` | \(.settings.temperature | digits(3)) | \(.effective_sample_size | digits(1))"
    + " | \(.overlap_with_top_k * 100 | digits(1)) % | \(.weight_length_correlation | digits(2))"
    + " | \(.unseen_share * 100 | digits(1)) % | \(.kl_reduction | digits(3)) |"
  ' "$folder/selected.jsonl.manifest.json"
done <<'OPTIONS'

--temperature 4
--temperature auto
--temperature auto --overlap 0.5
--normalize none
--normalize length --temperature 0.05
--estimator logistic
--estimator shrunk
--estimator ratio
--estimator ratio --temperature 100
--estimator ratio --temperature auto
--estimator ratio --normalize sqrt
--estimator ratio --normalize length
--estimator ratio --normalize length --temperature 0.05
--estimator ratio --smoothing 0.01
--estimator ratio --smoothing 10
--estimator ratio --buckets 1M
--estimator ratio --buckets 1M --smoothing 0.01
--compat dsir
--compat dsir --target-smoothing 1
OPTIONS
