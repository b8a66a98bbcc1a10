#!/usr/bin/env bash
# Reduces the output of `swift test` to failures, skips and totals.
grep --line-buffered -vE '^(◇|✔ Test "|✔ Suite |\[[0-9]+/[0-9]+\]|↳ finished)' || true
