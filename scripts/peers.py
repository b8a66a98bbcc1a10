#!/usr/bin/env python3
"""Compare dsel's sets with other programs that choose sets.

For one target, one pool and one held-out file, all as plain JSON lines with a field "text":

1. `dsel select --objective weight` draws the candidates.
2. Each chooser takes the same number of documents:
   - set, purity-0, weight: dsel itself, from the whole pool.
   - apricot: FeatureBasedSelection of apricot-select (Schreiber, Bilmes and Noble 2020) with the concave function log,
     which is sum over b of ln(1 + C(b)), by lazy greedy. The features are the counts of single tokens and pairs in 2^20
     buckets, without the buckets that the target leaves empty.
   - apricot-scaled: the same, but each count is multiplied by p(b) / mean of p, where p(b) is the target's share of the
     bucket. apricot has no weights for features, so the scale stands inside the logarithm: ln(1 + s p(b) C(b)).
   - apricot-tokens: as apricot, with the tokens of a document as its sample_cost: a choice by gain per token. The
     budget is the number of tokens of dsel's set, not a number of documents. (apricot wants a budget of at most the
     number of candidates, so costs and budget are in units of the average document of dsel's set.)
     At each step, apricot 0.6.1 copies all rows that are chosen so far, as a dense matrix, and doesn't use them. Here it
     doesn't, which changes its time and memory, but not its choice; --apricot-as-is lets it.
   - cynical: cynical selection (Axelrod 2017, arXiv:1709.02279) over words: one document at a time, the one that
     lowers the cross-entropy H(target | selected) most. Its change is ln((N + n) / N) + sum over the words v of
     p(v) ln((C(v) + eps) / (C(v) + c(v) + eps)). N starts at eps times the number of the target's words, so that it is
     the sum of all C(v) + eps. The published program searches among the documents with the word of the largest gain
     only; this one finds the best of all candidates. Gains only fall while the set grows, so an old gain is an upper
     bound, and only documents that may be the best are evaluated again.
3. `dsel compare --heldout` trains its models on the same number of tokens of each choice, and judges them.

Tokens are the matches of \\w+|[^\\w\\s]+ in lower case. Each chooser runs in a process of its own, with one thread.
It needs numpy, scipy and scikit-learn, and apricot-select 0.6.1 with numba for apricot.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import time
import zlib

TOKEN = re.compile(r"\w+|[^\w\s]+")
BUCKETS = 1 << 20
DSEL = {"set": [], "purity-0": ["--purity", "0"], "weight": ["--objective", "weight"]}
PEERS = ["apricot", "apricot-scaled", "apricot-tokens", "cynical"]


def documents(path):
    """The lines of a file, and the tokens of each."""
    with open(path, "rb") as file:
        lines = file.readlines()
    return lines, (TOKEN.findall(json.loads(line)["text"].lower()) for line in lines)


def bucket(text):
    return zlib.crc32(text.encode()) % BUCKETS


def sparse_counts(documents, keys_of):
    """A matrix of counts, one row for each document, and the number of tokens of each document."""
    import numpy
    import scipy.sparse

    data, indices, pointers, lengths = [], [], [0], []
    for tokens in documents:
        keys, counts = numpy.unique(keys_of(tokens), return_counts=True)
        indices.append(keys.astype("int32"))
        data.append(counts.astype("float64"))
        pointers.append(pointers[-1] + len(keys))
        lengths.append(len(tokens))
    columns = max((int(keys.max()) + 1 for keys in indices if len(keys)), default=1)
    matrix = scipy.sparse.csr_matrix(
        (numpy.concatenate(data), numpy.concatenate(indices), numpy.array(pointers, dtype="int32")),
        shape=(len(lengths), columns))
    return matrix, numpy.array(lengths)


def features(target, candidates):
    """Counts of the candidates' single tokens and pairs in the target's buckets, and the target's shares of these."""
    import numpy

    def all_buckets(tokens):
        return [bucket(token) for token in tokens] + [bucket(f"{a} {b}") for a, b in zip(tokens, tokens[1:])]

    counts = numpy.zeros(BUCKETS)
    for tokens in target:
        numpy.add.at(counts, all_buckets(tokens), 1)
    kept = numpy.flatnonzero(counts)
    numbers = numpy.full(BUCKETS, -1, dtype="int32")
    numbers[kept] = numpy.arange(len(kept))

    def target_buckets(tokens):
        columns = numbers[all_buckets(tokens)] if tokens else numpy.zeros(0, dtype="int32")
        return columns[columns >= 0]

    matrix, lengths = sparse_counts(candidates, target_buckets)
    matrix.resize((matrix.shape[0], len(kept)))
    return matrix, counts[kept] / counts.sum(), lengths


