"""What users do wrong, and what they are told: the document, the field, the keyword."""

import copy
import datetime
import json
import pickle

import pytest
from conftest import CRAWL, WIKI

import dsel as api

# Documents.


@pytest.mark.parametrize("make", [list, iter])
def test_a_missing_field_is_reported_with_those_that_are_there(make):
    for run in (
        lambda rows: api.fit(rows),
        lambda rows: api.select(WIKI, rows, count=1).take(),
        lambda rows: api.select(rows, CRAWL, count=1).take(),
    ):
        with pytest.raises(api.DselError) as caught:
            run(make([{"text": "one"}, {"body": "two", "id": 3}]))
        assert (caught.value.code, caught.value.line) == ("missing_field", 2)
        assert caught.value.advice.startswith("The line has: body, id. Name the field")
    with pytest.raises(api.DselError) as caught:
        api.fit(make([{"text": "one"}, {}]))
    assert "The line has" not in str(caught.value)


@pytest.mark.parametrize("value", [datetime.datetime(2026, 1, 2), b"bytes", float("nan"), {1, 2}])
def test_a_value_that_is_no_json_is_named_with_its_document(value, tmp_path, crawl_rows):
    rows = [dict(row) for row in crawl_rows]
    numbers = api.select(WIKI, crawl_rows, count=3).indices
    rows[numbers[1]]["seen"] = value
    kind = ValueError if isinstance(value, float) else TypeError
    # An iterator's documents are sent whole. The number counts from 1, as that of an error does.
    said = f"document {numbers[1] + 1}.*: the field 'seen'"
    with pytest.raises(kind, match=f"{said}.*{type(value).__name__}"):
        api.select(WIKI, iter(rows), count=3).take()
    with pytest.raises(kind, match=said):
        api.select(WIKI, rows, count=3, output="out.jsonl")
    # A list's come back as they are, but can't be saved.
    selection = api.select(WIKI, rows, count=3)
    assert selection.take()[1]["seen"] is value
    with pytest.raises(kind, match=said):
        selection.save("out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("make", [list, iter])
def test_what_is_no_text_in_a_list_of_texts_can_be_skipped(make, crawl_rows):
    texts = [row["text"] for row in crawl_rows]
    options = {"count": 20, "objective": "weight"}
    chosen = api.select(WIKI, make(texts), **options).take()
    with pytest.warns(api.DselWarning, match="3 invalid lines"):
        some = api.select(WIKI, make([None, *texts, 7, True]), on_error="skip", **options).take()
    assert some == chosen
    with pytest.raises(api.DselError) as caught:
        api.select(WIKI, make([*texts[:5], None]), count=1).take()
    assert (caught.value.code, caught.value.line) == ("not_a_string", 6)


def test_a_column_that_is_there_twice():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([["a", "b"]], columns=["text", "text"])
    with pytest.raises(ValueError, match="several columns 'text'"):
        api.fit(frame)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "datasets"])
def test_a_missing_column_is_that_of_an_input(kind, crawl_rows):
    module = pytest.importorskip(kind)
    rows = [{"body": row["text"], "id": number} for number, row in enumerate(crawl_rows[:50])]
    make = {
        "pandas": lambda: module.DataFrame(rows),
        "polars": lambda: module.DataFrame(rows),
        "pyarrow": lambda: module.Table.from_pylist(rows),
        "datasets": lambda: module.Dataset.from_list(rows),
    }[kind]
    for given, name in [
        ((WIKI, make()), "pool"),
        ((make(), CRAWL), "target"),
        (({"code": make()}, CRAWL), "code"),
    ]:
        said = f"{name}: there is no column 'text'. The columns are: body, id."
        with pytest.raises(ValueError) as caught:
            api.select(*given, count=1).take()
        error = caught.value
        assert isinstance(error, api.UsageError)
        assert (error.code, error.file, str(error)) == ("missing_field", name, said)


