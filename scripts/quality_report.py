"""The report of quality.py, in Markdown."""
import shlex

SETS = {
    "dev": "the targets of the corpora, 2,000 documents",
    "scarce": "the same targets, 450 documents of the own domain in the pool, 1,000 documents",
    "cross": "domains of the pool as targets, 2,000 documents",
    "300k": "the targets of dev, 300,000 tokens",
    "1M": "the targets of dev, 1,000,000 tokens",
}


def report(variants, models, judgements, summary, verdict):
    """Returns the text. `summary` is empty if there is no reference, and then no column has a ratio."""
    lines = [
        "# Quality of selection",
        "",
        "Lower bits per byte and perplexity of held-out documents are better. In brackets: the ratio to the "
        "reference's selection. After ±: half the difference between the seeds of a judge that has several. Own domain: "
        "documents of the pool's domain that the target belongs to.",
        "",
    ]
    lines += [f"- `{name}`: `{shlex.join(['dsel', 'select'] + arguments)}`" for name, arguments in variants.items()]
    lines += ["", verdict]
    if summary:
        lines += ["", "## Summary", ""] + summary_table(models, summary)
    for name in dict.fromkeys(task.set for task, _ in judgements):
        lines += ["", f"## {name}: {SETS[name]}", ""]
        lines += target_table(models if summary else [], [row for row in judgements.items() if row[0][0].set == name])
    return "\n".join(lines) + "\n"


def summary_table(models, summary):
    rows = [["set", "arm"] + [f"{kind}{judge}" for judge in ["bits per byte", "perplexity", *models]
                              for kind in ["mean ", "worst "]] +
            ["largest loss of own domain's tokens, points", "junk"]]
    for (name, arm), numbers in summary.items():
        if arm == "reference":
            continue
        row = [name, arm]
        for judge in ["bits_per_byte", "perplexity", *models]:
            row += [f"{numbers[judge]:.3f}", f"{numbers[f'worst_{judge}']:.3f}"]
        rows.append(row + [f"{numbers['domain_token_share_loss']:.1f}", str(numbers["junk"])])
    return table(rows, text_columns=2)


def target_table(models, judgements):
    rows = [["target", "arm", "bits per byte", "perplexity", *models, "own domain, documents", "own domain, tokens",
             "documents", "tokens", "junk"]]
    for (task, arm), own in judgements:
        row = [task.name, arm, ratio(own, "bits_per_byte", 4), ratio(own, "perplexity", 1)]
        row += [ratio(own, model, 4) for model in models]
        row += [f"{own['domain_share']:.1%}", f"{own['domain_token_share']:.1%}", f"{own['documents']:,}",
                f"{own['selected_tokens']:,}", str(own["junk"])]
        rows.append(row)
    return table(rows, text_columns=2)


def ratio(own, judge, digits):
    text = f"{own[judge]:.{digits}f}"
    if own.get(f"{judge}_spread"):  # half the difference of its largest and smallest figure, if it has several seeds
        text += f" ± {own[f'{judge}_spread']:.{digits}f}"
    return f"{text} ({own[f'{judge}_ratio']:.3f})" if f"{judge}_ratio" in own else text


def table(rows, text_columns):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    rule = "|" + " --- |" * text_columns + " ---: |" * (len(rows[0]) - text_columns)
    return lines[:1] + [rule] + lines[1:]