def apricot(matrix, shares, lengths, name, count, tokens, as_is):
    from apricot import FeatureBasedSelection

    def fit(size, **arguments):
        selector = FeatureBasedSelection(size, concave_func="log", optimizer="lazy")
        if not as_is:
            selector.metric = "precomputed"
        return [int(row) for row in selector.fit(matrix, **arguments).ranking]

    if name == "apricot-scaled":
        matrix = matrix.multiply(shares / shares.mean()).tocsr()
    matrix.indices = matrix.indices.astype("int32")
    matrix.indptr = matrix.indptr.astype("int32")
    if name == "apricot-tokens":
        return fit(count, sample_cost=lengths * (count / tokens))
    return fit(count)


def words(target, candidates):
    """Counts of the target's words in the candidates, and their shares of the target."""
    import numpy

    counts = {}
    for tokens in target:
        for token in tokens:
            counts[token] = counts.get(token, 0) + 1
    numbers = {word: number for number, word in enumerate(counts)}
    matrix, lengths = sparse_counts(
        candidates, lambda tokens: numpy.array([numbers[t] for t in tokens if t in numbers], dtype="int32"))
    shares = numpy.array(list(counts.values()), dtype="float64")
    return matrix, shares / shares.sum(), lengths


def cynical(matrix, shares, lengths, count, epsilon):
    import numpy

    rows = [(matrix.indices[a:b], matrix.data[a:b]) for a, b in zip(matrix.indptr, matrix.indptr[1:])]
    have = numpy.full(len(shares), epsilon)
    size = epsilon * len(shares)
    gains = numpy.array([(shares[keys] * numpy.log1p(counts / have[keys])).sum() for keys, counts in rows])
    fresh = numpy.zeros(len(rows), dtype=int)     # the step in which a gain was computed
    chosen, minimum, entropy, best = [], 0, 0.0, 0.0
    for step in range(min(count, len(rows))):
        values = gains - numpy.log1p(lengths / size)   # upper bounds; the change of the entropy is minus this
        while True:
            row = int(values.argmax())
            if fresh[row] == step:
                break
            keys, counts = rows[row]
            gain = (shares[keys] * numpy.log1p(counts / have[keys])).sum()
            values[row] += gain - gains[row]
            gains[row], fresh[row] = gain, step
        entropy -= values[row]
        chosen.append(row)
        if entropy < best:
            best, minimum = entropy, step + 1
        keys, counts = rows[row]
        have[keys] += counts
        size += lengths[row]
        gains[row] = -numpy.inf
    return chosen, {"entropy_lowest_at": minimum}


