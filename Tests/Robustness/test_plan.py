"""`dsel plan`: its commands, by make, by a shell and by a stand-in for Slurm, write one selection's bytes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from running import FIXTURES, run

SIZES = ["--count 100", "--count 40 --objective weight --seed 3", "--tokens 20k --near-duplicates 0.8",
         "--count 60 --exclude wiki.jsonl --purity 0.2 --noise 0", "--count 30 --base base.model",
         "--bytes 60k --compress gz", "--count 50 --compat dsir --text-field text",
         "--count 50 --estimator ratio --fit-sample 0.3", "--count 60 --stratify domain --replay 0.2",
         "--count 60 --target second=target2.jsonl --share first=0.7"]  # fmt: skip

# As sbatch --wrap does it: the jobs of an array, here one after another and the last first.
SBATCH = """#!/bin/bash
for word; do
  case $word in
    --array=1-*) last=${word#--array=1-} ;;
    --dependency=afterok:*) [ "${word##*:}" = "$(cat ids | tail -n 1)" ] || exit 3 ;;
    --parsable | --job-name=dsel-* | --output=* | --wrap | --partition=cpu) ;;
    *) run=$word ;;
  esac
done
for ((i = last; i >= 1; i--)); do SLURM_ARRAY_TASK_ID=$i bash -c "$run" || exit 4; done
echo $((RANDOM + 1)) >> ids
echo "$(tail -n 1 ids);cluster"
"""


@pytest.fixture
def folder(dsel: str, tmp_path: Path) -> Path:
    """Three shards whose names are hard for shells and for make, and a program on PATH."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/dsel").symlink_to(dsel)
    (tmp_path / "bin/sbatch").write_text(SBATCH)
    (tmp_path / "bin/sbatch").chmod(0o755)
    shutil.copy(FIXTURES / "wiki.jsonl", tmp_path)
    run([dsel, "fit", "--quiet", "wiki.jsonl", "-o", "base.model"], tmp_path).checked()
    lines = run(["zstd", "-dcq", str(FIXTURES / "crawl.jsonl.zst")]).checked().output.splitlines(True)
    (tmp_path / "shards").mkdir()
    for place, name in enumerate(["it's $HOME, 100%.jsonl", "b.jsonl", "-a#x:y.jsonl"]):
        (tmp_path / "shards" / name).write_bytes(b"".join(lines[place::3]))
    return tmp_path


def in_shell(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder}/bin:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env={**os.environ, "PATH": path}, text=True, capture_output=True
    )  # fmt: skip


def checked(folder: Path, command: str) -> str:
    finished = in_shell(folder, command)
    assert finished.returncode == 0, f"{command}\n{finished.stdout}\n{finished.stderr}"
    return finished.stdout


def selected(folder: Path, name: str) -> bytes:
    """The lines of all files, in the order of their names."""
    command = "for file in %s/shard_*; do case $file in *.json) ;; *.zst) zstd -dcq $file ;; " % name
    command += "*.gz) gzip -dc $file ;; *) cat $file ;; esac; done"
    return checked(folder, command).encode()


SELECT = "select --target wiki.jsonl --pool shards/"
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
            "A plan needs another --work-dir and --output-dir then.\n"
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


FORMATS = {"make": "make -s -f", "commands": "bash", "slurm": "bash"}


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
