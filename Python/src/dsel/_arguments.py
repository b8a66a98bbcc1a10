"""Turns keyword arguments into words of the command line."""

from __future__ import annotations

import os
from typing import Any, Iterable, List, Mapping

from ._options import OPTIONS
from ._process import Feed, Word
from ._sources import Documents, Source, source

# Options whose value names fields of the pool's documents.
_FIELDS = ("stratify", "field", "between", "add", "keep_field", "domain_field", "id_field")


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
