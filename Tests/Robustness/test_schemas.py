"""Everything that dsel writes as JSON is as Documentation/schemas says, and has no other members."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from running import FIXTURES, ROOT, run

SCHEMAS = ROOT / "Documentation/schemas"
FILES = "--target wiki.jsonl --pool crawl.jsonl.zst"
STRATA = "--target strata.jsonl --pool strata.jsonl --min-tokens 0 --on-error skip"
# Commands that follow those of Fixtures/golden/json-keys.json, in the same directory.
COMMANDS = f"""
select {FILES} --count 50 --annotate-with part,rank -o s1.jsonl
select {FILES} --tokens 20k --objective weight --temperature auto --min-weight -90 --min-quantile 0.2 -o s2.jsonl
select {FILES} --count 90 --near-duplicates 0.8 --exclude wiki.jsonl --exclude-target --excluded x -o s3.jsonl
select {FILES} --count auto --auto-limit 200 -o s4.jsonl
select {FILES} --count 50 --max-tokens 900 --output-dir out --shard-bytes 50k --remainder rest --shuffle
select {STRATA} --count 5 --stratify kind --mixture auto -o s5.jsonl
select {STRATA} --count 5 --stratify kind --replay 0.2 --tokens-field n --rejects rejects -o s6.jsonl
select {STRATA} --count 5 --add n=2 --objective weight -o s7.jsonl
select --target a=wiki.jsonl b=strata.jsonl --on-error skip --share a=0.7 --pool crawl.jsonl.zst --count 20 -o s8.jsonl
select {FILES} --compat dsir --top-k --count 20 -o s9.jsonl
fit wiki.jsonl -o w.model
fit crawl.jsonl.zst -o c.model
select {FILES} --count 20 --base w.model -o s10.jsonl
weigh --target-model w.model --pool-model c.model crawl.jsonl.zst -o weights.jsonl
weigh --target-model w.model --pool-model c.model crawl.jsonl.zst --candidates 50 -o candidates
resample --weights weights.jsonl --pool crawl.jsonl.zst --count 20 -o r1.jsonl
resample --candidates candidates --count 20 --pool crawl.jsonl.zst -o r2.jsonl
resample --field n strata.jsonl --on-error skip --count 3 --epochs 2 -o r3.jsonl
compare --target wiki.jsonl --selected s1.jsonl --pool crawl.jsonl.zst
compare --target wiki.jsonl --selected s1.jsonl --heldout wiki.jsonl --heldout-tokens 2k
compare --target strata.jsonl --selected strata.jsonl --on-error skip --domain-field kind
explain {FILES} crawl.jsonl.zst --line 12 --top 3
explain {FILES} --top 3
explain --manifest s1.jsonl.manifest.json --line 12 --line 13
explain --manifest s2.jsonl.manifest.json --line 12 --line 13
explain --manifest s3.jsonl.manifest.json --line 12 --line 13
explain --manifest s6.jsonl.manifest.json --line 1 --line 4 --line 5
explain --manifest s8.jsonl.manifest.json --line 12 --top 0
show --manifest s1.jsonl.manifest.json --top 3 --at-cut 3 --random 3
show --manifest s8.jsonl.manifest.json --domain-field domain
show {FILES} --top 3
verify s1.jsonl.manifest.json s8.jsonl.manifest.json r1.jsonl.manifest.json
"""


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def faults(name: str, value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(value)]


def name_of(words: list[str]) -> str:
    if words[0] == "merge":
        return "merge" if any(word.endswith(".model") for word in words) else "candidates"
    return "explain-selection" if "--manifest" in words and words[0] == "explain" else words[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ["wiki.jsonl", "crawl.jsonl.zst"]:
        shutil.copy(FIXTURES / name, tmp_path)
    lines = [json.dumps({"text": f"some words of {n % 3}, {n}", "kind": "xyz"[n % 3], "n": n}) for n in range(20)]
    lines[4:4] = ["no JSON"]
    (tmp_path / "strata.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path


def check(words: list[str], folder: Path, dsel: str, status: int = 0) -> list[str]:
    """The faults of a command's report, manifest and events."""
    done = run([dsel, *words], folder)
    found = []
    if done.status != status:
        return [str(done)]
    if "--json" in words and done.output.startswith(b"{\n"):
        found += faults(name_of(words), json.loads(done.output))
    for line in done.errors.splitlines():
        if line.startswith("{"):
            found += faults("events", json.loads(line))
    return [f"{' '.join(words)}: {fault}" for fault in found]


def test_output_is_as_the_schemas_say(dsel: str, folder: Path) -> None:
    (folder / "first").mkdir()
    for name in ["wiki.jsonl", "crawl.jsonl.zst"]:
        shutil.copy(folder / name, folder / "first")
    found = []
    for one in json.loads((FIXTURES / "golden/json-keys.json").read_text()):
        found += check(one["arguments"], folder / "first", dsel, one.get("status", 0))
    for line in COMMANDS.split("\n"):
        if words := line.split():
            found += check([*words, "--json", *([] if words[0] == "verify" else ["--progress", "json"])], folder, dsel)
    manifests = list(folder.rglob("*.manifest.json")) + list(folder.rglob("manifest.json"))
    assert len(manifests) > 12
    for path in manifests:
        manifest = json.loads(path.read_text())
        found += [f"{path.name}: {fault}" for fault in faults(manifest["command"], manifest)]
    assert not found, "\n".join(found)


def test_errors_are_events(dsel: str, folder: Path) -> None:
    for words, status in [(["select", "--target", "x"], 64), (["fit", "none", "-o", "x"], 1), (["verify", "wiki.jsonl"], 1)]:
        done = run([dsel, *words, "--json"], folder)
        assert done.status == status
        assert faults("events", json.loads(done.errors.splitlines()[-1])) == []


def test_unknown_members_are_found() -> None:
    value = {"error": {"code": "a", "message": "b"}}
    assert faults("events", value) == []
    assert faults("events", {"error": value["error"] | {"more": 1}}) != []
    assert faults("events", {"error": {"code": "a"}}) != []


def test_schemas_are_those_of_the_sources() -> None:
    subprocess.run([sys.executable, ROOT / "scripts/generate-json-schemas.py", "--check"], check=True)
