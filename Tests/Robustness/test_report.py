"""Reports: their figures, computed again here, and their pages in a browser."""

from __future__ import annotations

import html
import json
import math
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import FIXTURES, WIKI, Finished, run

CRAWL = str(FIXTURES / "crawl.jsonl.zst")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Where a browser must not go, and what must not run, if it reads a text as markup.
ATTACKS = [
    "<script>document.title='owned';alert(1)</script>",
    "</div></article></style><img src=x onerror=\"document.title='owned'\">",
    '"><svg onload=alert(2)><iframe src="http://127.0.0.1:9/x"></iframe>',
    "<link rel=stylesheet href=http://127.0.0.1:9/y><meta http-equiv=refresh content=0;url=//x>",
    "<!--<script>--></title></head><body onload=alert(3)>",
    "\u202e\u2066reversed\u2069 \u200f right \u0007 \u001b[31m bell",
    "e" + "\u0301" * 500,
]


def go(command: list[str], folder: Path | None = None) -> Finished:
    """Runs a program, which must succeed."""
    done = run(command, folder)
    assert done.status == 0, done.errors
    return done


def select(dsel: str, folder: Path, *options: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The manifest, the data and the page of a selection."""
    go([dsel, "select", "-q", "--force", *options, "-o", "out.jsonl", "--report", "page.html",
         "--report-data", "data.json"], folder)
    read = [json.loads((folder / name).read_text()) for name in ("out.jsonl.manifest.json", "data.json")]
    return read[0], read[1], (folder / "page.html").read_text()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def pool(tmp_path: Path, dsel: str) -> list[dict[str, Any]]:
    """The documents of the fixture, from a plain file that is in the test's folder."""
    data = go(["zstd", "-dcq", CRAWL]).output
    (tmp_path / "crawl.jsonl").write_bytes(data)
    return lines(tmp_path / "crawl.jsonl")


def test_figures_are_those_of_a_plain_computation(
    dsel: str, tmp_path: Path, pool: list[dict[str, Any]]
) -> None:
    manifest, data, page = select(
        dsel, tmp_path, "--target", WIKI, "--pool", "crawl.jsonl", "--count", "200",
        "--objective", "weight", "--domain-field", "domain", "--annotate")
    chosen = lines(tmp_path / "out.jsonl")
    go([dsel, "fit", "-q", WIKI, "-o", "t.model"], tmp_path)
    go([dsel, "fit", "-q", "crawl.jsonl", "-o", "p.model"], tmp_path)
    go([dsel, "weigh", "-q", "--target-model", "t.model", "--pool-model", "p.model",
         "crawl.jsonl", "-o", "w.jsonl"], tmp_path)
    weighed = lines(tmp_path / "w.jsonl")
    eligible = [line for line in weighed if line["tokens"] >= manifest["settings"]["min_tokens"]]
    assert len(eligible) == manifest["eligible_documents"]

    # Weights: each bin begins at a multiple of its width.
    weights = data["weights"][0]

    def binned(values: list[float]) -> tuple[list[int], int, int]:
        counts = [0] * len(weights["pool"])
        below = above = 0
        for value in values:
            place = math.floor(value / weights["width"]) - weights["first"]
            if place < 0:
                below += 1
            elif place >= len(counts):
                above += 1
            else:
                counts[place] += 1
        return counts, below, above

    assert binned([line["log_weight"] for line in eligible]) == (
        weights["pool"], weights["pool_below"], weights["pool_above"])
    assert binned([line["dsel"]["log_weight"] for line in chosen]) == (
        weights["selected"], weights["selected_below"], weights["selected_above"])
    # The temperature is 1, so keys and weights have the same measure.
    assert weights["cut"] == manifest["selected"]["threshold_key"]

    # Lengths: two bins for each doubling.
    edges = sorted({0, 1} | {1 << e for e in range(1, 33)} | {3 << e for e in range(31)})
    sides = {side["role"]: side for side in data["lengths"]}
    counts = [0] * len(edges)
    for line in weighed:
        counts[sum(edge <= line["tokens"] for edge in edges) - 1] += 1
    assert sides["pool"]["counts"] == counts
    assert sides["pool"]["tokens"] == sum(line["tokens"] for line in weighed)
    assert sides["selected"]["tokens"] == manifest["selected"]["tokens"]
    assert sides["target"]["tokens"] == manifest["target"]["tokens"]
    middle = sorted(line["tokens"] for line in weighed)[math.ceil(len(weighed) / 2) - 1]
    assert sides["pool"]["median"] == middle

    # Domains.
    rows = {row["name"]: row for row in data["domains"]["rows"]}
    assert {name: row["pool"] for name, row in rows.items()} == Counter(d["domain"] for d in pool)
    assert {n: row["selected"] for n, row in rows.items() if row["selected"]} == Counter(
        d["domain"] for d in chosen)

    # What the manifest says, and what the page says.
    assert sum(fate["documents"] for fate in data["fates"]) == manifest["pool"]["documents"]
    assert data["targets"][0]["kl_selected"] == manifest["kl_target_selected"]
    assert data["targets"][0]["nearness"] == manifest["nearness"]
    assert f"<h1>{manifest['selected']['documents']} of 1,360 documents selected</h1>" in page
    assert f"{manifest['kl_target_selected']:.3f}" in page
    assert manifest["pool"]["inputs"][0]["xxh3"] in page

    # Samples: the best are those with the largest weights, and their texts are there.
    groups = {group["reason"]: group["samples"] for group in data["samples"]}
    best = sorted((line["dsel"]["log_weight"] for line in chosen), reverse=True)[:10]
    assert [sample["log_weight"] for sample in groups["best"]] == best
    texts = {d["text"][:480] for d in pool}
    assert all(s["text"] in texts for samples in groups.values() for s in samples)
    for sample in (s for samples in groups.values() for s in samples):
        document = pool[sample["line"] - 1]
        assert (sample["id"], sample["text"]) == (document["id"], document["text"][:480])
        assert f"crawl.jsonl:{sample['line']} (<bdi>{sample['id']}</bdi>)" in page
    selected = {d["text"] for d in chosen}
    assert not any(
        text.startswith(s["text"]) for s in groups["below"] + groups["unselected"] for text in selected)


def test_words_are_counted_as_plainly(dsel: str, tmp_path: Path) -> None:
    generator = random.Random(1)
    words = "alpha beta gamma delta epsilon zeta eta theta".split()
    documents = [
        {"text": " ".join(generator.choices(words[:5] if n % 5 == 0 else words, k=40)), "n": n}
        for n in range(200)
    ]
    for name, some in [("pool.jsonl", documents), ("target.jsonl", documents[::5])]:
        (tmp_path / name).write_text("".join(json.dumps(d) + "\n" for d in some))
    _, data, _ = select(
        dsel, tmp_path, "--target", "target.jsonl", "--pool", "pool.jsonl", "--count", "40",
        "--min-tokens", "1")

    def count(some: list[dict[str, Any]]) -> Counter[str]:
        found: Counter[str] = Counter()
        for document in some:
            tokens = document["text"].split()
            found.update(tokens + [" ".join(pair) for pair in zip(tokens, tokens[1:])])
        return found

    chosen, whole = count(lines(tmp_path / "out.jsonl")), count(documents)
    size, base = 40 * 40, 200 * 40

    def score(phrase: str) -> float:
        a, b = chosen[phrase], whole[phrase]
        rate = (a + b) / (size + base)
        return 2 * sum(
            n * math.log(n / (rate * of)) for n, of in ((a, size), (b, base)) if n)

    for more, name in [(True, "more"), (False, "less")]:
        phrases = [
            p for p in whole
            if chosen[p] + whole[p] >= 4 and (chosen[p] * base > whole[p] * size) == more
        ]
        phrases.sort(key=lambda p: (-score(p), p.encode()))
        rows = data["phrases"][name]
        assert [row["phrase"] for row in rows] == phrases[:20]
        for row in rows:
            assert (row["selected"], row["base"]) == (chosen[row["phrase"]], whole[row["phrase"]])
            assert row["score"] == pytest.approx(score(row["phrase"]), rel=1e-9)


def without_timings(page: str) -> str:
    return re.sub(r'<div id="timings">.*?</div>', "", page, flags=re.DOTALL)


def test_a_page_depends_on_no_threads(dsel: str, tmp_path: Path) -> None:
    pages, selections = set(), set()
    for threads in "124":
        _, data, page = select(
            dsel, tmp_path, "--target", WIKI, "--pool", CRAWL, "--threads", threads, "--count", "150",
            "--domain-field", "domain", "--near-duplicates", "0.5")
        pages.add(without_timings(page))
        del data["timings"]
        selections.add(((tmp_path / "out.jsonl").read_bytes(), json.dumps(data)))
    assert len(pages) == len(selections) == 1
    # Without a report, the selection is the same.
    go([dsel, "select", "-q", "--target", WIKI, "--pool", CRAWL, "--count", "150",
         "--near-duplicates", "0.5", "-o", "plain.jsonl"], tmp_path)
    assert {(tmp_path / "plain.jsonl").read_bytes()} == {lines for lines, _ in selections}


def test_stored_data_makes_the_same_page(dsel: str, tmp_path: Path) -> None:
    _, _, page = select(dsel, tmp_path, "--target", WIKI, "--pool", CRAWL, "--count", "100")
    go([dsel, "report", "data.json", "-o", "again.html"], tmp_path)
    assert (tmp_path / "again.html").read_text() == page
    assert go([dsel, "report", "data.json"], tmp_path).output.decode() == page
    refused = run([dsel, "report", WIKI], tmp_path)
    assert refused.status == 1
    assert "this is not the data of a report" in refused.errors


def test_pages_of_draws_by_other_weights(dsel: str, tmp_path: Path) -> None:
    go([dsel, "fit", "-q", WIKI, "-o", "t.model"], tmp_path)
    go([dsel, "fit", "-q", CRAWL, "-o", "p.model"], tmp_path)
    weigh = [dsel, "weigh", "-q", "--target-model", "t.model", "--pool-model", "p.model", CRAWL]
    go([*weigh, "-o", "w.jsonl"], tmp_path)
    go([*weigh, "--candidates", "200", "-o", "c.jsonl"], tmp_path)
    for source in ("weights", "candidates"):
        stored = "w.jsonl" if source == "weights" else "c.jsonl"
        go([dsel, "resample", "-q", f"--{source}", stored, "--pool", CRAWL, "--count", "100",
             "-o", f"{source}.jsonl", "--report", f"{source}.html", "--report-data",
             f"{source}.json", "--domain-field", "domain"], tmp_path)
        data = json.loads((tmp_path / f"{source}.json").read_text())
        page = (tmp_path / f"{source}.html").read_text()
        assert data["selected"]["documents"] == 100
        assert f"domains_of_{source}" in data["lacks"]
        assert "100 of 1,360 documents selected" in page
        assert "domains can&#39;t be counted" in page
        assert bool(data["weights"]) == (source == "weights")


def test_near_duplicates_are_shown_with_their_names(dsel: str, tmp_path: Path, pool: list[dict[str, Any]]) -> None:
    options = ["--pool", "crawl.jsonl", "--count", "150", "--near-duplicates", "0.6"]
    _, data, _ = select(dsel, tmp_path, "--target", WIKI, *options)
    [samples] = [group["samples"] for group in data["samples"] if group["reason"] == "near_duplicate"]
    assert len(samples) == 10
    for sample in samples:
        for line, name in [(sample["line"], sample["id"]), (sample["similar_line"], sample["similar_id"])]:
            assert pool[line - 1]["id"] == name
        assert pool[sample["line"] - 1]["text"][:480] == sample["text"]
    # Draws from candidates show them, too: places without names.
    go([dsel, "fit", "-q", WIKI, "-o", "t.model"], tmp_path)
    go([dsel, "fit", "-q", "crawl.jsonl", "-o", "p.model"], tmp_path)
    go([dsel, "weigh", "-q", "--target-model", "t.model", "--pool-model", "p.model", "crawl.jsonl",
         "--candidates", "150", "--near-duplicates", "0.6", "-o", "c.jsonl"], tmp_path)
    go([dsel, "resample", "-q", "--candidates", "c.jsonl", "--pool", "crawl.jsonl", "--count", "150",
         "-o", "r.jsonl", "--report-data", "r.json"], tmp_path)
    [again] = [g["samples"] for g in json.loads((tmp_path / "r.json").read_text())["samples"] if g["reason"] == "near_duplicate"]
    names = ["text", "place", "similar_place", "similarity"]
    assert [[s[name] for name in names] for s in again] == [[s[name] for name in names] for s in samples]


# MARK: In a browser


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, dsel: str) -> Path:
    """The page of a corpus that attacks it: markup, controls, huge words, a thousand strata."""
    folder = tmp_path_factory.mktemp("hostile")
    generator = random.Random(2)
    words = [f"word{n}" for n in range(300)]

    def document(number: int) -> dict[str, str]:
        attack = ATTACKS[number % len(ATTACKS)]
        text = f"{attack} {' '.join(generator.choices(words, k=150))} {attack} {attack}"
        if number % 400 == 0:
            text = "M" * 1_000_000 + " " + text
        return {"text": text, "kind": f"{ATTACKS[number % 7]} {number % 1000}"}

    def attack_only(number: int) -> dict[str, str]:
        return {"text": "\u202e<script>" * 3000 + ATTACKS[number], "kind": "x" * 5000}

    pool = [document(n) for n in range(3000)] + [attack_only(n) for n in range(7)]
    for name, some in [("a.jsonl", pool), ("<b>b.jsonl", pool[::9]), ("c.jsonl", pool[1::9])]:
        (folder / name).write_text("".join(json.dumps(d) + "\n" for d in some))
    select(
        dsel, folder, "--target", "one=<b>b.jsonl", "two=c.jsonl", "--pool", "a.jsonl",
        "--count", "1500", "--stratify", "kind", "--min-tokens", "1", "--domain-field", "kind")
    return folder / "page.html"