@pytest.mark.parametrize("make", [list, iter])
def test_a_document_that_is_none_names_its_input(make, crawl_rows):
    rows = [*crawl_rows[:41], None]
    with pytest.raises(TypeError, match=r"^pool: document 42 is None, not a mapping$"):
        api.select(WIKI, make(rows), count=1).take()
    with pytest.raises(TypeError, match=r"^target: document 42 is None"):
        api.select(make(rows), CRAWL, count=1).take()
    # What a caller's own iterable raises stays as it is.
    fault = ValueError("mine")

    def broken():
        yield crawl_rows[0]
        raise fault

    with pytest.raises(ValueError) as caught:
        api.select(WIKI, broken(), count=1).take()
    assert caught.value is fault


@pytest.mark.parametrize("kind", ["list", "pandas", "polars", "pyarrow", "datasets"])
def test_a_path_needs_one_column(kind, crawl_rows, expected):
    """A date in another one is no matter."""
    module = None if kind == "list" else pytest.importorskip(kind)
    now = datetime.datetime(2026, 1, 2)
    rows = [
        {"chat": [{"role": "a", "content": row["text"]}], "seen": now, "n": number}
        for number, row in enumerate(crawl_rows)
    ]
    pool = {
        "list": lambda: rows,
        "pandas": lambda: module.DataFrame(rows),
        "polars": lambda: module.DataFrame(rows),
        "pyarrow": lambda: module.Table.from_pylist(rows),
        "datasets": lambda: module.Dataset.from_list(rows),
    }[kind]()
    numbers = list(api.select(WIKI, crawl_rows, count=20).indices)
    for path in ("chat[].content", "chat[role=a].content", "chat[0].content"):
        found = api.select(WIKI, pool, text_field=path, target_text_field="text", count=20)
        assert list(found.indices) == numbers
    with pytest.raises(TypeError, match=r"pool: document 1.*'seen'.*leave the field out"):
        options = {"text_field": "chat[].content|text", "target_text_field": "text"}
        api.select(WIKI, pool, count=20, **options).take()


def test_text_field_is_a_name():
    with pytest.raises(TypeError, match=r"text_field must be a name such as"):
        api.fit([{"text": "a"}], text_field=["text"])


def test_a_data_set_of_several_splits():
    datasets = pytest.importorskip("datasets")
    data = datasets.DatasetDict(train=datasets.Dataset.from_list([{"text": "a"}]))
    with pytest.raises(TypeError, match=r"Give one of them: data\['train'\]"):
        api.fit(data)


def test_record_batches(expected, crawl_rows):
    arrow = pytest.importorskip("pyarrow")
    batch = arrow.RecordBatch.from_pylist(crawl_rows)
    chosen = [json.loads(line) for line in expected("--count", "50")]
    taken = api.select(WIKI, batch, count=50).take()
    assert isinstance(taken, arrow.Table) and taken.to_pylist() == chosen
    reader = arrow.RecordBatchReader.from_batches(batch.schema, [batch[:700], batch[700:]])
    assert api.select(WIKI, reader, count=50).take() == chosen


def test_documents_of_another_kind_than_was_weighed(crawl_rows):
    target, pool = api.fit(WIKI), api.fit(crawl_rows)
    weights = api.weigh(crawl_rows, target=target, pool=pool)
    drawn = api.resample(weights, crawl_rows, count=5).take()
    assert api.resample(weights, tuple(crawl_rows), count=5).take() == drawn
    for other in (iter(crawl_rows), CRAWL):
        with pytest.raises(api.DselError, match="Draw from the same kind of documents") as caught:
            api.resample(weights, other, count=5).take()
        assert caught.value.code == "other_text"
    weights = api.weigh(iter(crawl_rows), target=target, pool=pool)
    assert api.resample(weights, iter(crawl_rows), count=5).take() == drawn


# Keywords.