def choose(options):
    """Run one chooser in this process, write its choice, and print what it took."""
    start = time.time()
    if options.chooser != "cynical":
        import apricot as _  # noqa: F401, so that its import is not counted as reading
    imported = time.time()
    _, target = documents(options.target)
    lines, candidates = documents(options.candidate_file)
    if options.chooser == "cynical":
        matrix, shares, lengths = words(target, candidates)
    else:
        matrix, shares, lengths = features(target, candidates)
    read, read_processor = time.time(), time.process_time()
    if options.chooser == "cynical":
        chosen, further = cynical(matrix, shares, lengths, options.count, options.epsilon)
    else:
        chosen, further = apricot(
            matrix, shares, lengths, options.chooser, options.count, options.tokens, options.apricot_as_is), {}
    end, end_processor = time.time(), time.process_time()
    with open(options.output, "wb") as file:
        file.writelines(lines[row] for row in sorted(chosen))
    print(json.dumps({
        "features": int(matrix.nnz), "import_seconds": imported - start, "read_seconds": read - imported,
        "choose_seconds": end - read, "choose_processor_seconds": end_processor - read_processor,
        "memory_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, **further}))


def run(command):
    """Run a command, and return its output, seconds, processor seconds and peak memory."""
    start = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed: {' '.join(command)}")
    return output, time.time() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def compare_all(options):
    os.makedirs(options.work, exist_ok=True)
    for variable in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"
    results, select = {}, [options.dsel, "select", "-q", "--force", "--threads", "1"]
    common = ["--target", options.target, "--pool", options.pool]

    def path(name):
        return os.path.join(options.work, name + ".jsonl")

    run(select + common + ["--objective", "weight", "--count", str(options.candidates), "-o", path("candidates")])
    for name, arguments in DSEL.items():
        command = select + common + arguments + ["--count", str(options.count), "-o", path(name)]
        timings = [run(command)[1:] for _ in range(options.repeats)]
        results[name] = {
            "seconds": min(t[0] for t in timings), "processor_seconds": min(t[1] for t in timings),
            "memory_kb": max(t[2] for t in timings)}
    for name in DSEL:
        for key in ("seconds", "processor_seconds"):
            results[name]["choose_" + key] = results[name][key] - results["weight"][key]
    with open(path("set") + ".manifest.json") as file:
        tokens = json.load(file)["selected"]["tokens"]
    for name in options.peers:
        output, seconds, processor, _ = run([
            sys.executable, os.path.abspath(__file__), "--chooser", name, "--target", options.target,
            "--candidate-file", path("candidates"), "--count", str(options.count), "--tokens", str(tokens),
            "--epsilon", str(options.epsilon), "--output", path(name)]
            + ["--apricot-as-is"] * options.apricot_as_is)
        results[name] = {"seconds": seconds, "processor_seconds": processor, **json.loads(output)}
    names = list(results)
    judge = [options.dsel, "compare", "-q", "--threads", "1", "--target", options.target, "--heldout", options.heldout,
             "--json", "--shuffles", str(options.shuffles), "--selected", path(names[0])]
    for name in names[1:]:
        judge += ["--beside", path(name)]
    for limit, suffix in (([], ""), (["--heldout-tokens", "all"], "_all")):
        heldout = json.loads(run(judge + limit)[0])["heldout"]
        for name, part in zip(names, [heldout["selected"]] + heldout.get("others", [])):
            results[name]["bits_per_byte" + suffix] = part["bits_per_byte"]
            results[name]["perplexity" + suffix] = part["perplexity"]
            results[name]["documents"] = part["available_documents"]
            results[name]["tokens"] = part["available_tokens"]
            if not suffix:
                results[name]["spread"] = part["spread"]["bits_per_byte"]
                results[name]["judged_tokens"] = heldout["token_limit"]
    for name, result in results.items():
        print(json.dumps({"task": options.name, "chooser": name, **result}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", required=True)
    parser.add_argument("--pool")
    parser.add_argument("--heldout")
    parser.add_argument("--dsel", default="dsel", help="the program (default: dsel)")
    parser.add_argument("--name", default="", help="name of the task in the results")
    parser.add_argument("--work", default="peers", help="directory for the selections (default: peers)")
    parser.add_argument("--count", type=int, default=2000, help="documents to choose (default: 2000)")
    parser.add_argument("--candidates", type=int, default=10000, help="documents to choose from (default: 10000)")
    parser.add_argument("--epsilon", type=float, default=0.1, help="eps of cynical selection (default: 0.1)")
    parser.add_argument("--shuffles", type=int, default=8, help="orders in which the judges train (default: 8)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of dsel, of which the fastest counts (default: 3)")
    parser.add_argument("--peers", nargs="*", default=PEERS, choices=PEERS, help="(default: all)")
    parser.add_argument("--apricot-as-is", action="store_true", help="let apricot copy the chosen rows at each step")
    parser.add_argument("--chooser", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--candidate-file", help=argparse.SUPPRESS)
    parser.add_argument("--tokens", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--output", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.chooser:
        choose(options)
    elif not options.pool or not options.heldout:
        parser.error("--pool and --heldout are needed")
    else:
        compare_all(options)


if __name__ == "__main__":
    main()
