"""What a notebook shows of a selection: a short table from its manifest."""

from __future__ import annotations

from html import escape
from typing import Any, Dict, List, Mapping, Optional, Tuple


def summary(title: str, manifest: Optional[Mapping[str, Any]]) -> str:
    """The table; without a manifest, the title alone."""
    rows = [] if manifest is None else _rows(manifest)
    cells = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows
    )
    return (
        f"<div><code>{escape(title)}</code>"
        + (f"<table>{cells}</table>" if cells else "")
        + "</div>"
    )


def _rows(manifest: Mapping[str, Any]) -> List[Tuple[str, str]]:
    selected, pool = _part(manifest, "selected"), _part(manifest, "pool")
    rows = [
        ("documents", _share(selected.get("documents"), pool.get("documents"))),
        ("tokens", _share(selected.get("tokens"), pool.get("tokens"))),
        ("bytes of text lines", _number(selected.get("bytes"))),
        ("missing", _shortfall(selected)),
        ("objective", str(_part(_part(manifest, "settings"), "objective").get("name", ""))),
        ("seed", _number(manifest.get("seed"))),
        ("KL divergence from the target", _divergences(manifest)),
    ]
    skipped = sum(_part(pool, "skipped_lines").values())
    rows.append(("invalid lines that were skipped", _number(skipped) if skipped else ""))
    return [(name, text) for name, text in rows if text]


def _part(facts: Mapping[str, Any], name: str) -> Dict[str, Any]:
    value = facts.get(name)
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else ""


def _share(number: Any, whole: Any) -> str:
    text = _number(number)
    return f"{text} of {whole:,}" if text and isinstance(whole, int) else text


def _shortfall(selected: Mapping[str, Any]) -> str:
    missing = selected.get("shortfall")
    return f"{missing:,} {selected.get('shortfall_unit', '')}" if missing else ""


def _divergences(manifest: Mapping[str, Any]) -> str:
    names = (
        ("kl_target_selected", "selection"),
        ("kl_target_random", "as many tokens at random"),
        ("kl_target_pool", "pool"),
    )
    found = ((manifest.get(name), said) for name, said in names)
    return ", ".join(f"{said} {value:.3f}" for value, said in found if isinstance(value, float))