def test_messages_name_the_keywords(tmp_path):
    with pytest.raises(api.DselError) as caught:
        api.fit([{"body": "a"}])
    error = caught.value
    assert error.keywords == ("text_field=…", 'on_error="skip"')
    assert str(error).endswith('--on-error skip. (In Python: text_field=…, on_error="skip".)')
    assert error.advice.endswith("with --on-error skip.")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    (tmp_path / "out.jsonl").write_text("")
    with pytest.raises(api.DselError, match="--force") as caught:
        api.select(WIKI, CRAWL, count=5, output="out.jsonl")
    assert caught.value.keywords == ("force=True",)


def test_a_message_without_options_stays_as_it_is(tmp_path):
    with pytest.raises(api.DselError) as caught:
        api.fit("none.jsonl")
    assert caught.value.keywords == () and "In Python" not in str(caught.value)


# Models, weights and candidates.


def test_they_can_be_copied_and_pickled(tmp_path, crawl_rows):
    model = api.fit(crawl_rows)
    weights = api.weigh(crawl_rows, target=api.fit(WIKI), pool=model)
    counts, column = list(model.counts), list(weights.log_weight)
    stored = pickle.dumps([model, weights])
    copied = copy.deepcopy(model)
    model.save("kept.model")
    # The files that the pickles were made from are gone.
    path = model.path
    del model, weights
    again, others = pickle.loads(stored)
    assert not (tmp_path / path).exists()
    assert list(again.counts) == list(copied.counts) == counts and again.path != path
    assert list(others.log_weight) == column
    assert again.report["model"]["documents"] == len(crawl_rows)
    named = pickle.loads(pickle.dumps(api.Model.load("kept.model")))
    assert named.path == "kept.model"


def test_models_have_a_sum(crawl_rows):
    parts = [api.fit(crawl_rows[:600]), api.fit(crawl_rows[600:])]
    assert list(sum(parts).counts) == list(api.fit(crawl_rows).counts)
    with pytest.raises(TypeError):
        1 + parts[0]


def test_parts_without_names(crawl_rows):
    target, pool = api.fit(WIKI), api.fit(crawl_rows)
    parts = [crawl_rows[:600], crawl_rows[600:]]

    def kept(**names):
        return [
            api.weigh(
                part, target=target, pool=pool, candidates=30, **{k: v[n] for k, v in names.items()}
            )
            for n, part in enumerate(parts)
        ]

    one, other = kept()
    with pytest.raises(api.DselError, match=r"documents from memory.*weigh\(…, name='a'\)"):
        one + other
    with pytest.raises(api.DselError, match=r"weigh\(…, name='a'\)"):
        api.merge([one, other])
    one, other = kept(name=["a", "b"])
    assert isinstance(one + other, api.Candidates)
    model = api.fit(parts[0])
    with pytest.raises(api.DselError, match=r"merge\(\[…\], allow_repeats=True\)"):
        model + api.fit(tuple(parts[0]))
    twice = api.merge([model, api.fit(parts[0])], allow_repeats=True)
    assert list(twice.counts) == [2 * count for count in model.counts]


def test_files_of_another_kind(tmp_path):
    with pytest.raises(api.DselError) as caught:
        api.Model.load(WIKI).counts  # noqa: B018
    assert (caught.value.code, caught.value.file) == ("unusable_model", str(WIKI))
    for path in (WIKI, CRAWL):
        with pytest.raises(api.DselError) as caught:
            api.Weights.load(path).tokens  # noqa: B018
        assert (caught.value.code, caught.value.file) == ("unusable_weights", str(path))
    (tmp_path / "cut.gz").write_bytes(b"\x1f\x8b\x08\0")
    with pytest.raises(api.DselError, match=r"cut\.gz"):
        api.Weights.load("cut.gz").tokens  # noqa: B018


def test_a_program_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("DSEL", "/nope")
    with pytest.raises(FileNotFoundError, match="DSEL names /nope, which is no program"):
        api.fit(WIKI)
