"""`dsel show`: which documents it shows, what it marks in them, and what reaches a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from running import FIXTURES, QUIET, WIKI, run

CRAWL = str(FIXTURES / "crawl.jsonl.zst")
MANIFEST = ["--manifest", "out.jsonl.manifest.json"]
POOL = ["--target", WIKI, "--pool", CRAWL]
# The colours of marks and titles, and their end.
COLORS = re.compile("\x1b\\[(1;32|1;31|1|0)m")


def shown(dsel: str, folder: Path, *options: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run([dsel, "show", *options, "--json"], folder).checked().output)
    return answer


def group(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for one in answer["documents"] if one["group"] == name]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def select(dsel: str, folder: Path, *options: str) -> list[dict[str, Any]]:
    command = [dsel, "select", "-q", "--force", *POOL, *options, "--annotate-with", "part", "-o", "out.jsonl"]
    run(command, folder).checked()
    return lines(folder / "out.jsonl")


@pytest.fixture(scope="module")
def pool() -> list[dict[str, Any]]:
    data = run(["zstd", "-dcq", CRAWL]).checked().output
    return [json.loads(line) for line in data.splitlines()]


# Which documents are shown.


@pytest.mark.parametrize("options", ["--objective weight", "", "--objective weight --temperature 3 --stratify domain"])
def test_documents_are_those_of_the_selection(dsel: str, tmp_path: Path, pool: list[Any], options: str) -> None:
    chosen = select(dsel, tmp_path, "--count", "100", *options.split())
    answer = shown(
        dsel, tmp_path, *MANIFEST, "--top", "8", "--at-cut", "7", "--random", "9", "--domain-field", "domain"
    )
    assert answer["selected_documents"] == 100
    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert answer["eligible_documents"] == manifest["eligible_documents"]
    said = {line["id"]: line["dsel"] for line in chosen}
    best = sorted((one["log_weight"] for one in said.values()), reverse=True)
    assert [one["log_weight"] for one in group(answer, "top")] == best[:8]
    # The small part that the regression draws alone has keys of its own.
    keys = sorted(one["key"] for one in said.values() if one["part"] != "logistic")
    assert [one["key"] for one in group(answer, "selected_at_cut")] == keys[:7][::-1]
    for name in ["top", "selected_at_cut", "random"]:
        for one in group(answer, name):
            assert (one["log_weight"], one["key"]) == (said[one["id"]]["log_weight"], said[one["id"]]["key"])
    sample = [one["id"] for one in group(answer, "random")]
    assert len(set(sample)) == 9
    assert sample != [one["id"] for one in group(shown(dsel, tmp_path, *MANIFEST, "--random", "9", "--seed", "1"), "random")]

    # Below the cut are the largest keys of the others.
    below = group(answer, "below_cut")
    texts = {line["text"] for line in chosen}
    others = [f"--line={n}" for n, one in enumerate(pool, 1) if one["text"] not in texts]
    explained = run([dsel, "explain", *MANIFEST, "--top", "0", "--json", *others], tmp_path).checked()
    left = [
        part["key"]
        for one in json.loads(explained.output)["documents"]
        for part in one["parts"]
        if part["by"] != "logistic"
    ]
    assert [one["key"] for one in below] == sorted(set(left), reverse=True)[:7]
    for one in answer["documents"]:
        line = pool[one["line"] - 1]
        assert (one["id"], one["domain"], one["text_bytes"]) == (line["id"], line["domain"], len(line["text"].encode()))


def test_each_target_has_its_groups(dsel: str, tmp_path: Path, pool: list[Any]) -> None:
    wiki = Path(WIKI).read_text().splitlines(True)
    (tmp_path / "b").write_text("".join(wiki[:30]))
    options = ["--target", f"a={WIKI}", "b=b", "--pool", CRAWL, "--count", "60", "--replay", "0.2"]
    run([dsel, "select", "-q", *options, "--annotate", "-o", "out.jsonl"], tmp_path).checked()
    said = {line["id"]: line["dsel"] for line in lines(tmp_path / "out.jsonl")}
    answer = shown(dsel, tmp_path, *MANIFEST, "--top", "5", "--at-cut", "2", "--random", "60")
    for name in "ab":
        best = sorted((one["log_weight"] for one in said.values() if one.get("target") == name), reverse=True)
        found = [one["log_weight"] for one in group(answer, "top") if one["target"] == name]
        assert found == best[:5]
        assert len([one for one in group(answer, "below_cut") if one["target"] == name]) == 2
    everything = group(answer, "random")
    assert {one["id"] for one in everything} == said.keys()
    # Documents that were drawn at random have no target.
    assert all(one["target"] == said[one["id"]].get("target", "a") for one in everything)
    text = run([dsel, "show", *MANIFEST, "--top", "5", "--random", "60"], tmp_path).checked().output.decode()
    titles = re.findall("^[A-Z].*weights.*|^Selected: at random.*", text, re.MULTILINE)
    assert titles == [
        "Selected: the largest log weights for a", "Selected: the largest log weights for b", "Selected: at random",
    ]  # fmt: skip


def test_documents_are_those_of_the_pool(dsel: str, tmp_path: Path, pool: list[Any]) -> None:
    for path, name in [(WIKI, "t.model"), (CRAWL, "p.model")]:
        run([dsel, "fit", "-q", path, "-o", name], tmp_path).checked()
    models = ["--target-model", "t.model", "--pool-model", "p.model"]
    run([dsel, "weigh", "-q", *models, CRAWL, "-o", "w.jsonl"], tmp_path).checked()
    first: dict[str, float] = {}
    for line, weight in zip(pool, lines(tmp_path / "w.jsonl")):
        if weight["tokens"] >= 100:
            first.setdefault(line["text"], weight["log_weight"])
    answer = shown(dsel, tmp_path, *POOL, "--top", "20", "--random", "5")
    assert [one["log_weight"] for one in group(answer, "top")] == sorted(first.values(), reverse=True)[:20]
    assert all("key" not in one for one in answer["documents"])
    assert len(group(answer, "random")) == 5
    assert shown(dsel, tmp_path, *models, CRAWL, "--top", "20", "--random", "5") == answer
    # A pool that comes from a pipe is kept, and read again.
    with open(CRAWL, "rb") as file:
        cat = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE)
        piped = run([dsel, "show", "--target", WIKI, "--pool", "-", "--json", "--top", "20", "--random", "5"], stdin=cat.stdout)
    for one in answer["documents"]:
        one["file"] = "standard input"
    assert json.loads(piped.checked().output) == answer


def test_threads_and_shards_make_no_difference(dsel: str, tmp_path: Path, pool: list[Any]) -> None:
    for name, some in [("a", pool[:500]), ("b", pool[500:])]:
        (tmp_path / name).write_text("".join(json.dumps(one) + "\n" for one in some))
    options = ["--top", "5", "--random", "50"]
    whole = [
        run([dsel, "show", *POOL, *options, "--threads", threads], tmp_path).checked().output for threads in "13"
    ]
    assert whole[0] == whole[1]
    parts = shown(dsel, tmp_path, "--target", WIKI, "--pool", "a", "--pool", "b", *options)
    together = shown(dsel, tmp_path, *POOL, *options)
    for answer in [parts, together]:
        for one in answer["documents"]:
            del one["file"], one["line"]
    assert parts == together


# What is marked.


def marked(tokens: list[str], value: dict[str, float]) -> list[float]:
    """For each token, the largest value of the n-grams over it."""
    values = [0.0] * len(tokens)
    for size in (1, 2):
        for first in range(len(tokens) - size + 1):
            found = value.get(" ".join(tokens[first : first + size]), 0.0)
            for place in range(first, first + size):
                if abs(found) > abs(values[place]) + 1e-12:
                    values[place] = found
    return values


def test_files_that_follow_a_pool_are_no_part_of_it(dsel: str, tmp_path: Path, pool: list[Any]) -> None:
    """A shell expands `--pool shards/*.jsonl` to one file of the pool, and files to show."""
    shards = tmp_path / "shards"
    shards.mkdir()
    for number in range(3):
        part = pool[number::3]
        (shards / f"{number}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in part))
    names = [f"shards/{number}.jsonl" for number in range(3)]
    command = [dsel, "show", "--target", WIKI, "--top", "3"]
    finished = run([*command, "--pool", *names], tmp_path).checked()
    assert "the pool's model is fitted to shards/0.jsonl alone, and shards/1.jsonl and 1 other file" in finished.errors
    # Both ways that the note names show the documents of all.
    assert "name their directory, or repeat --pool." in finished.errors
    repeated = run([*command, *(word for name in names for word in ("--pool", name))], tmp_path).checked()
    named = run([*command, "--pool", "shards"], tmp_path).checked()
    assert repeated.output == named.output != finished.output
    assert repeated.errors == named.errors == ""


def test_marks_and_snippets_are_those_of_a_plain_computation(dsel: str, tmp_path: Path, pool: list[Any]) -> None:
    answer = shown(dsel, tmp_path, *POOL, "--top", "15", "--random", "15")
    checked = 0
    for one in answer["documents"]:
        text = pool[one["line"] - 1]["text"]
        explained = run([dsel, "explain", *POOL, CRAWL, "--line", str(one["line"]), "--top", "10", "--json"], tmp_path)
        [said] = json.loads(explained.checked().output)["documents"]
        assert said["log_weight"] == one["log_weight"]
        for way in ["up", "down"]:
            names = ["ngram", "count", "contribution"]
            assert one[way] == [{name: ngram[name] for name in names} for ngram in said[way][:5]]
        snippet = "".join(piece["text"] for piece in one["snippet"])
        assert text.encode()[one["snippet_begin"] :].startswith(snippet.encode())
        assert len(snippet) <= 400 + len(text) - len(text.rstrip())
        if not text.isascii():
            continue
        checked += 1
        places = [(m.start(), m.end()) for m in re.finditer(r"\w+|[^\w\s]+", text)]
        tokens = [text[start:end].lower() for start, end in places]
        value = {n["ngram"]: n["contribution"] / n["count"] for way in ["up", "down"] for n in said[way]}
        values = marked(tokens, value)
        best, window = -1.0, (0, 0)
        for first in range(len(tokens)):
            last = first
            while last < len(tokens) and places[last][1] - places[first][0] <= 400:
                last += 1
            total = sum(abs(number) for number in values[first:last])
            if total > best + 1e-9:
                best, window = total, (first, last)
        begin = places[window[0]][0] if window[0] else 0
        assert one["snippet_begin"] == begin
        # Each character's mark, blanks between tokens aside.
        expected = {
            position: "for" if values[token] > 0 else "against" if values[token] < 0 else None
            for token in range(*window)
            for position in range(*places[token])
        }
        position = begin
        for piece in one["snippet"]:
            for character in piece["text"]:
                if not character.isspace():
                    assert expected[position] == piece.get("speaks"), (one["line"], position, text[position:][:20])
                position += 1
    assert checked > 10


def test_marks_stand_where_the_words_are(dsel: str, tmp_path: Path) -> None:
    # Lower-casing makes some letters longer, and others shorter.
    odd = "İstanbul ȺȺȺ ΣΑΣ K Ⱥ zebra"
    target = [{"text": f"zebra {odd} zebra crossing number {n}"} for n in range(50)]
    other = [{"text": f"plain words without any stripes {n}"} for n in range(50)]
    (tmp_path / "t").write_text("".join(json.dumps(one) + "\n" for one in target))
    (tmp_path / "p").write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in target[:5] + other))
    answer = shown(dsel, tmp_path, "--target", "t", "--pool", "p", "--min-tokens", "1", "--top", "1")
    [one] = answer["documents"]
    text = "".join(piece["text"] for piece in one["snippet"])
    assert odd in text
    good = " ".join(piece["text"] for piece in one["snippet"] if piece.get("speaks") == "for")
    assert "zebra" in good
    for piece in one["snippet"]:
        assert piece["text"].strip() == "" or re.fullmatch(r"\s*\S.*", piece["text"], re.DOTALL)
        if "speaks" in piece:
            # Whole words.
            assert all(word in text.split() for word in piece["text"].split())


# What reaches a terminal.


def width(line: str) -> int:
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line
    )


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    attacks = [
        "\x1b[31m\x1b]0;owned\x07 \x9b2J bell\x07 back\b\b\r",
        "\u202ereversed\u202c \u2066isolate\u2069 \u200fright \u2028 line \u2029",
        "e" + "\u0301" * 500 + " 漢字仮名交じり文" * 30,
        "M" * 1_000_000,
        "\x00null \u0085next \ufeff \U000e0041tag",
    ]
    for name in ["t", "p"]:
        with open(tmp_path / name, "w") as file:
            for n in range(60):
                text = f"{attacks[n % 5]} word{n % 7} and some more of them {attacks[(n + 1) % 5][:2000]}"
                file.write(json.dumps({"id": f"{n}{attacks[n % 5][:3000]}", "text": text, "kind": attacks[n % 5]}) + "\n")
    return tmp_path


@pytest.mark.parametrize("columns", [80, 30])
def test_hostile_texts_are_harmless(dsel: str, hostile: Path, columns: int) -> None:
    words = [dsel, "show", "--target", "t", "--pool", "p", "--min-tokens", "1", "--top", "60", "--domain-field", "kind"]
    output = run(words, hostile, {"COLUMNS": str(columns)}).checked().output.decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]", output)
    assert not re.search("\u0301{5}", output)
    assert len(output) < 200_000
    for line in output.splitlines():
        assert width(line) <= columns or re.match(r"\d+\. +p:", line), line


@pytest.mark.parametrize("columns", [80, 40])
def test_lines_fit_the_width(dsel: str, columns: int) -> None:
    output = run([dsel, "show", *POOL, "--top", "40"], environment={"COLUMNS": str(columns)}).checked().output.decode()
    for line in output.splitlines():
        # Names of files stay whole.
        assert width(line) <= columns or CRAWL in line, line
    assert max(width(line) for line in output.splitlines() if CRAWL not in line) > columns - 20


def at_terminal(words: list[str], folder: Path, **environment: str) -> tuple[str, str, int]:
    """What a program writes to a terminal, and to standard error, and its exit status."""
    main, side = pty.openpty()
    variables = {name: value for name, value in os.environ.items() if name not in ("PAGER", "LESS", "NO_COLOR")}
    process = subprocess.Popen(
        words, cwd=folder, stdin=side, stdout=side, stderr=subprocess.PIPE,
        env={**variables, **QUIET, "TERM": "xterm", **environment},
    )  # fmt: skip
    os.close(side)
    output = b""
    while True:
        try:
            block = os.read(main, 65536)
        except OSError:
            break
        if not block:
            break
        output += block
    os.close(main)
    assert process.stderr
    errors = process.stderr.read().decode()
    return output.decode().replace("\r\n", "\n"), errors, process.wait(timeout=60)


def test_a_terminal_shows_pages(dsel: str, tmp_path: Path) -> None:
    words = [dsel, "show", *POOL, "--top", "3"]
    plain = run(words).checked().output.decode()
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\ncat > shown\necho paged \"$LESS\"\n")
    pager.chmod(0o755)
    output, errors, status = at_terminal(words, tmp_path, PAGER="./pager")
    assert (output, errors, status) == ("paged FRX\n", "", 0)
    paged = (tmp_path / "shown").read_text()
    assert paged.count("\x1b[1;32m") > 3
    without = COLORS.sub("", paged)
    assert "\x1b" not in without
    # The same words, but for the signs of marks.
    letters = re.compile(r"[^\W\d_]+")
    start = plain.index("The largest")
    assert letters.findall(without[without.index("The largest") :]) == letters.findall(plain[start:])
    # No colours, or no pages, are wanted.
    assert at_terminal(words, tmp_path, PAGER="cat", NO_COLOR="1") == (plain, "", 0)
    assert at_terminal(words, tmp_path, TERM="dumb") == (plain, "", 0)
    colored = at_terminal(words, tmp_path, PAGER="")
    assert colored == (paged, "", 0)


def test_a_pager_that_fails_hides_nothing(dsel: str, tmp_path: Path) -> None:
    words = [dsel, "show", *POOL, "--top", "3"]
    colored, _, _ = at_terminal(words, tmp_path, PAGER="cat")
    output, errors, status = at_terminal(words, tmp_path, PAGER="/no/such/pager")
    assert (output, status) == (colored, 0)
    assert errors.endswith("warning: there is no program '/no/such/pager', which PAGER names.\n")
    output, errors, status = at_terminal(words, tmp_path, PAGER="false")
    assert (output, status) == ("", 0)
    assert errors == "warning: the program 'false', which PAGER names, failed. PAGER=cat shows all at once.\n"
    # Without less, all is shown at once.
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sh").symlink_to("/bin/sh")
    assert at_terminal(words, tmp_path, PATH=str(tmp_path / "bin")) == (colored, "", 0)
    # A pager that ends early is no failure.
    assert at_terminal([*words[:-1], "900"], tmp_path, PAGER="head -1")[1:] == ("", 0)


def test_a_closed_pipe_ends_quietly(dsel: str) -> None:
    done = run(["sh", "-c", '"$@" | head -2', "sh", dsel, "show", *POOL, "--top", "1000"])
    assert (done.status, done.errors) == (0, "")
    assert done.output.count(b"\n") == 2


# Wrong command lines, and what is said.


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (POOL + ["--at-cut", "3"], "--at-cut needs the --manifest of a selection: a pool has no cut."),
        (POOL + ["--top", "0"], "Nothing is shown. Leave --top 0 out, or give --at-cut or --random."),
        (POOL + ["--seed", "1"], "--seed needs --random."),
        (POOL + ["--top", "10001"], "--top must be from 0 to 10000."),
        (["--manifest", "m", "--pool", "x"], "--pool: with --manifest, the options and files are those"),
        ([CRAWL], "To show a selection, name its --manifest."),
        (["--target-model", "a", "--pool-model", "b"], "Documents are missing. Name files with documents to show."),
        (["--target-model", "a", "--pool-model", "b", "--target", WIKI, CRAWL], "both name the target"),
    ],
)  # fmt: skip
def test_wrong_command_lines(dsel: str, words: list[str], message: str) -> None:
    done = run([dsel, "show", *words])
    assert done.status == 64
    assert message in done.errors


def test_what_cannot_be_shown_is_said(dsel: str, tmp_path: Path) -> None:
    short = "".join(json.dumps({"text": f"short {n}"}) + "\n" for n in range(9))
    (tmp_path / "p").write_text(short + "no JSON\n")
    done = run([dsel, "show", "--target", WIKI, "--pool", "p", "--on-error", "skip"], tmp_path).checked()
    assert done.output.decode() == "There is no document with 100 words or more.\n"
    assert "1 invalid line of the files was skipped" in done.errors
    done = run([dsel, "show", "--target", WIKI, "--pool", "p", "--on-error", "skip", "--min-tokens", "2"], tmp_path)
    assert done.checked().output.decode().startswith("There are 9 documents with 2 words or more.\n")
