"""The tasks of quality.py: a target, its held-out documents, a pool, and how much to select.

dev      The four targets of the corpora, with the whole pool. Their texts have other sources than the pool's.
scarce   The same targets, with a pool that keeps only SCARCE_KEPT documents of the target's own domain.
cross    Domains of the pool as targets: a fifth of the domain's documents (600 at most) is the target, another fifth
         is held out, and the pool is the rest.
300k     The targets of dev, with a budget of 300,000 tokens instead of a number of documents.
1M       The same with 1,000,000 tokens.

All draws are seeded. The files of a set are made once per corpora and kept in the cache.
"""
import dataclasses, json, os, random

from quality_files import content_hash, fail, note, read, run, write

DEV_TARGETS = ["scripture", "code_python", "german", "lexicon"]
# Licences, manuals, plays, reference pages, essays and C++: six styles, none of them a target of dev. With two fifths
# taken out, the pool keeps 1,345 documents of drama, 1,870 of manpages_en and over 3,000 of each other domain.
CROSS_DOMAINS = ["legal", "manpages_en", "drama", "sql_docs", "politics", "code_cpp"]
BUDGETS = {"300k": 300_000, "1M": 1_000_000}
SETS = ["dev", "scarce", "cross", *BUDGETS]
DEV_COUNT, DEV_JUDGED_TOKENS = 2000, 300_000
SCARCE_COUNT, SCARCE_JUDGED_TOKENS, SCARCE_KEPT = 1000, 200_000, 450
SEED = 20240613
CROSS_SHARE, CROSS_LIMIT = 0.2, 600


@dataclasses.dataclass(frozen=True)
class Task:
    """One selection to make and to judge."""

    set: str
    name: str  # of the target, and of its own domain in the pool
    target: str
    heldout: str
    pool: str  # compressed
    plain_pool: str
    count: int | None = None
    tokens: int | None = None  # the budget, where there is no count
    judged_tokens: int | None = None  # None: all

    @property
    def size(self):
        """The options that ask dsel and the reference for this task's size."""
        return ["--count", str(self.count)] if self.count else ["--tokens", str(self.tokens)]


class Corpora:
    """The corpora's files, and those that are made of them in the cache."""

    def __init__(self, corpora, cache):
        self.corpora, self.cache = corpora, cache
        self.pool = os.path.join(corpora, "pool.jsonl.zst")
        self.plain_pool = os.path.join(cache, "pools", f"{content_hash(self.pool)}.jsonl")

    def tasks(self, set_name, targets, domains):
        """Returns the set's tasks, one for each of `targets`, or of `domains` for cross."""
        if set_name == "cross":
            return [self.cross(domain) for domain in domains]
        if set_name in BUDGETS:
            return [self.budget(set_name, name) for name in targets]
        return [self.dev(name) if set_name == "dev" else self.scarce(name) for name in targets]

    def dev(self, name):
        files = self.target(name) + self.whole_pool()
        return Task("dev", name, *files, count=DEV_COUNT, judged_tokens=DEV_JUDGED_TOKENS)

    def budget(self, set_name, name):
        return Task(set_name, name, *self.target(name), *self.whole_pool(), tokens=BUDGETS[set_name])

    def scarce(self, name):
        folder = os.path.join(self.cache, "scarce", f"{name}-{SCARCE_KEPT}")

        def split(positions):
            return {position: None for position in positions[SCARCE_KEPT:]}

        self.make(folder, f"scarce {name}", name, split)
        files = self.target(name) + pool_paths(folder)
        return Task("scarce", name, *files, count=SCARCE_COUNT, judged_tokens=SCARCE_JUDGED_TOKENS)

    def cross(self, domain):
        folder = os.path.join(self.cache, "cross", domain)
        target, heldout = (os.path.join(folder, f"{part}.jsonl") for part in ["target", "heldout"])

        def split(positions):
            size = min(CROSS_LIMIT, int(len(positions) * CROSS_SHARE))
            if size == 0:
                fail(f"--cross: the pool has only {len(positions)} documents of {domain!r}")
            return dict.fromkeys(positions[:size], target) | dict.fromkeys(positions[size : 2 * size], heldout)

        self.make(folder, domain, domain, split)
        files = [target, heldout] + pool_paths(folder)
        return Task("cross", domain, *files, count=DEV_COUNT, judged_tokens=DEV_JUDGED_TOKENS)

    def target(self, name):
        return [os.path.join(self.corpora, part, f"{name}.jsonl") for part in ["targets", "heldout"]]

    def whole_pool(self):
        """Returns the corpora's pool, and an uncompressed copy of it in the cache."""
        if not os.path.exists(self.plain_pool):
            os.makedirs(os.path.dirname(self.plain_pool), exist_ok=True)
            run(["zstd", "-dqf", self.pool, "-o", self.plain_pool + ".part"])
            os.replace(self.plain_pool + ".part", self.plain_pool)
        return [self.pool, self.plain_pool]

    def make(self, folder, seed, domain, split):
        """Writes the pool without some documents of the domain to the folder, unless it is there.

        `split` gets the positions of the domain's documents in random order. It returns those to take out, each with
        the file that gets the document, or None.
        """
        origin = os.path.join(folder, "origin")  # written last: the hash of the pool that the files were made of
        if os.path.exists(origin) and read(origin) == content_hash(self.pool):
            return
        note(f"{folder}: taking documents out of the pool")
        self.whole_pool()
        with open(self.plain_pool, "rb") as file:
            positions = [i for i, line in enumerate(file) if json.loads(line)["domain"] == domain]
        random.Random(f"{SEED} {seed}").shuffle(positions)
        taken = split(positions)
        os.makedirs(folder, exist_ok=True)
        pool, plain_pool = pool_paths(folder)
        outputs = {path: open(path, "wb") for path in {plain_pool, *filter(None, taken.values())}}
        with open(self.plain_pool, "rb") as file:
            for i, line in enumerate(file):
                path = taken.get(i, plain_pool)
                if path:
                    outputs[path].write(line)
        for output in outputs.values():
            output.close()
        run(["zstd", "-qf", "-3", plain_pool, "-o", pool])
        write(origin, content_hash(self.pool))


def pool_paths(folder):
    return [os.path.join(folder, "pool.jsonl.zst"), os.path.join(folder, "pool.jsonl")]
