"""The commands, as functions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Union, overload

from ._arguments import (
    document_words,
    fields_of,
    one_input,
    option_words,
    output_of,
    picks_words,
    prefix_of,
    prepare_for_files,
    text_fields,
)
from ._files import ADVICE, Candidates, Model, Path, Weights, names_of
from ._kinds import Source
from ._process import Progress, Run, Word
from ._progress import progress_callback
from ._selection import Selection
from ._sources import Documents, Files, source

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import (
        CompareOptions,
        ExplainOptions,
        FitOptions,
        MergeOptions,
        ResampleOptions,
        SelectOptions,
        ShowOptions,
        WeighOptions,
    )

Targets = Union[Documents, Mapping[str, Documents]]
Models = Union[Model, Path, Mapping[str, Union[Model, Path]]]
Shown = Union[bool, Progress, None]

_OTHER_TEXT = {
    "other_text": "Name the field that was weighed, or weigh the documents again if they have "
    "changed. Draw from the same kind of documents: lists, tables and data sets count as one kind, "
    "iterators as another, and files as a third."
}


def select(
    target: Targets,
    pool: Documents,
    *,
    text_field: str = "text",
    progress: Shown = None,
    **options: Unpack[SelectOptions],
) -> Selection:
    """Selects the documents of a pool that look most like a target.

    Args:
        target: example documents; for several targets, a mapping from names to documents.
        pool: the documents to select from.
        text_field: the field with the text, as --text-field takes it.
        progress: a function that gets each event of progress, or True for a bar of tqdm. It is
            called in another thread.
        options: those of `dsel select`, with underscores: count=1000, stratify="domain". With
            output or output_dir, dsel writes the selection there at once.

    Documents are paths, patterns and directories; lists and other iterables of texts or of
    mappings; and tables and data sets of pandas, polars, pyarrow and Hugging Face.
    """
    documents = source(pool, text_field, fields_of(options), "pool")
    targets = _targets(target, text_field, options)
    prefix = prepare_for_files("select", documents, list(targets.values()), options)
    callback = progress_callback(progress)

    def start() -> Run:
        documents.prepare()
        words: List[Word] = ["select"]
        for name, part in targets.items():
            part.prepare()
            words += document_words(part, "--target", name or "target", f"{name}=" if name else "")
        words += document_words(documents, "--pool", "pool", prefix)
        words += text_fields(documents, list(targets.values()), options)
        words += option_words("select", options, documents.text_field)
        words += picks_words(documents, options)
        return Run(words, callback, report_on_output=output_of(options) is not None)

    return _selection(start, documents, options)


def fit(
    documents: Documents,
    *,
    text_field: str = "text",
    name: Optional[str] = None,
    progress: Shown = None,
    **options: Unpack[FitOptions],
) -> Model:
    """Counts the n-grams of documents. `a + b` is the model of both parts.

    Args:
        name: the name by which records know documents from memory.
    """
    inputs = source(documents, text_field)
    return Model.made(one_input("fit", inputs, name, options), progress_callback(progress))


@overload
def merge(files: Sequence[Model], **options: Unpack[MergeOptions]) -> Model: ...
@overload
def merge(files: Sequence[Candidates], **options: Unpack[MergeOptions]) -> Candidates: ...
def merge(files: Any, **options: Unpack[MergeOptions]) -> Any:
    """The sum of models, or of candidates, that were made with the same settings."""
    files = list(files)
    kinds = {type(file) for file in files}
    if len(kinds) != 1 or not kinds <= {Model, Candidates}:
        raise TypeError("merge() takes a list of models, or one of candidates")
    words: List[Word] = ["merge", *names_of(files)]
    words += option_words("merge", options, "text")
    return kinds.pop().made(words, advice=ADVICE)


@overload
def weigh(
    documents: Documents,
    *,
    target: Models,
    pool: Union[Model, Path],
    candidates: Union[int, str],
    text_field: str = ...,
    name: Optional[str] = ...,
    progress: Shown = ...,
    **options: Unpack[WeighOptions],
) -> Candidates: ...
@overload
def weigh(
    documents: Documents,
    *,
    target: Models,
    pool: Union[Model, Path],
    candidates: None = ...,
    text_field: str = ...,
    name: Optional[str] = ...,
    progress: Shown = ...,
    **options: Unpack[WeighOptions],
) -> Weights: ...
def weigh(
    documents: Documents,
    *,
    target: Models,
    pool: Union[Model, Path],
    candidates: Union[int, str, None] = None,
    text_field: str = "text",
    name: Optional[str] = None,
    progress: Shown = None,
    **options: Unpack[WeighOptions],
) -> Union[Weights, Candidates]:
    """Computes the log weight of each document.

    Args:
        target: the target's model; for several targets, a mapping from names to models.
        pool: the model of the whole pool.
        candidates: keep only the documents that a draw of that many may need.
        name: the name by which candidates know documents from memory. Parts of a pool that are
            weighed separately need different names.
    """
    inputs = source(documents, text_field, fields_of(options), "pool")
    words = one_input("weigh", inputs, name, options)
    if isinstance(target, Mapping):
        words += [f"--target-model={name}={os.fspath(one)}" for name, one in target.items()]
    else:
        words.append(f"--target-model={os.fspath(target)}")
    words.append(f"--pool-model={os.fspath(pool)}")
    if candidates is not None:
        words.append(f"--candidates={candidates}")
    kind = Weights if candidates is None else Candidates
    return kind.made(words, progress_callback(progress))


def resample(
    weights: Union[Weights, Candidates, Sequence[Weights], Sequence[Candidates], None],
    pool: Documents,
    *,
    text_field: str = "text",
    name: Optional[str] = None,
    progress: Shown = None,
    **options: Unpack[ResampleOptions],
) -> Selection:
    """Draws documents by weights from `weigh`, or by numbers in them.

    Args:
        weights: those of `weigh`, for the same pool; None to draw by the option `field`.
        pool: the documents that were weighed; with candidates, it may be a part of them.
        name: the name that the documents were weighed by.
    """
    documents = source(pool, text_field, fields_of(options), "pool")
    # Weights know the lines that were weighed; numbers in the lines are read anew.
    prefix = prepare_for_files("select" if weights is None else "resample", documents, [], options)
    prefix = prefix_of(documents, name) or prefix
    files: List[Any] = list(weights) if isinstance(weights, (list, tuple)) else [weights]
    callback = progress_callback(progress)
    kinds = {type(file) for file in files}
    if len(kinds) != 1 or not kinds <= {Weights, Candidates, type(None)}:
        raise TypeError("resample() takes weights, candidates, or None")

    def start() -> Run:
        documents.prepare()
        words: List[Word] = ["resample"]
        flag = "--weights" if kinds == {Weights} else "--candidates"
        words += [f"{flag}={os.fspath(file)}" for file in files if file is not None]
        if not (documents.is_picked and kinds == {Candidates}):
            words += document_words(documents, "--pool", name or "pool", prefix)
        words += text_fields(documents, [], options)
        words += option_words("resample", options, documents.text_field)
        words += picks_words(documents, options)
        to_file = output_of(options) is not None
        return Run(words, callback, report_on_output=to_file, advice=_OTHER_TEXT)

    return _selection(start, documents, options)


def pick(
    candidates: Union[Candidates, Sequence[Candidates]],
    *,
    progress: Shown = None,
    **options: Unpack[ResampleOptions],
) -> Candidates:
    """Chooses among the candidates of a whole pool, and reads none of its documents.

    Returns:
        the chosen ones. `resample(chosen, part)` gives those of a part of the pool, so each machine
        can read its own part.
    """
    words: List[Word] = ["resample"]
    words += [f"--candidates={path}" for path in names_of(candidates)]
    words += option_words("resample", options, "text")
    return Candidates.made(words, progress_callback(progress), "--picks")


def compare(
    target: Documents,
    selected: Union[Selection, Documents],
    pool: Optional[Documents] = None,
    *,
    text_field: str = "text",
    progress: Shown = None,
    **options: Unpack[CompareOptions],
) -> Dict[str, Any]:
    """Measures how close a selection is to its target.

    Returns:
        what `dsel compare --json` prints: see Documentation/Compare.md.
    """
    if isinstance(selected, Selection):
        selected = selected.keep().take()
    fields = fields_of(options)
    targets = source(target, text_field, fields, "target")
    chosen = source(selected, text_field, fields, "selection")
    documents = [chosen]
    words: List[Word] = ["compare"]
    for part in (targets, chosen):
        part.prepare()
    words += document_words(targets, "--target", "target")
    words += document_words(chosen, "--selected", "selection")
    if pool is not None:
        documents.append(source(pool, text_field, fields, "pool"))
        documents[-1].prepare()
        words += document_words(documents[-1], "--pool", "pool")
    if len({part.text_field for part in documents}) > 1:
        raise ValueError("the selection and the pool must have their texts in the same field")
    words += text_fields(chosen, [targets], options)
    words += option_words("compare", options, chosen.text_field)
    return _result(words, progress)


def explain(
    documents: Optional[Documents] = None,
    *,
    target: Union[Model, Documents, None] = None,
    pool: Union[Model, Documents, None] = None,
    manifest: Union[str, os.PathLike[str], None] = None,
    text_field: str = "text",
    progress: Shown = None,
    **options: Unpack[ExplainOptions],
) -> Dict[str, Any]:
    """Shows the n-grams that make up the weights of documents; without documents, those that are
    typical of the target. With a manifest, says why the documents with some `id` or `line` were
    selected or not.

    Returns:
        what `dsel explain --json` prints: see Documentation/Explain.md.
    """
    return _weighed("explain", documents, target, pool, manifest, text_field, progress, options)


def show(
    documents: Optional[Documents] = None,
    *,
    target: Union[Model, Documents, None] = None,
    pool: Union[Model, Documents, None] = None,
    manifest: Union[str, os.PathLike[str], None] = None,
    text_field: str = "text",
    progress: Shown = None,
    **options: Unpack[ShowOptions],
) -> Dict[str, Any]:
    """Shows documents by weight, with the parts of their texts that speak for and against them.

    They are those of the selection that a manifest tells about, or of the pool or other documents.

    Returns:
        what `dsel show --json` prints: see Documentation/Show.md.
    """
    return _weighed("show", documents, target, pool, manifest, text_field, progress, options)


# Parts of commands.


def _weighed(
    command: str,
    documents: Optional[Documents],
    target: Union[Model, Documents, None],
    pool: Union[Model, Documents, None],
    manifest: Union[str, os.PathLike[str], None],
    text_field: str,
    progress: Shown,
    options: Mapping[str, Any],
) -> Dict[str, Any]:
    """A command about documents that are weighed: by models, or as a selection weighed them."""
    words: List[Word] = [command]
    if manifest is not None:
        if any(part is not None for part in (documents, target, pool)):
            raise ValueError("with a manifest, its own target and pool are read. Leave others out")
        words += [f"--manifest={os.fspath(manifest)}"]
        words += option_words(command, options, text_field)
        return _result(words, progress)
    if target is None or pool is None:
        raise ValueError("name the target and the pool, or the manifest of a selection")
    parts: List[Source] = []
    targets: List[Source] = []
    for flag, value in (("target", target), ("pool", pool)):
        if isinstance(value, Model):
            words.append(f"--{flag}-model={value.path}")
            continue
        part = source(value, text_field, role=flag)
        part.prepare()
        words += document_words(part, f"--{flag}", flag)
        (targets if flag == "target" else parts).append(part)
    if documents is not None:
        inputs = source(documents, text_field)
        inputs.prepare()
        parts.append(inputs)
    if len({part.text_field for part in parts}) > 1:
        raise ValueError("the documents and the pool must have their texts in the same field")
    first = (parts or targets or [Files([], text_field)])[0]
    words += text_fields(first, targets, options)
    words += option_words(command, options, first.text_field)
    if documents is not None:
        words += parts[-1].words("documents")
    return _result(words, progress)


def _targets(target: Targets, text_field: str, options: Mapping[str, Any]) -> Dict[str, Source]:
    field = options.get("target_text_field") or text_field
    if not isinstance(target, Mapping):
        return {"": source(target, field, role="target")}
    if not target:
        raise ValueError("there is no target")
    return {str(name): source(part, field, role=str(name)) for name, part in target.items()}


def _selection(start: Any, documents: Source, options: Mapping[str, Any]) -> Selection:
    selection = Selection(
        start,
        documents,
        output=output_of(options),
        is_annotated=bool(options.get("annotate") or options.get("annotate_with")),
    )
    if output_of(options) is not None:
        # Nothing would ever ask for it.
        selection.manifest  # noqa: B018
    return selection


def _result(words: List[Word], progress: Shown) -> Dict[str, Any]:
    run = Run(words, progress_callback(progress), report_on_output=True).finish()
    assert run.report is not None
    return run.report
