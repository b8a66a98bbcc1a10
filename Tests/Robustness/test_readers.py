"""Commands that read files for dsel: --reader. They fail in every way."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from readers import Web, check_failure, marked_processes, names, select, served, shell
from running import WIKI, run, start

CURL = "http://*=curl -fsSL"


@pytest.fixture(scope="module")
def web(pool: Path) -> Iterator[Web]:
    with served({path.name: path.read_bytes() for path in pool.glob("*.*")}) as web:
        yield web


def without_storage(value: object) -> object:
    """JSON without what it says about how files are stored."""
    if isinstance(value, list):
        return [without_storage(item) for item in value]
    if not isinstance(value, dict):
        return value
    storage = {"reader", "bytes", "xxh3", "container"}
    return {key: without_storage(item) for key, item in value.items() if key not in storage}


# What is read.


@pytest.mark.sampled
@pytest.mark.parametrize("threads", ["1", "2", "7"])
@pytest.mark.parametrize("spool", [[], ["--spool"]], ids=["again", "spool"])
@pytest.mark.parametrize("ending, reader", [(".jsonl.xz", "xz -dc"), (".gzipped", "cat")])
def test_documents_are_those_of_the_files(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path, ending: str, reader: str,
    spool: list[str], threads: str,
) -> None:  # fmt: skip
    options = ["--threads", threads, "--reader", f"*{ending}={reader}", *spool]
    finished = select(dsel, names(pool, ending), *options, folder=tmp_path)
    assert finished.checked().output == expected
    assert list(tmp_path.iterdir()) == []


def test_a_directory_gives_the_files_that_commands_read(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path
) -> None:
    for number in range(4):
        shutil.copy(pool / f"{number}.jsonl.xz", tmp_path)
    options = ["--reader", "*.xz=xz -dc"]
    assert select(dsel, [str(tmp_path)], *options).checked().output == expected


def test_names_of_a_list_need_not_be_files(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path
) -> None:
    listed = tmp_path / "list"
    listed.write_text("".join(f"box://crawl/{number}\n" for number in range(4)))
    reader = shell(f'cat {pool}/"${{1##*/}}".jsonl')
    command = [dsel, "select", "--target", WIKI, "--count", "60", "-q"]
    command += ["--files-from", str(listed), "--reader", f"box://*={reader}"]
    assert run(command).checked().output == expected


@pytest.mark.parametrize("command", ["fit", "weigh", "resample", "compare", "explain"])
def test_every_command_reads_through_commands(
    dsel: str, pool: Path, tmp_path: Path, command: str
) -> None:
    """Its result from xz files is the one from the plain files."""
    target, whole = str(tmp_path / "target.model"), str(tmp_path / "pool.model")
    weights = str(tmp_path / "weights.jsonl")
    plain = names(pool, ".jsonl")
    run([dsel, "fit", WIKI, "-q", "-o", target]).checked()
    run([dsel, "fit", *plain, "-q", "-o", whole]).checked()
    run([dsel, "weigh", "--target-model", target, "--pool-model", whole, *plain, "-q", "-o",
         weights]).checked()  # fmt: skip
    options = {
        "fit": ["--quiet"],
        "weigh": ["--target-model", target, "--pool-model", whole, "--quiet"],
        "resample": ["--weights", weights, "--count", "40", "--quiet"],
        "compare": ["--target", WIKI, "--selected", plain[0], "--json", "--pool"],
        "explain": ["--target", WIKI, "--json", "--pool"],
    }[command]
    outputs = []
    for reader, folder in [([], pool), (["--reader", "*/packed/*=xz -dc"], pool / "packed")]:
        finished = run([dsel, command, *reader, *options, *names(folder, ".jsonl")]).checked()
        outputs.append(finished.output.replace(b"/packed/", b"/"))
    if command in ["fit", "compare"]:
        outputs = [without_storage(json.loads(output)) for output in outputs]
    assert outputs[0] == outputs[1]
    assert outputs[0]


def test_the_name_is_one_word_however_it_is_written(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path
) -> None:
    odd = [tmp_path / f"{number} $(touch pwned); '\"*.odd" for number in range(4)]
    for number, path in enumerate(odd):
        shutil.copy(pool / f"{number}.jsonl", path)
    paths = [str(path) for path in odd]
    for reader in ["cat", "cat {}", shell('cat "$1"')]:
        finished = select(dsel, paths, "--reader", f"*.odd={reader}", folder=tmp_path)
        assert finished.checked().output == expected
    assert not (tmp_path / "pwned").exists()


def test_no_shell_reads_the_command(dsel: str, pool: Path, tmp_path: Path) -> None:
    reader = f"*.xz=xz -dc | sort > {tmp_path}/made"
    finished = select(dsel, names(pool, ".jsonl.xz"), "--reader", reader)
    check_failure(finished, "failed with exit status 1", "xz: |: No such file or directory")
    assert list(tmp_path.iterdir()) == []


# What fails.

FAILURES = {
    "exit 3 after half": ('head -c 20000 "$1"; echo oh dear >&2; exit 3', "with exit status 3",
                          "Its last line: 'oh dear'."),
    "killed": ('head -c 20000 "$1"; kill -KILL $$', "was ended by signal 9", "nothing that it"),
    "nothing at all": ("exit 0", "printed nothing", "--allow-empty"),
    "an empty frame": ("printf '' | gzip -c", "printed nothing", "--allow-empty"),
    "nothing and a failure": ("exit 1", "failed with exit status 1", "wrote nothing to standard"),
    "endless chatter": ("while :; do echo noise noise noise noise noise >&2; done",
                        "printed nothing for 1 second", "noise noise"),
    "half, then silence": ('head -c 20000 "$1"; exec sleep 4711', "printed nothing for 1 second",
                           "Raise --reader-timeout"),
    "a closed output": ("exec >&-; exec sleep 4711", "printed nothing for 1 second", "timeout"),
    "other bytes each time": ('cat "$1"; printf \'{"text": "%s"}\\n\' "$(date +%N)"',
                              "printed other bytes than in an earlier pass", "add --spool"),
}  # fmt: skip


@pytest.mark.sampled
@pytest.mark.parametrize("threads", ["1", "3"])
@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_shows_the_command_and_its_last_lines(
    dsel: str, pool: Path, tmp_path: Path, failure: str, threads: str
) -> None:
    script, *parts = FAILURES[failure]
    paths = names(pool, ".jsonl")
    shutil.copy(paths[2], tmp_path / "bad.x")
    paths[2] = str(tmp_path / "bad.x")
    output = tmp_path / "selected.jsonl"
    options = ["--reader", f"*.x={shell(script)}", "--reader-timeout", "1", "--threads", threads]
    finished = select(dsel, paths, *options, "-o", str(output))
    check_failure(finished, f"{paths[2]}: the reader command 'sh -c ", *parts)
    assert finished.output == b""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.x"]
    assert len(finished.errors) < 20_000
    assert marked_processes(str(tmp_path)) == []


# What a command prints before it fails, and what that would be taken for.
LEFTOVERS = {
    "half a line, and the file again": 'head -c 20000 "$1"; echo; cat "$1" "$1" "$1"',
    "a message among the documents": 'cat "$1"; echo "503 Slow Down"; cat "$1" "$1" "$1"',
    "a message after a packed file": 'gzip -c "$1"; echo "503 Slow Down"',
    "half a packed file, and all of it": 'gzip -c "$1" | head -c 9000; gzip -c "$1"',
    "a page": 'echo "<html><body>503</body></html>"',
}


@pytest.mark.parametrize("threads", ["1", "3"])
@pytest.mark.parametrize("errors", [[], ["--on-error", "skip"]], ids=["stop", "skip"])
@pytest.mark.parametrize("leftover", LEFTOVERS)
def test_the_failure_is_reported_and_not_what_it_left(
    dsel: str, pool: Path, tmp_path: Path, leftover: str, errors: list[str], threads: str
) -> None:
    script = shell(LEFTOVERS[leftover] + "; sleep 0.2; echo oh dear >&2; exit 3")
    options = ["--threads", threads, *errors, "--reader", f"2.jsonl={script}"]
    for spool in [[], ["--spool"]]:
        finished = select(dsel, names(pool, ".jsonl"), *options, *spool, folder=tmp_path)
        check_failure(finished, "2.jsonl: the reader command", "exit status 3", "'oh dear'")


@pytest.mark.parametrize("leftover", LEFTOVERS)
def test_a_fault_is_reported_if_the_command_is_content(
    dsel: str, pool: Path, leftover: str
) -> None:
    options = ["--threads", "1", "--reader", f"2.jsonl={shell(LEFTOVERS[leftover])}"]
    finished = select(dsel, names(pool, ".jsonl"), *options)
    assert finished.status == 1 and "the reader command" not in finished.errors, str(finished)
    # Nor is there a wait for one that goes on.
    options[-1] = f"2.jsonl={shell(LEFTOVERS[leftover] + '; exec sleep 4711')}"
    begin = time.monotonic()
    if leftover not in ["a page", "a message after a packed file"]:
        patient = select(dsel, names(pool, ".jsonl"), *options)
        assert patient.errors == finished.errors
        assert time.monotonic() - begin < 20


def test_an_option_that_read_no_file_is_a_warning(dsel: str, pool: Path) -> None:
    paths = names(pool, ".jsonl")
    readers = ["*.jsonl=cat", "*.jsonl.xz=xz -dc", "3.jsonl=cat", "s3://*=s5cmd cat"]
    options = [word for reader in readers for word in ("--reader", reader)]
    finished = select(dsel, paths, *options).checked()
    assert finished.errors.count("warning: ") == 3
    for reader in readers[1:]:
        assert f"warning: --reader '{reader}' read no file" in finished.errors
    events = select(dsel, paths, *options, "--json").checked().errors.splitlines()
    assert sum("read no file" in json.loads(event).get("warning", "") for event in events) == 3
    # All have read something, though not all of them for the pool.
    finished = select(dsel, names(pool, ".jsonl.xz"), *options[2:4], "--reader", "wiki.jsonl=cat")
    assert finished.checked().errors == ""


def test_a_program_that_is_missing(dsel: str, pool: Path) -> None:
    finished = select(dsel, names(pool, ".jsonl"), "--reader", "1.jsonl=no-such-program -d")
    check_failure(finished, "1.jsonl: the reader command 'no-such-program -d' can't be started: no")


def test_an_empty_output_may_be_allowed(dsel: str, pool: Path) -> None:
    paths = names(pool, ".jsonl")
    three = select(dsel, paths[:3]).checked()
    options = ["--reader", "3.jsonl=true", "--allow-empty"]
    finished = select(dsel, paths, *options).checked()
    assert finished.output == three.output
    assert "empty: " in finished.errors


def test_a_spool_needs_no_second_pass(dsel: str, pool: Path, tmp_path: Path) -> None:
    count = tmp_path / "count"
    reader = shell(f'echo >> {count}; cat "$1"; printf \'{{"text": "%s"}}\\n\' "$(date +%N)"')
    options = ["--reader", f"*.jsonl={reader}", "--spool"]
    # The target is read once, by another command.
    options[1:1] = ["*wiki.jsonl=cat", "--reader"]
    select(dsel, names(pool, ".jsonl"), *options).checked()
    assert count.read_text() == "\n" * 4


def test_parquet_needs_a_spool(dsel: str, pool: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow import parquet, table

    texts = [json.loads(line)["text"] for line in (pool / "0.jsonl").read_bytes().splitlines()]
    path = tmp_path / "a.parquet"
    parquet.write_table(table({"text": texts}), path)
    options = ["--reader", "*.parquet=cat", "--picks", "-"]
    check_failure(select(dsel, [str(path)], *options), "printed a Parquet file", "--spool")
    picked = select(dsel, [str(path)], *options, "--spool").checked().output
    assert len(picked.splitlines()) == 61


def test_chatter_is_shown_on_request(dsel: str, pool: Path) -> None:
    reader = shell('echo reading >&2; xz -dc "$1"')
    options = ["--reader", f"*.xz={reader}"]
    command = [dsel, "fit", *names(pool, ".jsonl.xz"), *options, "-o", "/dev/null"]
    assert "reading" not in run(command).checked().errors
    assert run([*command, "-v"]).checked().errors.count("reading\n") == 4


# What is left behind.


def test_children_inherit_nothing(dsel: str, pool: Path, tmp_path: Path) -> None:
    """Not even a descriptor or ignored signals that dsel itself has inherited."""
    reader = shell(f'ls /proc/self/fd > {tmp_path}/open; grep Sig /proc/self/status > '
                   f'{tmp_path}/signals; cat "$1"')  # fmt: skip
    with open(WIKI, "rb") as inherited:
        process = subprocess.run(
            [dsel, "fit", str(pool / "0.jsonl"), "--reader", f"*={reader}", "-o", "/dev/null"],
            pass_fds=[inherited.fileno()],
            capture_output=True,
            check=False,
        )
    assert process.returncode == 0, process.stderr
    # 3 is the directory that ls lists.
    assert (tmp_path / "open").read_text().split() == ["0", "1", "2", "3"]
    masks = dict(line.split() for line in (tmp_path / "signals").read_text().splitlines())
    assert int(masks["SigBlk:"], 16) == 0
    # glibc keeps signals 32 and 33 to itself.
    assert int(masks["SigIgn:"], 16) & 0x7FFFFFFF == 0


@pytest.mark.sampled
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("script", ["exec sleep 4711", "trap '' TERM INT; sleep 4711; sleep 4711"])
def test_a_killed_dsel_leaves_no_child(
    dsel: str, pool: Path, tmp_path: Path, number: signal.Signals, script: str
) -> None:
    mark = f"DSEL_TEST_MARK={tmp_path}"
    began = tmp_path / "began"
    began.mkdir()
    # Each starts another one in the background, too.
    reader = shell(f"sleep 4711 & touch {began}/$$; {script}")
    command = [dsel, "select", "--target", WIKI, "--threads", "2", "--reader", f"*.xz={reader}"]
    process = start(
        [*command, "--pool", *names(pool, ".jsonl.xz")],
        environment={"DSEL_TEST_MARK": str(tmp_path), "TMPDIR": str(tmp_path)},
    )
    deadline = time.monotonic() + 20
    while len(list(began.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(marked_processes(mark)) >= 5
    process.send_signal(number)
    process.communicate(timeout=20)
    expected = -number if number == signal.SIGKILL else 128 + number
    assert process.returncode == expected
    while marked_processes(mark) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert marked_processes(mark) == []
    assert [path.name for path in tmp_path.iterdir()] == ["began"]


def test_a_closed_output_ends_the_commands(dsel: str, pool: Path, tmp_path: Path) -> None:
    mark = f"DSEL_TEST_MARK={tmp_path}"
    command = [dsel, "select", "--target", WIKI, "--fraction", "0.9", "--reader", "*.xz=xz -dc"]
    process = start(
        [*command, "-q", "--pool", *names(pool, ".jsonl.xz")],
        environment={"DSEL_TEST_MARK": str(tmp_path)},
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    process.stdout.read(1)
    process.stdout.close()
    assert process.stderr
    assert process.stderr.read() == b""
    assert process.wait() == 0
    assert marked_processes(mark) == []


# The web.


@pytest.mark.parametrize("kind", ["good"])
def test_the_web_is_read_as_files_are(dsel: str, web: Web, expected: bytes, kind: str) -> None:
    addresses = [web.url(kind, f"{number}.gzipped") for number in range(4)]
    assert select(dsel, addresses, "--reader", CURL).checked().output == expected


@pytest.mark.sampled
@pytest.mark.parametrize(
    "kind, part",
    [
        ("missing", "404"),
        ("busy", "500"),
        ("cut", "exit status 18"),
        ("stuck", "printed nothing for 1 second"),
        ("changing", "printed other bytes than in an earlier pass"),
        ("shrinking", "printed other bytes than in an earlier pass ("),
    ],
)
def test_a_bad_connection_is_an_error(
    dsel: str, web: Web, tmp_path: Path, kind: str, part: str
) -> None:
    addresses = [web.url("good", f"{number}.jsonl") for number in range(4)]
    name = "nope.jsonl" if kind == "missing" else "2.jsonl"
    addresses[2] = web.url(kind, name)
    web.requests.clear()
    options = ["--reader", CURL, "--reader-timeout", "1", "-o", str(tmp_path / "selected.jsonl")]
    finished = select(dsel, addresses, *options)
    check_failure(finished, f"{addresses[2]}: the reader command 'curl -fsSL'", part)
    assert list(tmp_path.iterdir()) == []


# Records.


def test_manifests_name_commands_and_verify_starts_none(
    dsel: str, pool: Path, tmp_path: Path
) -> None:
    output = tmp_path / "selected.jsonl"
    options = ["--reader", "*.xz=xz -dc", "-o", str(output)]
    select(dsel, names(pool, ".jsonl.xz"), *options).checked()
    path = tmp_path / "selected.jsonl.manifest.json"
    manifest = json.loads(path.read_text())
    assert [record["reader"] for record in manifest["pool"]["inputs"]] == ["xz -dc"] * 4
    assert "reader" not in manifest["target"]["inputs"][0]
    path.write_text(path.read_text().replace("xz -dc", f"touch {tmp_path}/started"))
    verified = run([dsel, "verify", "--json", str(path)]).checked()
    states = [file["state"] for file in json.loads(verified.output)["manifests"][0]["files"]]
    assert states == ["same", *["unknown"] * 4, "same"]
    assert not (tmp_path / "started").exists()
