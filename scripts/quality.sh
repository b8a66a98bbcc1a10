#!/usr/bin/env bash
# Judges what dsel selects against the reference package and a random draw. Options: scripts/quality.py --help.
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/quality.py" "$@"
