"""Models, weights, candidates, and draws from them."""

import json
import pathlib
import pickle

import pytest
from conftest import CRAWL, WIKI, dsel

import dsel as api


def models():
    """Models of target and pool. They last as long as someone has them."""
    return api.fit(WIKI), api.fit(CRAWL)


def test_a_model_is_that_of_the_command(tmp_path, wiki_rows):
    plain = dsel("fit", WIKI)
    model = api.fit(WIKI)
    model.save("a.model")
    assert (tmp_path / "a.model").read_bytes() == plain
    counts = json.loads(plain)["counts"]
    assert list(model.counts) == counts
    assert model.report["model"]["documents"] == len(wiki_rows)
    for documents in [wiki_rows, iter(wiki_rows), [row["text"] for row in wiki_rows]]:
        assert list(api.fit(documents).counts) == counts


def test_models_add_up(tmp_path, wiki_rows):
    parts = [api.fit(wiki_rows[:20]), api.fit(wiki_rows[20:40]), api.fit(wiki_rows[40:])]
    whole = list(api.fit(WIKI).counts)
    assert list((parts[0] + parts[1] + parts[2]).counts) == whole
    assert list(api.merge(parts).counts) == whole
    dsel("fit", WIKI, "-o", "whole.model.zst")
    assert list(api.Model.load("whole.model.zst").counts) == whole
    with pytest.raises(FileNotFoundError):
        api.Model.load("none")
    with pytest.raises(TypeError):
        parts[0] + 1
    with pytest.raises(TypeError):
        api.merge([])


def test_weights_are_those_of_the_command(tmp_path, crawl_rows):
    target, pool = models()
    target.save("t")
    pool.save("p")
    lines = dsel("weigh", "--target-model", "t", "--pool-model", "p", CRAWL).splitlines()
    rows = [json.loads(line) for line in lines]
    weights = api.weigh(CRAWL, target=target, pool=pool)
    assert len(weights) == len(rows)
    for name in ["log_weight", "log_odds", "tokens", "features", "text_bytes"]:
        assert list(getattr(weights, name)) == [row[name] for row in rows], name
    assert [f"{value:016x}" for value in weights.text_hash] == [row["text_hash"] for row in rows]
    numpy = pytest.importorskip("numpy")
    assert weights.log_weight.dtype == numpy.float64 and weights.text_hash.dtype == numpy.uint64
    for documents in [crawl_rows, iter(crawl_rows)]:
        assert list(api.weigh(documents, target="t", pool="p").log_weight) == list(
            weights.log_weight
        )
    named = api.weigh(CRAWL, target={"a": target, "b": "t"}, pool=pool)
    assert list(named.log_weight) == ["a", "b"]
    assert list(named.log_weight["b"]) == list(weights.log_weight)
    assert api.weigh(CRAWL, target=target, pool=pool, estimator="ratio").log_odds is None


def test_a_draw_from_weights_is_that_of_select(expected, crawl_rows, crawl_lines):
    lines = expected("--count", "40", "--objective", "weight")
    target, pool = models()
    weights = api.weigh(CRAWL, target=target, pool=pool)
    assert list(api.resample(weights, CRAWL, count=40).lines()) == lines
    of_list = api.weigh(crawl_rows, target=target, pool=pool)
    chosen = [crawl_lines.index(line) for line in lines]
    assert list(api.resample(of_list, crawl_rows, count=40).indices) == chosen
    weights.save("weights.jsonl")
    loaded = api.Weights.load("weights.jsonl")
    assert list(api.resample([loaded], CRAWL, count=40).lines()) == lines


def test_a_set_from_candidates_is_that_of_select(tmp_path, expected, crawl_lines):
    lines = expected("--count", "40")
    target, pool = models()
    kept = api.weigh(CRAWL, target=target, pool=pool, candidates=40)
    assert isinstance(kept, api.Candidates)
    assert list(api.resample(kept, CRAWL, count=40).lines()) == lines
    parts = []
    for part in range(2):
        name = f"{part}.jsonl"
        (tmp_path / name).write_bytes(b"".join(crawl_lines[part * 680 : part * 680 + 680]))
        parts.append(api.weigh(name, target=target, pool=pool, candidates=40))
    both = parts[0] + parts[1]
    assert list(api.resample(both, ["0.jsonl", "1.jsonl"], count=40).lines()) == lines
    with pytest.raises(api.DselError) as caught:
        list(api.resample(parts[0], "0.jsonl"))
    assert caught.value.code == "missing_documents"


