"""The rules of scripts/quality.py that decide whether selections meet the bars. The corpora aren't needed."""
import math, pathlib, sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import quality_bars
import quality_judges
import quality_ngrams

BEST = {"bits_per_byte": 0.5, "perplexity": 0.5, "worst_bits_per_byte": 0.5, "worst_perplexity": 0.5,
        "domain_token_share_loss": 0, "junk": 0}


def misses(**numbers):
    return quality_bars.misses({("dev", "default"): BEST | numbers}, "default", ["dev"])


def test_an_arm_at_the_bars_meets_them():
    assert misses() == []
    assert misses(bits_per_byte=quality_bars.LARGEST_MEANS["bits_per_byte"]["dev"], worst_perplexity=1.005,
                  domain_token_share_loss=12, junk=quality_bars.LARGEST_JUNK["dev"]) == []


@pytest.mark.parametrize("name, number", [
    ("bits_per_byte", 0.99), ("perplexity", 0.99), ("worst_bits_per_byte", 1.006), ("worst_perplexity", 1.006),
    ("bpe", 0.99), ("domain_token_share_loss", 12.1), ("junk", 1000)])
def test_each_bar_fails_when_it_falls(name, number):
    assert len(misses(**{name: number})) == 1


def test_means_and_junk_of_a_part_of_a_set_are_not_held_to_bars():
    numbers = BEST | {"bits_per_byte": 2, "junk": 1000, "worst_perplexity": 2}
    phrases = quality_bars.misses({("dev", "default"): numbers}, "default", [])
    assert phrases == ["dev: worst perplexity is 2.0000, above 1.005"]


def test_ratios_have_a_geometric_mean():
    assert quality_bars.mean([0.5, 2]) == pytest.approx(1)


def test_junk_has_hardly_any_word_of_the_target():
    target = [{"text": "the cat sat"}]
    selected = [{"id": n, "domain": "d", "text": text} for n, text in enumerate(
        ["The cat and the other animals", "9370 935A 9354 9350 934F 9348 9347 the", "...", "12 13 14"])]
    counts = quality_judges.count(selected, target, "d")
    assert counts["junk_ids"] == [1, 2, 3] and counts["documents"] == 4


@pytest.mark.parametrize("context", ["\n", "\na", "\nab", "\nzz"])
def test_the_probabilities_after_a_context_sum_to_one(context):
    ngrams = quality_ngrams.NGrams(3, ["\nabracadabra", "\ncab"])
    # "x" stands for all symbols that the text lacks.
    floor = lambda symbol: math.log(0.5 if symbol == "x" else 0.1)
    before = ngrams.nats(context, floor)
    assert sum(math.exp(before - ngrams.nats(context + symbol, floor)) for symbol in "abcdrx") == pytest.approx(1)


def test_all_selections_are_cut_to_the_smallest():
    texts = ["one two three four", "five six seven", "eight nine ten"]
    bits = quality_ngrams.bits_per_byte("words", {"a": texts, "b": texts * 9, "c": texts}, texts, str.split)
    assert bits["a"] == bits["c"] and bits["a"] < 8
