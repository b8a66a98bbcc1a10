#!/usr/bin/env bash
# Times dsel beside comparable tools, and writes Benchmarks/RESULTS.md and .svg. For options, see
# scripts/benchmark.py --help.
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/benchmark.py" "$@"