def test_parts_in_memory_have_names(expected, crawl_rows):
    target, pool = models()
    parts = {"one": crawl_rows[:680], "two": crawl_rows[680:]}
    kept = [
        api.weigh(rows, target=target, pool=pool, candidates=40, name=name)
        for name, rows in parts.items()
    ]
    both = api.merge(kept)
    chosen = api.pick(both, count=40)
    assert chosen.report["candidates"] == 40
    copied = [
        row for name, rows in parts.items() for row in api.resample(chosen, rows, name=name).rows()
    ]
    assert copied == [json.loads(line) for line in expected("--count", "40")]
    drawn = [
        row for name, rows in parts.items() for row in api.resample(both, rows, name=name).rows()
    ]
    assert drawn == [json.loads(line) for line in expected("--count", "40")]
    kept = [api.weigh(rows, target=target, pool=pool, candidates=40) for rows in parts.values()]
    with pytest.raises(api.DselError) as caught:
        api.merge(kept)
    assert caught.value.code == "repeated_shard"
    del caught
    for name in ["", "a,b", "a=b"]:
        with pytest.raises(ValueError, match="can't be a name"):
            api.fit(crawl_rows, name=name)
    with pytest.raises(ValueError, match="files have names"):
        api.fit(WIKI, name="a")


def test_a_draw_by_fields(wiki_rows):
    rows = [{"text": row["text"], "loss": n * 0.5, "w": 1.0} for n, row in enumerate(wiki_rows)]
    best = api.resample(None, rows, field={"loss": -1, "w": 2}, count=9, top_k=True, min_tokens=0)
    assert list(best.indices) == list(range(9))
    assert best.take() == rows[:9]
    with pytest.raises(TypeError):
        api.resample("weights.jsonl", rows)


def test_compare_and_explain(wiki_rows, crawl_rows):
    selection = api.select(WIKI, crawl_rows, count=50)
    found = api.compare(WIKI, selection, CRAWL)
    selection.save("s.jsonl")
    command = ["compare", "--target", WIKI, "--selected", "s.jsonl", "--pool", CRAWL, "--json"]
    plain = json.loads(dsel(*command))
    assert found["kl_reduction"] == plain["kl_reduction"] > 0
    with pytest.warns(api.DselWarning, match="also in the held-out text"):
        judged = api.compare(
            WIKI,
            selection,
            heldout=wiki_rows[:30],
            beside=[WIKI, crawl_rows[:60]],
            heldout_tokens=2000,
        )
    assert len(judged["heldout"]["others"]) == 2
    command = ["explain", "--target", WIKI, "--pool", CRAWL, "--json"]
    plain = json.loads(dsel(*command))
    assert api.explain(target=WIKI, pool=CRAWL)["target"] == plain["target"]
    target, pool = models()
    one = api.explain([crawl_rows[3]], target=target, pool=pool)
    assert len(one["documents"]) == 1
    plain = json.loads(dsel("show", "--target", WIKI, "--pool", CRAWL, "--top", "5", "--json"))
    assert api.show(target=WIKI, pool=CRAWL, top=5) == plain
    shown = api.show(crawl_rows, target=target, pool=pool, top=5)["documents"]
    assert [one["log_weight"] for one in shown] == [one["log_weight"] for one in plain["documents"]]


def test_a_selection_is_explained_from_its_manifest(crawl_rows):
    dsel("select", "--target", WIKI, "--pool", CRAWL, "--count", "50", "-q", "-o", "m.jsonl")
    manifest = "m.jsonl.manifest.json"
    name = crawl_rows[3]["id"]
    plain = dsel("explain", "--manifest", manifest, "--id", name, "--line", "9", "--json")
    found = api.explain(manifest=pathlib.Path(manifest), id=name, line=[9])
    assert found == json.loads(plain)
    assert [one["line"] for one in found["documents"]] == [4, 9]
    with open("m.jsonl") as file:
        chosen = [json.loads(line)["id"] for line in file]
    documents = api.explain(manifest=manifest, id=chosen, top=0)["documents"]
    assert len(documents) == 50 and all(one["selected"] for one in documents)
    with pytest.raises(api.DselError, match="no document has the value 'x'") as caught:
        api.explain(manifest=manifest, id="x")
    assert caught.value.code == "no_such_id"
    plain = dsel("show", "--manifest", manifest, "--at-cut", "2", "--json")
    assert api.show(manifest=manifest, at_cut=2) == json.loads(plain)
    with pytest.raises(ValueError, match="with a manifest"):
        api.explain(manifest=manifest, target=WIKI)
    with pytest.raises(ValueError, match="name the target"):
        api.explain(target=WIKI)


def test_errors_can_be_sent_to_other_processes():
    error = api.UsageError("m.", code="usage", file="f", line=3, advice="a")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is api.UsageError and str(copy) == str(error) == "f:3: m. a"
    assert (copy.code, copy.file, copy.line, copy.advice) == ("usage", "f", 3, "a")
