"""`dsel plan`: files that change between two runs, and directories that have another selection."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from planning import FORMATS, SELECT, checked, folder, in_shell, selected

__all__ = ["folder"]


@pytest.mark.parametrize("rounds", ["", "--two-rounds"])
def test_make_notices_that_files_of_options_changed(folder: Path, rounds: str) -> None:
    """The same plan, after each change, selects what one `select` does."""
    (folder / "ev").mkdir()
    checked(folder, "head -n 3 wiki.jsonl > ev.jsonl; tail -n 3 wiki.jsonl > ev/a.jsonl")
    options = "--count 40 --exclude ev.jsonl ev/ --base base.model"
    plan = f"dsel plan {rounds} --task-bytes 1 {SELECT} {options} --output-dir"
    one = f"dsel {SELECT} --quiet {options} --force -o one.jsonl"
    checked(folder, f"{plan} out > plan && make -s -f plan && {one}")
    kept = [selected(folder, "out")]
    assert kept[0] == (folder / "one.jsonl").read_bytes()
    for change in [
        "head -n 3 one.jsonl >> ev.jsonl",
        "tail -n 3 one.jsonl >> ev/a.jsonl",
        "dsel fit --quiet shards/b.jsonl --force -o base.model",
    ]:
        checked(folder, f"{change}; make -s -f plan && {one}")
        kept.append((folder / "one.jsonl").read_bytes())
        assert selected(folder, "out") == kept[-1] and kept[-1] != kept[-2], change
    assert "Nothing to be done" in checked(folder, "make -f plan")
    # Another directory has nothing of the old choice either.
    checked(folder, f"head -n 9 one.jsonl >> ev.jsonl; {plan} new > plan && make -s -f plan && {one}")
    assert selected(folder, "new") == (folder / "one.jsonl").read_bytes() != kept[-1]


@pytest.mark.parametrize("form", FORMATS)
def test_a_new_evaluation_file_in_a_directory_makes_another_selection(folder: Path, form: str) -> None:
    (folder / "ev").mkdir()
    select = f"{SELECT} --count 40 --exclude ev/ --output-dir"
    checked(folder, "head -n 3 wiki.jsonl > ev/a.jsonl")
    plan = f"dsel plan --format {form} {select} out > plan; {FORMATS[form]} plan"
    checked(folder, plan)
    before = selected(folder, "out")
    (folder / "ev/b.jsonl").write_bytes(b"".join(before.splitlines(True)[:5]))
    os.utime(folder / "ev/b.jsonl", (1e9, 1e9))
    finished = in_shell(folder, plan)
    assert finished.returncode != 0 and "out has another selection" in finished.stderr
    checked(folder, plan.replace("out >", "new >"))
    checked(folder, f"dsel {SELECT} --quiet --count 40 --exclude ev/ -o one.jsonl")
    assert selected(folder, "new") == (folder / "one.jsonl").read_bytes() != before == selected(folder, "out")


def test_outputs_do_not_go_where_files_of_options_are(folder: Path) -> None:
    (folder / "more").mkdir()
    checked(folder, "cp wiki.jsonl base.model more")
    for option in ["--exclude more/wiki.jsonl", "--exclude more", "--base more/base.model"]:
        finished = in_shell(folder, f"dsel plan {SELECT} --count 9 {option} --output-dir more")
        assert finished.returncode == 64 and "is read by the selection" in finished.stderr, option
    finished = in_shell(folder, f"dsel plan {SELECT} --count 9 --exclude - --output-dir out < wiki.jsonl")
    assert finished.returncode == 64 and "standard input (-) can be read only once" in finished.stderr


def files_of(directory: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in directory.iterdir()}


def test_no_way_to_run_commands_replaces_another_selection(folder: Path) -> None:
    checked(folder, f"dsel plan --format commands {SELECT} --count 80 --output-dir out > plan && bash plan")
    kept = files_of(folder / "out")
    plan = f"dsel plan --format commands --task-bytes 1 {SELECT} --count 20 --output-dir out"
    finished = in_shell(folder, f"{plan} > plan.sh; bash plan.sh")
    assert finished.returncode == 1 and finished.stderr == (
        "out has another selection. Name another --output-dir, or remove it.\n"
    )
    assert files_of(folder / "out") == kept
    # Stage by stage, whatever the stages before say, and without them.
    for program in ["xargs -d '\\n' -n 1 -P 2 sh -c", "xargs -d '\\n' -n 1 bash -c", "bash", "sh"]:
        for number in range(1, 8):
            last = in_shell(folder, f"{plan.replace('--task', f'--stage {number} --task', 1)} | {program}")
            assert (last.returncode != 0) == (number in [1, 7]), (program, number)
        assert "out isn't prepared for this selection, or was prepared for another one since" in last.stderr
        assert files_of(folder / "out") == kept
    # The advice helps.
    checked(folder, f"{plan.replace('--output-dir out', '--output-dir new')} > plan.sh; bash plan.sh")
    assert selected(folder, "new").count(b"\n") == 20


@pytest.mark.parametrize("form", FORMATS)
def test_a_plan_that_failed_can_be_corrected(folder: Path, form: str) -> None:
    with (folder / "shards/b.jsonl").open("a") as file:
        file.write('{"text": NaN}\n')
    plan = f"dsel plan --format {form} --task-bytes 1 {SELECT} --count 40 --output-dir out"
    finished = in_shell(folder, f"{plan} > plan; {FORMATS[form]} plan")
    assert finished.returncode != 0
    # Its first plan can't go on where the second one is at work.
    checked(folder, f"{plan} --on-error skip > plan2; {FORMATS[form]} plan2")
    checked(folder, f"dsel {SELECT} --quiet --count 40 --on-error skip -o one.jsonl")
    kept = files_of(folder / "out")
    assert selected(folder, "out") == (folder / "one.jsonl").read_bytes()
    finished = in_shell(folder, f"{FORMATS[form]} plan")
    assert finished.returncode != 0 and "out has another selection" in finished.stderr
    assert files_of(folder / "out") == kept
    # Parts without chosen documents have manifests alone.
    checked(folder, f"rm out/shard_*; {plan} --seed 2 --on-error skip > plan2")
    finished = in_shell(folder, f"{FORMATS[form]} plan2")
    assert finished.returncode != 0 and "out has another selection" in finished.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_copies_stop_when_another_plan_took_the_directory(folder: Path, form: str) -> None:
    plan = f"dsel plan --format {form} {SELECT} --count 40 --output-dir out > plan"
    checked(folder, plan)
    text = (folder / "plan").read_text()
    # The other plan begins after the choice of this one.
    taken = text.replace("dsel resample --candidates=", "echo other > out/.dsel-plan; dsel resample --candidates=", 1)
    assert taken != text
    (folder / "plan").write_text(taken)
    finished = in_shell(folder, f"{FORMATS[form]} plan")
    assert finished.returncode != 0 and not list(folder.glob("out/[sp]*"))
    # A job of Slurm has its messages in a file.
    assert form == "slurm" or "out isn't prepared for this selection" in finished.stderr


def test_a_directory_of_many_shards_is_refused_by_all(folder: Path) -> None:
    """Its list is longer than what a pipe holds."""
    (folder / "out").mkdir()
    for place in range(4000):
        (folder / f"out/shard_{place:08}.jsonl.zst").touch()
    for form, begin in FORMATS.items():
        finished = in_shell(folder, f"dsel plan --format {form} {SELECT} --count 9 --output-dir out > plan; {begin} plan")
        assert finished.returncode != 0 and "out has another selection" in finished.stderr
        assert not (folder / "out/.dsel-plan").exists() and len(list(folder.glob("out/*"))) == 4000


@pytest.mark.parametrize("form", FORMATS)
def test_a_plan_in_another_directory_makes_nothing(folder: Path, form: str) -> None:
    checked(folder, f"dsel plan --format {form} {SELECT} --count 9 --output-dir out > plan")
    (folder / "elsewhere").mkdir()
    finished = in_shell(folder / "elsewhere", f"export PATH={folder}/bin:$PATH; {FORMATS[form]} ../plan")
    assert finished.returncode != 0 and not list((folder / "elsewhere").iterdir())
    assert f"isn't there. The plan was made in '{folder}': start it there" in finished.stderr


def test_another_selection_needs_another_directory(folder: Path) -> None:
    for form, begin in [("make", "make -s -f"), ("commands", "bash -e"), ("slurm", "bash")]:
        first = f"dsel plan --format {form} {SELECT} --count 80 --output-dir {form} > plan"
        checked(folder, f"{first} && {begin} plan")
        kept = selected(folder, form)
        second = first.replace("--count 80", "--count 20")
        finished = in_shell(folder, f"{second} && {begin} plan")
        assert finished.returncode != 0 and f"{form} has another selection" in finished.stderr
        assert selected(folder, form) == kept
    # Its models are the same, and so are not made again.
    models = set(folder.glob("work/*.model.zst"))
    checked(folder, f"{second.replace('--output-dir slurm', '--output-dir new')} && bash plan")
    assert set(folder.glob("work/*.model.zst")) == models
    assert selected(folder, "new").count(b"\n") == 20


@pytest.mark.parametrize("form", ["make", "commands", "slurm"])
def test_a_directory_with_another_selection_is_refused(folder: Path, form: str) -> None:
    checked(folder, f"dsel {SELECT} --quiet --count 30 --output-dir out")
    before = selected(folder, "out")
    checked(folder, f"dsel plan --format {form} {SELECT} --count 9 --output-dir out > plan")
    program = "make -s -f plan" if form == "make" else "bash -e plan"
    finished = in_shell(folder, program)
    assert finished.returncode != 0 and "out has another selection. Name another" in finished.stderr
    assert selected(folder, "out") == before and (folder / "out/manifest.json").exists()
    # Following the advice helps.
    checked(folder, f"dsel plan --format {form} {SELECT} --count 9 --output-dir new > plan && {program}")


def test_outputs_do_not_go_where_files_are_read(folder: Path) -> None:
    for directory in ["shards", "shards/", "./shards/../shards", "."]:
        finished = in_shell(folder, f"dsel plan {SELECT} --count 9 --output-dir {directory}")
        assert finished.returncode == 64, directory
        assert "is read by the selection" in finished.stderr and not finished.stdout
