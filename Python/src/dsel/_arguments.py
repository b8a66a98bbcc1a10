"""Turns keyword arguments into words of the command line."""

from __future__ import annotations

import os
from typing import Any, Iterable, List, Mapping, Optional, Sequence

from ._errors import UsageError
from ._kinds import Source
from ._options import OPTIONS
from ._process import Feed, Word
from ._sources import Documents, Files, source

# Options whose value names fields of the pool's documents.
_FIELDS = (
    *("stratify", "field", "between", "add", "keep_field", "tokens_field"),
    *("domain_field", "id_field"),
)
# Options with files that get documents, and those with files that get their places.
_WITH_DOCUMENTS = ("output", "output_dir", "writer", "remainder", "rejects")
_WITH_PLACES = ("picks", "excluded", "rejected_duplicates")


def option_words(command: str, options: Mapping[str, Any], text_field: str) -> List[Word]:
    """The words for `options`.

    Args:
        text_field: the field of documents that belong to an option, unless it has its own.

    Raises:
        TypeError: an option doesn't exist, or a value is of the wrong type.
    """
    known = OPTIONS[command]
    words: List[Word] = []
    for name, value in options.items():
        kind = known.get(name)
        if kind is None:
            raise TypeError(f"{command}() got an unexpected keyword argument '{name}'")
        if value is None:
            continue
        flag = "--" + name.replace("_", "-")
        if kind == "flag":
            if not isinstance(value, bool):
                raise TypeError(f"{name} must be True or False, not {value!r}")
            if value:
                words.append(flag)
        elif kind == "value":
            words.append(f"{flag}={_text(name, value)}")
        elif kind == "values":
            words += [f"{flag}={text}" for text in _texts(name, value)]
        elif kind == "documents":
            field = options.get(f"{name}_text_field") or text_field
            words += _document_words(value, field, name, flag)
        else:
            for number, one in enumerate(value, 1):
                # Each selection has an option of its own, so its files are in one word.
                words += _joined(_document_words(one, text_field, f"{name} {number}", flag))
    return words


def document_words(documents: Source, flag: str, name: str, prefix: str = "") -> List[Word]:
    """The words that give the documents of a source to an option."""
    words: List[Word] = []
    for word in documents.words(name, prefix):
        if isinstance(word, Feed):
            word.prefix = f"{flag}={word.prefix}"
            words.append(word)
        else:
            words.append(f"{flag}={word}")
    return words


# Parts of commands.


def text_fields(
    documents: Source, targets: Sequence[Source], options: Mapping[str, Any]
) -> List[Word]:
    """Where the texts are. A list of texts has a field of its own."""
    words: List[Word] = [f"--text-field={documents.text_field}"]
    fields = {part.text_field for part in targets}
    if len(fields) > 1:
        raise ValueError("all targets must have their texts in the same field")
    field = fields.pop() if fields else documents.text_field
    if field != documents.text_field and options.get("target_text_field") != field:
        words.append(f"--target-text-field={field}")
    return words


def one_input(
    command: str, documents: Source, name: Optional[str], options: Mapping[str, Any]
) -> List[Word]:
    role = "documents" if command == "fit" else "pool"
    prefix = prefix_of(documents, name)
    if prepare_for_files(command, documents, [], options):
        prefix = prefix or f"{role}="
    documents.prepare()
    words: List[Word] = [command]
    words += document_words(documents, "--pool", name or role, prefix)
    words.append(f"--text-field={documents.text_field}")
    words += option_words(command, options, documents.text_field)
    return words


def prefix_of(documents: Source, name: Optional[str]) -> str:
    if name is None:
        return ""
    if isinstance(documents, Files):
        raise ValueError("name is for documents from memory: files have names")
    if not name or "," in name or "=" in name:
        raise ValueError(f"{name!r} can't be a name: it is empty, or has a comma or an equals sign")
    return f"{name}="


def output_of(options: Mapping[str, Any]) -> Optional[str]:
    names = ("output", "output_dir", "picks", "writer")
    output = next((options[name] for name in names if options.get(name)), None)
    return None if output is None else os.fspath(output)


def picks_words(documents: Source, options: Mapping[str, Any]) -> List[Word]:
    """Rows of Parquet files are taken here: the program says which."""
    return ["--picks=-"] if documents.is_picked and output_of(options) is None else []


def prepare_for_files(
    command: str, pool: Source, others: Sequence[Source], options: Mapping[str, Any]
) -> str:
    """Sees to it that files which the program writes have whole documents of a pool in memory.

    Returns:
        the prefix by which files know the pool.

    Raises:
        UsageError: an option can't have a useful result.
    """
    given = [name for name in _WITH_DOCUMENTS if options.get(name) is not None]
    if "rejects" in given:
        for documents in others:
            documents.send_whole()
    if isinstance(pool, Files):
        return ""
    for name in _WITH_PLACES:
        if options.get(name) is not None:
            advice = "use indices or take(), or write" if name == "picks" else "write"
            raise UsageError(
                f"{name} can't be used with documents from memory, which have no places in files: "
                f"{advice} them to a file first.",
                code="usage",
            )
    if not given:
        return ""
    if pool.is_numbered and command in ("weigh", "resample"):
        raise UsageError(
            f"{given[0]} can't be used with weights of a list, a table or a data set: of its "
            "documents, dsel gets the texts only. "
            + ("Use save() or to_parquet()." if command == "resample" else "Write it to a file."),
            code="usage",
        )
    if pool.is_numbered and command == "select" and output_of(options) is None:
        raise UsageError(
            f"{given[0]} needs output or output_dir too, if the pool is a list, a table or a data "
            "set: else dsel gets only the texts of its documents.",
            code="usage",
        )
    pool.send_whole()
    return "pool="


def fields_of(options: Mapping[str, Any]) -> List[str]:
    """The fields of the pool's documents that options read, besides the text."""
    fields: List[str] = []
    for name in _FIELDS:
        value = options.get(name)
        if value is None:
            continue
        # A list on the command line, `loss=-1,quality`, isn't plain, so all fields are sent.
        fields += [value] if isinstance(value, str) else [str(key) for key in value]
    return fields


def _document_words(value: Documents, field: str, name: str, flag: str) -> List[Word]:
    documents = source(value, field, role=name)
    documents.prepare()
    if documents.text_field != field:
        raise ValueError(
            f"{name}: texts without a field can't be used if the text is in {field!r}. Give "
            f"mappings with the field {field!r}."
        )
    return document_words(documents, flag, name)


def _joined(words: List[Word]) -> List[Word]:
    if len(words) < 2:
        return words
    first, *others = (word for word in words if isinstance(word, str))
    return [",".join([first, *(word.split("=", 1)[1] for word in others)])]


def _texts(name: str, value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        return [f"{key}={_text(name, item)}" for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return [_text(name, item) for item in value]
    return [_text(name, value)]


def _text(name: str, value: Any) -> str:
    if isinstance(value, os.PathLike):
        return str(os.fspath(value))
    if isinstance(value, (bool, bytes, Mapping, list, tuple, set)):
        raise TypeError(f"{name} can't be {value!r}")
    return str(value)
