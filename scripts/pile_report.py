"""The log of scripts/pile-cost.py: how it is read, and the table that is made of it."""

import json
import re

STAGES = [
    "target", "fit", "merge-models", "keys", "merge-keys", "candidates", "merge-candidates",
    "choose", "copy",
]  # fmt: skip
UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
# The published run of the method on the Pile: hours and cores.
PUBLISHED = (4.47, 96)


def byte_count(text):
    match = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", text)
    if not match or match[2] not in UNITS:
        raise ValueError(f"{text} is no size such as 20G or 825GiB")
    return int(float(match[1]) * UNITS[match[2]])


def read_log(folder):
    lines = (folder / "log.jsonl").read_bytes().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


def total(records, name):
    return sum(record[name] for record in records)


def own_seconds(records):
    return total(records, "user") + total(records, "system")


def table(folder):
    """The log as a table. What isn't done yet is calculated from what is."""
    settings, *lines = read_log(folder)
    # A step that was done again, as its result had been removed, counts once.
    records = list({(line["stage"], line["shard"]): line for line in lines}.values())
    whole, count = settings["bytes"], settings["count"]
    titles = ["step", "shards", "GB", "dsel, s", "s a GB", "readers, s", "whole pool: dsel, h"]
    rows = [[*titles, "memory, MB", "bound, MB"], ["---", *["---:"] * 8]]
    hours, missing = 0, []
    for stage in STAGES:
        of = [record for record in records if record["stage"] == stage]
        size, own = total(of, "bytes"), own_seconds(of)
        if not of or (size and len(of) < settings["shards"]):
            missing.append(f"`{stage}`")
        if not of:
            continue
        all_seconds = own / size * whole if size else own
        hours += all_seconds / 3600
        sized = [str(len(of)), f"{size / 1e9:.1f}"] if size else ["", ""]
        speed = ["", ""]
        if size:
            speed = [f"{own / size * 1e9:.2f}", f"{total(of, 'reader_seconds'):.1f}"]
        memory = [max(record["resident"] for record in of), bound(stage, settings)]
        rows.append([
            f"`{stage}`", *sized, f"{own:.1f}", *speed,
            f"{all_seconds / 3600:.3f}", *(f"{amount / 1e6:.0f}" for amount in memory),
        ])  # fmt: skip
    readers = total(records, "reader_seconds")
    own = own_seconds(records)
    rows.append(["all", "", "", f"{own:.1f}", "", f"{readers:.1f}", f"{hours:.3f}", "", ""])
    counted = total([record for record in records if record["stage"] == "fit"], "documents")
    programs, threads = settings["jobs"], settings["threads"]
    text = [
        f"dsel {settings['version']}. {whole / 1e9:.1f} GB in {settings['shards']} shards, "
        + f"{counted:,} documents, of which {count} are selected. Programs at a time: {programs}, "
        + f"threads of each: {threads}.",
        "",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]  # fmt: skip
    if missing:
        text += ["", f"Not done yet for all shards: {', '.join(missing)}."]
    elif whole == byte_count("825GiB"):
        share = PUBLISHED[0] * PUBLISHED[1] / hours
        text += ["", f"{PUBLISHED[0]} h × {PUBLISHED[1]} cores are {share:.0f} times as much."]
    return "\n".join(text)


def bound(stage, settings):
    """The bound of Documentation/Guarantees.md in bytes, without the longest line."""
    candidates = max(3 * byte_count(settings["count"]), 10_000)
    threads = settings["threads"] * (settings["jobs"] if stage == "choose" else 1)
    size = 96e6
    if "keys" in stage or "candidates" in stage or stage in ("choose", "copy"):
        size += 64 * candidates
    if "candidates" in stage or stage == "choose":
        size += 200e6 * threads
    if stage in ("merge-keys", "merge-candidates"):
        size += 3 * 48 * candidates
    return size