def test_a_hostile_page_is_small_and_plain(hostile: Path) -> None:
    assert hostile.stat().st_size < 1_000_000
    page = hostile.read_text()
    assert page.count("<script>") == 1
    assert not re.search("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]", page)
    assert "not shown" in page
    assert html.escape("<script>document.title='owned'")[:30] in page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("there is no chromium: apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as play:
        program = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield program
        program.close()


@pytest.mark.parametrize("width", [360, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_loads_or_overflows(
    browser: Any, hostile: Path, width: int, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
    page.on("request", lambda request: said.append(request.url))
    address = hostile.as_uri()
    page.goto(address)
    page.wait_for_timeout(300)
    assert said == [address]
    assert page.title().startswith("1,500 of 3,007 documents selected")
    sizes = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert sizes[0] <= sizes[1]
    assert page.evaluate("document.scripts.length") == 1
    assert page.evaluate("document.querySelectorAll('img,iframe,link,object').length") == 0
    # The search is there, and finds.
    cards = page.locator(".card:visible").count()
    assert cards > 20
    page.fill("#find", "no document has this")
    assert page.locator(".card:visible").count() == 0
    page.close()


def test_a_page_is_whole_without_its_script(browser: Any, hostile: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(hostile.as_uri())
    assert page.locator(".card:visible").count() > 20
    assert page.locator("#find:visible").count() == 0
    context.close()
