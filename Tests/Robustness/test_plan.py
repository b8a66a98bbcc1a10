"""`dsel plan`: its commands, by make, by a shell and by a stand-in for Slurm, write one selection's bytes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from planning import SELECT, checked, folder, in_shell, selected
from running import FIXTURES, run

__all__ = ["folder"]

SIZES = ["--count 100", "--count 40 --objective weight --seed 3", "--tokens 20k --near-duplicates 0.8",
         "--count 60 --exclude wiki.jsonl --purity 0.2 --noise 0", "--count 30 --base base.model",
         "--bytes 60k --compress gz", "--count 50 --compat dsir --text-field text",
         "--count 50 --estimator ratio --fit-sample 0.3", "--count 60 --stratify domain --replay 0.2",
         "--count 60 --target second=target2.jsonl --share first=0.7"]  # fmt: skip

TWO = "select --target first=wiki.jsonl --pool shards/"

# A command for each shard, one for small shards together, and sets in two rounds.
FORMS = [("--task-bytes 1", option) for option in SIZES]
FORMS += [("", option) for option in [SIZES[0], SIZES[2], SIZES[9]]]
FORMS += [("--two-rounds --task-bytes 1", option) for option in [SIZES[0], SIZES[3], SIZES[9]]]
FORMS += [("--two-rounds --task-bytes 500k", "--count 30 --max-tokens 600 --base base.model")]


@pytest.mark.parametrize("form, options", FORMS)
def test_a_plan_selects_what_select_selects(folder: Path, form: str, options: str) -> None:
    select = TWO if "second=" in options else SELECT
    checked(folder, "head -n 20 shards/b.jsonl > target2.jsonl")
    checked(folder, f"dsel plan --format commands {form} {select} {options} --output-dir out > plan.sh")
    rounds = (folder / "plan.sh").read_text().count("--candidates-from=")
    assert rounds == (0 if "two" not in form else 2 if "500k" in form else 3)
    checked(folder, "bash -e plan.sh")
    checked(folder, f"dsel {select} --quiet {options.replace('--compress gz', '')} -o one.jsonl")
    one = (folder / "one.jsonl").read_bytes()
    assert one and selected(folder, "out") == one


def test_each_added_field_is_kept_by_the_models(folder: Path) -> None:
    (folder / "rated").mkdir()
    for path in (folder / "shards").iterdir():
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        rated = [line | {"a": len(line["text"]) % 7, "b": place % 5} for place, line in enumerate(lines)]
        (folder / "rated" / path.name).write_text("".join(json.dumps(line) + "\n" for line in rated))
    select = "select --target wiki.jsonl --pool rated/ --count 40 --add a=0.3 --add b=-0.2"
    checked(folder, f"dsel plan --format commands {select} --output-dir out > plan.sh && bash -e plan.sh")
    checked(folder, f"dsel {select} --quiet -o one.jsonl")
    assert selected(folder, "out") == (folder / "one.jsonl").read_bytes()


def test_all_formats_make_the_same_files(folder: Path) -> None:
    check_formats(folder, "--task-bytes 1", 7)


def test_all_formats_make_the_same_files_in_two_rounds(folder: Path) -> None:
    check_formats(folder, "--two-rounds --task-bytes 1", 9)
    checked(folder, f"dsel {SELECT} --count 80 --quiet -o one.jsonl")
    assert selected(folder, "made") == (folder / "one.jsonl").read_bytes()


def check_formats(folder: Path, form: str, stages: int) -> None:
    size = "--count 80 --output-dir"
    plan = f"dsel plan {form}"
    checked(folder, f"{plan} --work-dir w1 {SELECT} {size} made > plan.mk && make -s -j 3 -f plan.mk")
    checked(folder, f"{plan} --format slurm --work-dir w2 {SELECT} {size} sent > plan.sh")
    assert f"{stages - 1}-copy" in checked(folder, "bash plan.sh --partition=cpu")
    numbers = " ".join(str(number + 1) for number in range(stages))
    one = f"{plan} --format commands --stage $n --work-dir w3 {SELECT} {size} run > s; "
    checked(folder, f"for n in {numbers}; do {one}" + "xargs -d '\\n' -P 2 -n 1 bash -c '\"$@\"' - bash -ec < s; done")
    made = selected(folder, "made")
    assert made and made == selected(folder, "sent") == selected(folder, "run")


def test_what_is_there_is_not_made_again(folder: Path) -> None:
    plan = f"dsel plan {SELECT} --count 80 --output-dir out > plan.mk"
    checked(folder, f"{plan} && make -s -f plan.mk")
    before = {path: path.stat().st_mtime_ns for path in folder.glob("[ow]*/*")}
    assert "Nothing to be done" in checked(folder, f"{plan} && make -f plan.mk")
    # A lost result, and what depends on it, is made again.
    lost = next(folder.glob("work/*.picks.zst"))
    lost.unlink()
    checked(folder, "make -s -f plan.mk")
    after = {path: path.stat().st_mtime_ns for path in folder.glob("[ow]*/*")}
    changed = {path.name.split("-")[0] for path in after if after[path] != before.get(path)}
    assert lost in after and changed >= {"pool", "shard_00000000.jsonl.zst", "part_00000000.manifest.json"}
    assert all(after[path] == before[path] for path in after if path.name.endswith(".model.zst"))


@pytest.mark.parametrize("form", ["make", "commands", "slurm"])
@pytest.mark.parametrize("parts", ["", "--task-bytes 1"])
def test_an_output_that_is_gone_is_made_again(folder: Path, form: str, parts: str) -> None:
    # A file of the pool may have the name of an output.
    (folder / "shards/b.jsonl").rename(folder / "shard_00000001.jsonl.zst")
    select = SELECT + " shard_00000001.jsonl.zst"
    plan = f"dsel plan --format {form} {parts} {select} --count 80 --output-dir 'the out'"
    program = {"make": "make -s -f plan", "commands": "bash -e plan", "slurm": "bash plan"}[form]
    if form == "make":
        plan = plan.replace("'the out'", "out")
    checked(folder, f"{plan} > plan && {program}")
    outputs = sorted(folder.glob("*out/*.zst"))
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in outputs}
    checked(folder, f"{plan} > plan && {program}")
    assert before == {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in outputs}
    for lost in [outputs[:1], outputs[1:3]]:
        for path in lost:
            path.unlink()
        checked(folder, f"{plan} > plan && {program}")
        for path in outputs:
            assert path.read_bytes() == before[path][0]
            # The other parts stay as they are.
            assert not parts or path in lost or path.stat().st_mtime_ns == before[path][1]
        before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in outputs}
    work = {path: path.stat().st_mtime_ns for path in folder.glob("work/*")}
    checked(folder, f"{plan} > plan && {program}")
    assert {path: path.stat().st_mtime_ns for path in folder.glob("work/*.zst")}.items() <= work.items()


def test_a_shard_that_changed_needs_other_directories(folder: Path) -> None:
    plan = f"dsel plan --format commands --task-bytes 1 {SELECT} --count 200 --output-dir out"
    checked(folder, f"{plan} > plan.sh")
    weighed = (folder / "plan.sh").read_text().partition("copy the chosen lines")[0]
    (folder / "begin.sh").write_text(weighed)
    checked(folder, "bash -e begin.sh")
    shard = folder / "shards/b.jsonl"
    for change in [lambda lines: lines[5:], lambda lines: [line.replace("the ", "The ") for line in lines]]:
        shard.write_text("".join(change(shard.read_text().splitlines(True))))
        finished = in_shell(folder, "bash -e plan.sh")
        assert finished.returncode == 1 and finished.stderr.endswith(
            "run 'dsel plan' again with another --work-dir and --output-dir.\n"
        )
    other = plan.replace("plan --", "plan --work-dir other --", 1).replace("dir out", "dir new")
    checked(folder, f"{other} > plan.sh && bash -e plan.sh && dsel {SELECT} --quiet --count 200 -o one.jsonl")
    assert selected(folder, "new") == (folder / "one.jsonl").read_bytes()


def test_a_short_selection_is_warned_of_once(folder: Path) -> None:
    """Its parts would all give the number of the whole."""
    plan = f"dsel plan --task-bytes 1 --format commands {SELECT} --count 5000 --output-dir out"
    finished = in_shell(folder, f"{plan} > plan.sh && bash -e plan.sh")
    lines = selected(folder, "out").count(b"\n")
    short = f"warning: the choice is smaller than wanted: {5000 - lines:,} documents short.\n"
    assert finished.returncode == 0 and finished.stderr == short


def test_a_command_that_fails_ends_the_run(folder: Path) -> None:
    (folder / "shards/b.jsonl").write_text("no JSON\n")
    for form, begin in [("make", "make -s -f"), ("commands", "bash -e"), ("slurm", "bash")]:
        finished = in_shell(folder, f"dsel plan --format {form} {SELECT} --count 80 --output-dir {form} > plan && {begin} plan")
        assert finished.returncode != 0 and "b.jsonl:1" in finished.stderr + finished.stdout
        assert not list(folder.glob(f"{form}/shard*"))


def test_hundreds_of_shards_are_merged_in_two_levels(folder: Path) -> None:
    lines = run(["zstd", "-dcq", str(FIXTURES / "crawl.jsonl.zst")]).checked().output.splitlines(True)
    (folder / "many").mkdir()
    for place in range(66):
        (folder / f"many/{place:03}.jsonl").write_bytes(b"".join(lines[place * 6 : place * 6 + 6]))
    plan = f"dsel plan --format commands --task-bytes 1 {SELECT.replace('shards', 'many')} --count 20 --output-dir out > plan.sh"
    checked(folder, plan)
    text = (folder / "plan.sh").read_text()
    assert text.count("dsel merge") == 2 * (2 + 1)
    checked(folder, "bash -e plan.sh")
    checked(folder, f"dsel {SELECT.replace('shards', 'many')} --quiet --count 20 -o one.jsonl")
    assert selected(folder, "out") == (folder / "one.jsonl").read_bytes()
    # Small shards are read together, so there is nothing to merge.
    checked(folder, f"rm -r out work; {plan.replace('--task-bytes 1', '')} && bash -e plan.sh")
    assert (folder / "plan.sh").read_text().count("dsel weigh") == 1
    assert selected(folder, "out") == (folder / "one.jsonl").read_bytes()


def test_make_does_not_make_files_of_the_pool(folder: Path) -> None:
    """By its own rules it would, from files that are named after them."""
    pool = folder / "shards/b.jsonl"
    before = pool.read_bytes()
    os.utime(pool, (1e9, 1e9))
    for suffix in [".c", ".sh", ".p", ",v"]:
        (folder / f"shards/b.jsonl{suffix}").write_text("echo replaced\n")
    checked(folder, f"dsel plan {SELECT} --quiet --count 30 --output-dir out > plan && make -s -f plan")
    checked(folder, f"dsel {SELECT} --quiet --count 30 -o one.jsonl")
    assert pool.read_bytes() == before
    assert selected(folder, "out") == (folder / "one.jsonl").read_bytes()
