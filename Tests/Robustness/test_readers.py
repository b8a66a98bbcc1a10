"""Commands that read and write files for dsel: --reader, --writer. They fail in every way."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from readers import Web, marked_processes, select, served, shell
from running import WIKI, Finished, run, start

CURL = "http://*=curl -fsSL"


@pytest.fixture(scope="module")
def pool(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the fixtures' pool in four files, plain, in xz, and in gzip."""
    folder = tmp_path_factory.mktemp("pool")
    lines = crawl.read_bytes().splitlines(keepends=True)
    for number in range(4):
        content = b"".join(lines[len(lines) * number // 4 : len(lines) * (number + 1) // 4])
        (folder / f"{number}.jsonl").write_bytes(content)
        (folder / f"{number}.jsonl.xz").write_bytes(lzma.compress(content))
        (folder / "packed").mkdir(exist_ok=True)
        (folder / "packed" / f"{number}.jsonl").write_bytes(lzma.compress(content))
        (folder / f"{number}.gzipped").write_bytes(gzip.compress(content))
    return folder


@pytest.fixture(scope="module")
def expected(dsel: str, pool: Path) -> bytes:
    """What is selected from the plain files."""
    return select(dsel, [str(pool / f"{n}.jsonl") for n in range(4)]).checked().output


@pytest.fixture(scope="module")
def web(pool: Path) -> Iterator[Web]:
    with served({path.name: path.read_bytes() for path in pool.glob("*.*")}) as web:
        yield web


def names(folder: Path, ending: str) -> list[str]:
    return [str(folder / f"{number}{ending}") for number in range(4)]


def check_failure(finished: Finished, *parts: str) -> None:
    assert finished.status == 1, str(finished)
    for part in parts:
        assert part in finished.errors, str(finished)
    # An error is one line, for whoever reads many of them.
    assert finished.errors.count("\n") == 1, str(finished)


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


# Outputs.


def test_a_writer_gets_what_a_file_would(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path
) -> None:
    taken, temporary = tmp_path / "taken", tmp_path / "temporary"
    taken.mkdir()
    temporary.mkdir()
    writer = shell(f'cat > {taken}/"${{1##*/}}"')
    options = ["--output", "s3://box/selected.jsonl", "--writer", writer]
    select(dsel, names(pool, ".jsonl"), *options, folder=temporary).checked()
    assert (taken / "selected.jsonl").read_bytes() == expected
    manifest = json.loads((taken / "selected.jsonl.manifest.json").read_text())
    assert manifest["outputs"][0]["path"] == "s3://box/selected.jsonl"
    assert manifest["outputs"][0]["writer"] == writer
    assert list(temporary.iterdir()) == []
    verified = run([dsel, "verify", str(taken / "selected.jsonl.manifest.json")]).checked()
    assert b"unknown    selected  s3://box/selected.jsonl" in verified.output


def test_a_writer_may_do_without_a_name(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path
) -> None:
    writer = f"sh -c 'cat > {tmp_path}/taken'"
    select(dsel, names(pool, ".jsonl"), "--writer", writer, folder=tmp_path).checked()
    assert (tmp_path / "taken").read_bytes() == expected
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_no_writer_starts_before_the_output_is_whole(
    dsel: str, pool: Path, tmp_path: Path
) -> None:
    reader = shell('head -c 20000 "$1"; exit 3')
    options = ["--reader", f"3.jsonl={reader}", "--writer", f"touch {tmp_path}/began"]
    finished = select(dsel, names(pool, ".jsonl"), *options, folder=tmp_path)
    check_failure(finished, "failed with exit status 3")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("script", ["head -c 10 > /dev/null; echo quota >&2; exit 9", "kill -9 $$"])
def test_a_writer_that_fails_loses_nothing(
    dsel: str, pool: Path, expected: bytes, tmp_path: Path, script: str
) -> None:
    options = ["--output", "s3://box/selected.jsonl", "--writer", shell(script)]
    rest = tmp_path / "rest.jsonl"
    options += ["--remainder", str(rest)]
    finished = select(dsel, names(pool, ".jsonl"), *options, folder=tmp_path)
    check_failure(finished, "s3://box/selected.jsonl: the writer command 'sh -c ", "is kept in")
    [kept] = tmp_path.iterdir()
    assert str(kept) in finished.errors
    assert kept.read_bytes() == expected


def test_a_killed_dsel_ends_the_writer(dsel: str, pool: Path, tmp_path: Path) -> None:
    mark = f"DSEL_TEST_MARK={tmp_path}"
    command = [dsel, "select", "--target", WIKI, "--count", "60", "-q", "--writer"]
    command += [f"sh -c 'touch {tmp_path}/began; sleep 4711'", "--pool", *names(pool, ".jsonl")]
    process = start(
        command, environment={"DSEL_TEST_MARK": str(tmp_path), "TMPDIR": str(tmp_path)}
    )
    deadline = time.monotonic() + 20
    while not (tmp_path / "began").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert marked_processes(mark) == []
    assert os.listdir(tmp_path) == ["began"]


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
