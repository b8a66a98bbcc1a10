"""Advice in messages: it is followed to the letter, and then the command succeeds."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from planning import checked, folder, in_shell, selected
from running import FIXTURES

__all__ = ["folder"]

MODELS = "--target-model wiki.model --pool-model pool.model"


def refused(folder: Path, command: str, status: int = 1) -> str:
    finished = in_shell(folder, command)
    assert finished.returncode == status, f"{command}\n{finished.stdout}\n{finished.stderr}"
    return finished.stderr


@pytest.fixture
def pool(folder: Path) -> Path:
    """Two shards under plain names, and the choice among their candidates."""
    for name, place in [("a", "b.jsonl"), ("b", "-a#x:y.jsonl")]:
        (folder / "shards" / place).rename(folder / f"{name}.jsonl")
    checked(folder, "dsel fit -q wiki.jsonl -o wiki.model")
    checked(folder, COUNT + KEEP)
    return folder


COUNT = "dsel fit -q --force a.jsonl -o a.model && dsel fit -q --force b.jsonl -o b.model && "
COUNT += "dsel merge -q --force a.model b.model -o pool.model && "
KEEP = "for x in a b; do "
KEEP += f"dsel weigh -q --force $x.jsonl {MODELS} --candidates 30 -o $x.kept || exit; done; "
KEEP += "dsel merge -q --force a.kept b.kept -o kept"


def test_equal_shards_of_a_plan(pool: Path) -> None:
    shutil.copy(pool / "a.jsonl", pool / "copy.jsonl")
    plan = "dsel plan --format commands --task-bytes 1 select --target wiki.jsonl --count 20 "
    plan += "--output-dir out --pool a.jsonl b.jsonl"
    message = refused(pool, f"{plan} copy.jsonl > plan.sh && bash -e plan.sh")
    assert message.endswith(
        "which has the same bytes: its documents would count twice. Leave one of these two files out of "
        "the pool, and if this is part of a plan, run 'dsel plan' again. Elsewhere, --allow-repeats lets "
        "both count.\n"
    )
    # In a plan, the other way isn't open.
    assert "can't do this" in refused(pool, f"{plan} copy.jsonl --allow-repeats", 64)
    checked(pool, f"{plan} > plan.sh && bash -e plan.sh")
    checked(pool, "dsel select -q --target wiki.jsonl --count 20 --pool a.jsonl b.jsonl -o one.jsonl")
    assert selected(pool, "out") == (pool / "one.jsonl").read_bytes()
    # Elsewhere, it is.
    checked(pool, "dsel fit -q copy.jsonl -o copy.model")
    assert "--allow-repeats" in refused(pool, "dsel merge -q a.model copy.model -o both.model")
    checked(pool, "dsel merge -q --allow-repeats a.model copy.model -o both.model")


@pytest.mark.parametrize("name", ["out", "the out/"])
def test_the_directory_of_a_manifest(pool: Path, name: str) -> None:
    select = "dsel select -q --target wiki.jsonl --pool a.jsonl b.jsonl --count 20"
    checked(pool, f"{select} --output-dir '{name}'")
    for command in ["verify", "show --manifest", "explain --id x --manifest"]:
        message = refused(pool, f"dsel {command} '{name}'")
        found = re.fullmatch(
            re.escape(name) + r": this is a directory. Name manifests in it, such as (.*)\.\n", message
        )
        assert found, message
        if "explain" not in command:
            checked(pool, f"dsel {command} {found[1]}")
    # Several at a time.
    checked(pool, f"{select} --seed 1 -o '{name}/other.jsonl'")
    checked(pool, f"dsel verify {found[1]}")


@pytest.mark.parametrize(
    "command",
    ["merge {} -o x", f"resample --pool a.jsonl --candidates {{}} -o x", "report {}",
     "resample --pool a.jsonl --weights {} -o x", "weigh a.jsonl --target-model {} --pool-model {} -o x"],
)  # fmt: skip
def test_other_directories(pool: Path, command: str) -> None:
    """They have files of any name, so that no pattern is right for all."""
    (pool / "kept.d").mkdir()
    message = refused(pool, "dsel " + command.format(*["kept.d"] * 2))
    assert message == "kept.d: this is a directory. Name a file in it.\n"


def test_a_second_run_by_shard(pool: Path) -> None:
    checked(pool, "dsel resample -q --candidates kept --picks picks")
    copy = "dsel resample -q --candidates picks --by-shard --output-dir out --pool"
    checked(pool, f"{copy} a.jsonl")
    assert refused(pool, f"{copy} b.jsonl") == (
        "out/manifest.json: the file exists. Name another with --manifest (with --by-shard, each run "
        "needs one of its own), or add --force to replace it.\n"
    )
    checked(pool, f"{copy} b.jsonl --manifest out/b.manifest.json")
    checked(pool, "dsel resample -q --candidates picks --pool a.jsonl b.jsonl -o one.jsonl")
    assert selected(pool, "out") == (pool / "one.jsonl").read_bytes()
    assert {path.name for path in (pool / "out").glob("*manifest.json")} == {"manifest.json", "b.manifest.json"}
    # The other way writes the same lines, and loses the first record.
    checked(pool, f"{copy} b.jsonl --force")
    assert selected(pool, "out") == (pool / "one.jsonl").read_bytes()


BEGIN = (
    "begin again: count it with 'dsel fit', merge the models of all files, weigh all with "
    "--candidates and the new --pool-model, and merge these."
)


@pytest.mark.parametrize("picks", [False, True])
def test_candidates_of_a_file_that_changed(pool: Path, picks: bool) -> None:
    draw = "dsel resample -q --force --candidates kept --pool a.jsonl b.jsonl -o out.jsonl"
    if picks:
        draw = draw.replace("kept", "picks")
    choose = "; dsel resample -q --force --candidates kept --picks picks"
    checked(pool, KEEP + choose)
    lines = (pool / "a.jsonl").read_text().splitlines(True)
    for number, changed in enumerate([lines[5:], [line.replace("the ", "The ") for line in lines]]):
        (pool / "a.jsonl").write_text("".join(changed))
        assert refused(pool, draw) == (
            "a.jsonl: the text of a candidate is not the text that was weighed: the file has changed, or is "
            f"another one of that name. Name the file that was weighed. If it has changed, {BEGIN} "
            "If this is part of a plan, run 'dsel plan' again with another --work-dir and --output-dir.\n"
        )
        if number == 0:
            # Weighing alone isn't enough.
            message = refused(pool, f"{KEEP} && {draw.replace('picks', 'kept')}")
            assert message.endswith(f"If a file has lost documents since it was counted, {BEGIN}\n")
        checked(pool, f"{COUNT} {KEEP}{choose} && {draw}")
        checked(pool, "dsel select -q --force --target wiki.jsonl --pool a.jsonl b.jsonl --count 30 -o one.jsonl")
        assert (pool / "out.jsonl").read_bytes() == (pool / "one.jsonl").read_bytes()


def test_a_plan_with_a_target_of_parquet(pool: Path) -> None:
    """Its rows are counted, and never copied."""
    shutil.copy(FIXTURES / "golden/parquet/polars-zstd.parquet", pool / "target.parquet")
    select = "select --target target.parquet --pool a.jsonl b.jsonl --count 20 --on-error skip --max-skipped 100%"
    checked(pool, f"dsel plan --format commands {select} --output-dir out > plan.sh && bash -e plan.sh")
    checked(pool, f"dsel {select} -q -o one.jsonl")
    assert (pool / "one.jsonl").read_bytes() and selected(pool, "out") == (pool / "one.jsonl").read_bytes()


def test_a_parquet_file_in_the_place_of_weights(pool: Path) -> None:
    shutil.copy(FIXTURES / "golden/parquet/polars-zstd.parquet", pool / "t.parquet")
    message = refused(pool, "dsel resample --weights t.parquet --pool a.jsonl --count 5 -o out.jsonl")
    assert message.startswith("t.parquet: no column leads to the field text_hash. Its columns: id, text, ")
    assert message.endswith(" Name a file of weights from 'dsel weigh'.\n")
    checked(pool, f"dsel weigh -q a.jsonl {MODELS} -o weights")
    checked(pool, "dsel resample -q --weights weights --pool a.jsonl --count 5 -o out.jsonl")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "inf"])
def test_a_string_in_the_place_of_a_number(folder: Path, text: str) -> None:
    lines = [{"text": "some words", "q": 1}, {"text": "other words", "q": text}]
    (folder / "rated.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    draw = "dsel resample --field q --pool rated.jsonl --count 1 -o out.jsonl"
    assert refused(folder, draw).startswith('rated.jsonl:2: the field "q" is a string, not a number.')
    checked(folder, f"{draw} --on-error skip --max-skipped 100% --rejects rejects")
    assert json.loads((folder / "rejects.reasons.jsonl").read_text())["found"] == "a string"


# The words that it expects, and then a name: it keeps what it reads under the last part of that.
STAND_IN = """#!/bin/bash
name=${@: -1}
set -- "${@:1:$#-1}"
[ "$*" = '%s' ] && cat > "copy-${name##*/}"
"""


@pytest.mark.parametrize(
    "scheme, words", [("s3", "aws s3 cp -"), ("gs", "gcloud storage cp -"), ("hdfs", "hdfs dfs -put -")]
)
def test_an_address_in_the_place_of_an_output(folder: Path, scheme: str, words: str) -> None:
    program, rest = words.split(" ", 1)
    (folder / "bin" / program).write_text(STAND_IN % rest)
    (folder / "bin" / program).chmod(0o755)
    select = "dsel select -q --target wiki.jsonl --pool shards/ --count 9"
    place = f"{scheme}://bucket/x.jsonl"
    message = refused(folder, f"{select} -o {place}", 64)
    assert message.startswith(
        f"Error: --output {place}: dsel writes files and standard output. Add --writer '{words} {{}}', or pipe it on: "
        f"dsel … | {words} {place}\n"
    )
    checked(folder, f"{select} -o one.jsonl && {select} -o {place} --writer '{words} {{}}'")
    one = (folder / "one.jsonl").read_bytes()
    assert (folder / "copy-x.jsonl").read_bytes() == one and (folder / "copy-x.jsonl.manifest.json").exists()
    (folder / "copy-x.jsonl").unlink()
    checked(folder, f"{select} | {words} {place}")
    assert (folder / "copy-x.jsonl").read_bytes() == one
    # Nothing else is standard output, and no command takes it.
    for option in ["--output-dir", "--manifest", "--remainder", "--picks"]:
        message = refused(folder, f"{select} {option} {place}", 64)
        advice = f"Write to a {'directory' if option == '--output-dir' else 'file'}, and copy it."
        assert f"{option} {place}: dsel writes files and standard output. {advice}\n" in message
    assert not (folder / f"{scheme}:").exists()


MISSING = '--domain-field: no document has a value in the field "{}". Check its name: dots lead into objects.'


@pytest.mark.parametrize(
    "command",
    ["select --target {0} --pool {1} --count 5 -o o --report r.html", "compare --target {0} --selected {1}",
     "compare --target {0} --selected {1} --pool {1}", "show --target {0} --pool {1}",
     "resample --field q --pool {1} --count 5 -o o --report-data r.json"],
)  # fmt: skip
def test_a_field_of_domains_that_no_document_has(folder: Path, command: str) -> None:
    for name in ["target", "pool"]:
        lines = [{"text": f"words {place} of the {name}", "q": place, "m": {"site": None}} for place in range(40)]
        if name == "pool":
            lines[17]["m"] = {"site": "one.example"}
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    command = "dsel " + command.format("target.jsonl", "pool.jsonl")
    if "select --" in command or "show" in command:
        command += " --min-tokens 0"
    for threads in ["", " --threads 3"]:
        for field in ["m.sit", "site", "m"]:
            finished = in_shell(folder, f"rm -f o* r.*; {command}{threads} --domain-field {field}")
            assert finished.returncode == 0 and f"warning: {MISSING.format(field)}\n" in finished.stderr
        finished = in_shell(folder, f"rm -f o* r.*; {command}{threads} --domain-field m.site")
        assert finished.returncode == 0 and "--domain-field" not in finished.stderr
    if command.startswith("dsel compare"):
        return
    output = in_shell(folder, f"rm -f o* r.*; {command} --json --domain-field m.sit").stdout
    assert json.loads(output)["missing_domain_field"] == "m.sit"
    output = in_shell(folder, f"rm -f o* r.*; {command} --json --domain-field m.site").stdout
    assert "missing_domain_field" not in json.loads(output)


def rated(folder: Path) -> None:
    lines = [{"text": f"words {place}", "q": place} for place in range(30)]
    (folder / "pool/deep").mkdir(parents=True)
    for name in ["t.jsonl", "pool/a.jsonl", "pool/deep/b.jsonl"]:
        (folder / name).write_text("".join(json.dumps(line | {"id": name}) + "\n" for line in lines))
    checked(folder, "ln -s pool link && dsel fit -q t.jsonl -o m --min-tokens 0")


@pytest.mark.parametrize(
    "words, where",
    [("--pool pool -o pool/o.jsonl", "pool"), ("--pool pool/ -o pool/deep/o.jsonl.gz", "pool/"),
     ("--pool pool --output-dir pool/new", "pool"), ("--pool link -o ./pool/deep/../o.jsonl", "link"),
     ("--pool pool -o '{}/pool/o.jsonl'", "pool"), ("--pool . --on-error skip --max-skipped 100% -o o.jsonl", "."),
     ("--pool pool -o link/o.jsonl", "pool"),
     ("--pool pool -o o.jsonl --manifest pool/o.json", "pool"),
     ("--pool pool -o o.jsonl --remainder pool/rest/", "pool")],
)  # fmt: skip
@pytest.mark.parametrize("command", ["select --target t.jsonl --min-tokens 0", "resample --field q"])
def test_an_output_that_another_run_would_read(folder: Path, command: str, words: str, where: str) -> None:
    rated(folder)
    words = words.format(folder)
    finished = in_shell(folder, f"dsel {command} -q --count 5 {words}")
    assert finished.returncode == 0
    said = re.search(
        rf"warning: (.*) is in {re.escape(where)}, where documents were looked for: another run would read it, too. "
        "Write to another directory.\n", finished.stderr
    )  # fmt: skip
    assert said, finished.stderr
    # It's true.
    count = f"dsel fit -q --json -o model --force {words.split()[1]} --on-error skip | jq '.inputs | length'"
    before = in_shell(folder, count)
    if said[1] in before.stderr:
        return
    checked(folder, f"rm -rf {said[1]}")
    assert int(checked(folder, count)) < int(before.stdout)


@pytest.mark.parametrize(
    "words",
    ["--pool pool -o o.jsonl", "--pool pool -o pool/o.out", "--pool pool -o pool/../o.jsonl",
     "--pool pool/deep -o pool/o.jsonl", "--pool pool/*.jsonl -o pool/o.jsonl",
     "--pool pool -o pool/.o.jsonl", "--pool pool", "--pool pool -o /dev/null",
     "--pool pool --output-dir out"],
)  # fmt: skip
def test_an_output_that_no_other_run_reads(folder: Path, words: str) -> None:
    rated(folder)
    for command in ["select --target t.jsonl --min-tokens 0", "resample --field q"]:
        finished = in_shell(folder, f"rm -f pool/o.*; dsel {command} -q --force --count 5 {words}")
        assert finished.returncode == 0 and "looked for" not in finished.stderr


def test_weights_that_another_run_would_read(folder: Path) -> None:
    rated(folder)
    weigh = "dsel weigh -q --target-model m --pool-model m --pool pool -o"
    assert in_shell(folder, f"{weigh} w.jsonl").stderr == ""
    assert "pool/w.jsonl is in pool, where" in in_shell(folder, f"{weigh} pool/w.jsonl").stderr
