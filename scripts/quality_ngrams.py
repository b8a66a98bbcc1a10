"""Two judges of quality.py: word 4-grams and character 6-grams, both of an open vocabulary.

Their models are interpolated with Witten-Bell weights, as those of evaluate.py are:
p_n(x | c) = (count(c x) + kinds(c) p_{n-1}(x | c')) / (count(c) + kinds(c)).
All documents are used in a seeded order, up to equal numbers of words or characters.
"""
import math, random

ORDERS = {"words": 4, "characters": 6}
LIMITS = {"words": 300_000, "characters": 750_000}
SPELLING_ORDER = 4
HELDOUT_BYTES = 400_000
SEED = 1


class NGrams:
    """N-grams of sequences that can be sliced: strings, bytes or tuples. The first symbol of each is context only."""

    def __init__(self, order, sequences):
        self.order, self.count, self.total, self.kinds = order, {}, {}, {}
        for sequence in sequences:
            for end in range(2, len(sequence) + 1):
                for begin in range(end - 1, max(end - order, 0) - 1, -1):
                    gram, context = sequence[begin:end], sequence[begin : end - 1]
                    seen = self.count.get(gram, 0)
                    if not seen:
                        self.kinds[context] = self.kinds.get(context, 0) + 1
                    self.count[gram] = seen + 1
                    self.total[context] = self.total.get(context, 0) + 1

    def nats(self, sequence, floor):
        """Returns -log p of the sequence. `floor` gives the probability of a symbol without any n-gram."""
        nats = 0.0
        for end in range(2, len(sequence) + 1):
            log_p = floor(sequence[end - 1])
            for begin in range(end - 1, max(end - self.order, 0) - 1, -1):
                context = sequence[begin : end - 1]
                if context not in self.total:
                    break
                seen, kinds, total = self.count.get(sequence[begin:end], 0), self.kinds[context], self.total[context]
                if seen:
                    log_p = math.log((seen + kinds * math.exp(log_p)) / (total + kinds))
                else:
                    log_p += math.log(kinds / (total + kinds))
            nats -= log_p
        return nats


def bits_per_byte(model, selections, heldout, split):
    """Returns each selection's bits per byte of the held-out texts, all after equally much training.

    `selections` has lists of texts by name. `split` makes words of a text.
    """
    heldout = shuffled(heldout)
    heldout = heldout[: fitting([len(text.encode()) for text in heldout], HELDOUT_BYTES)]
    size = sum(len(text.encode()) for text in heldout)
    symbols = (lambda text: (None, *split(text))) if model == "words" else (lambda text: "\n" + text)
    trained = {name: list(map(symbols, shuffled(texts))) for name, texts in selections.items()}
    limit = min(LIMITS[model], *(sum(map(len, documents)) for documents in trained.values()))
    bits = {}
    for name, documents in trained.items():
        documents = documents[: fitting(list(map(len, documents)), limit)]
        ngrams = NGrams(ORDERS[model], documents)
        floor = spelling(documents) if model == "words" else lambda character: -16 * math.log(2)
        bits[name] = sum(ngrams.nats(symbols(text), floor) for text in heldout) / math.log(2) / size
    return bits


def spelling(documents):
    """Returns a function for the log probability of a word by the spelling of the distinct words in the documents."""
    spelled = lambda word: b"\n" + word.encode() + b"\n"
    ngrams = NGrams(SPELLING_ORDER, map(spelled, sorted({word for words in documents for word in words[1:]})))
    known = {}

    def log_probability(word):
        if word not in known:
            known[word] = -ngrams.nats(spelled(word), lambda byte: -math.log(257))
        return known[word]

    return log_probability


def shuffled(texts):
    texts = list(texts)
    random.Random(SEED).shuffle(texts)
    return texts


def fitting(sizes, limit):
    """Returns how many of the first items reach the limit, the one that passes it included."""
    for position, size in enumerate(sizes):
        if limit <= 0:
            return position
        limit -= size
    return len(sizes)
