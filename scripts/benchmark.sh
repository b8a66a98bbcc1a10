#!/usr/bin/env bash
# Times dsel beside its neighbours, and writes Benchmarks/RESULTS.md and .svg. Options: scripts/benchmark.py --help.
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/benchmark.py" "$@"
