#!/usr/bin/env bash
# Compares dsel's selections with the reference package's and with a random draw. For options, see
# scripts/quality.py --help.
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/quality.py" "$@"
