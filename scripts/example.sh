#!/usr/bin/env bash
# Runs the main job on Fixtures and shows the selection. It first installs and builds what is
# missing.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
swift build --configuration release --product dsel
dsel=$(swift build --configuration release --show-bin-path)/dsel

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
output="$folder/selected.jsonl.zst"

echo
echo "dsel select --target Fixtures/wiki.jsonl --pool Fixtures/crawl.jsonl.zst --count 100 --output selected.jsonl.zst"
"$dsel" select --target Fixtures/wiki.jsonl --pool Fixtures/crawl.jsonl.zst --count 100 \
  --output "$output"

# This avoids a dependency on jq for a table of one field.
domains() { zstd -dcq "$1" | sed -E 's/.*"domain": ?"([a-z_]+)".*/\1/' | sort | uniq -c | sort -rn; }
echo
echo "The pool by domain:"
domains Fixtures/crawl.jsonl.zst
echo "What was selected, by domain:"
domains "$output"
echo "The first selected document:"
zstd -dcq "$output" | head -n 1 | cut -c 1-300 || true
