#!/usr/bin/env python3
"""Shows that hostile and huge inputs meet a limit, and what the limit is called, before they meet the machine's memory.

    scripts/limits.py [DSEL] [--only WORD]

Each case is an input made on the fly, an address space (`ulimit -v`) of what dsel promises to need, and what must come of
it: an error that names the limit and its option, or success. The promise is 96 MB + 64 B * k + longest line * threads,
56 B * buckets, and the zstd window of each thread; on top come 512 MB of addresses that are mapped and
hardly touched. The largest resident memory is held to the promise itself. Then 10,000 tiny files with 64 descriptors.
"""
import argparse, concurrent.futures, gzip, json, multiprocessing, os, resource, signal, struct, subprocess, sys, tempfile, threading, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WIKI = os.path.join(ROOT, "Fixtures", "wiki.jsonl")
MB, MIB = 10**6, 1 << 20
THREADS = 2
BASE = 96 * MB
BUCKETS = 10_000
SMALL = ["--estimator", "ratio", "--threads", str(THREADS), "--quiet"]
# What a process maps beside what it touches: the program, its libraries, and of each thread the stack and the heap, for
# which glibc sets 64 or 128 MiB of addresses aside.
MAPPED = 512 * MB
SPAWNER = concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("fork"))
problems = []


def check(condition, message):
    if not condition:
        problems.append(message)
        print(f"limits.py: {message}", file=sys.stderr)


def run(*arguments, **options):
    """As `run_here`, in a process that holds nothing: what a parent has resident counts as its children's until they exec."""
    return SPAWNER.submit(run_here, *arguments, **options).result()


def run_here(command, space=None, descriptors=None, stdin=None, folder=None):
    """Runs the command; returns its exit status, its errors, and the bytes that it had resident and mapped at most."""
    errors = tempfile.TemporaryFile()
    output = os.open(os.devnull, os.O_WRONLY)
    source = open(stdin or os.devnull, "rb")
    child = os.fork()
    if child == 0:
        try:
            os.dup2(source.fileno(), 0)
            os.dup2(output, 1)
            os.dup2(errors.fileno(), 2)
            if folder:
                os.chdir(folder)
            if space:
                resource.setrlimit(resource.RLIMIT_AS, (int(space), int(space)))
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
            # A crash must not wait for a backtrace.
            os.execve(command[0], command, {**os.environ, "SWIFT_BACKTRACE": "enable=no"})
        finally:
            os._exit(127)
    os.close(output)
    source.close()
    alarm = threading.Timer(60, os.kill, (child, signal.SIGKILL))
    alarm.start()
    _, status, usage = os.wait4(child, 0)
    alarm.cancel()
    errors.seek(0)
    return os.waitstatus_to_exitcode(status), errors.read().decode(), usage.ru_maxrss * 1024


def write(path, *parts):
    with open(path, "wb") as file:
        for part in parts:
            file.write(part)
    return path


def zstd(path, source, *options):
    """Compresses the output of a shell command: so Python never holds a bomb."""
    level = [] if any(option.startswith("--long") for option in options) else ["-1"]
    subprocess.run(
        ["/bin/sh", "-c", f"{source} | zstd -q {' '.join([*level, *options])} -o '{path}'"], check=True)
    return path


def frame(window_log, content_size, block=b""):
    """A zstd frame (RFC 8878) without its end: the window, the size of the content, and an empty last block or `block`."""
    header = b"\x28\xb5\x2f\xfd" + bytes([0b11_0_0_0_0_00 if content_size is not None else 0, (window_log - 10) << 3])
    size = struct.pack("<Q", content_size) if content_size is not None else b""
    return header + size + (block or b"\x01\x00\x00")


class Cases:
    """Files made on the fly, and what dsel must make of them."""

    def __init__(self, dsel, folder, only):
        self.dsel, self.folder, self.only = dsel, folder, only

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content):
        """A file of these parts, or of a shell command's output, compressed; None if this case wasn't asked for."""
        if self.only and self.only not in name:
            return None
        return zstd(self.path(name), content) if isinstance(content, str) else write(self.path(name), content)

    def select(self, name, make, expected, extra=0, options=(), status=1):
        """Gives the file to dsel as pool and as target, and says what it must answer, within the base and `extra` bytes."""
        if self.only and self.only not in name:
            return
        path = make(self.path(name))
        for role in ["pool", "target"]:
            target, pool = (path, WIKI) if role == "target" else (WIKI, path)
            command = [self.dsel, "select", "--target", target, "--pool", pool, "--count", "5", *SMALL, *options]
            self.judge(f"{name} as {role}", command, expected, extra, status)
        os.remove(path)

    def judge(self, name, command, expected, extra, status=1):
        begin = time.monotonic()
        found, errors, resident = run(command, MAPPED + BASE + extra)
        seconds = time.monotonic() - begin
        print(f"  {name}: {resident / MB:.0f} MB of {(BASE + extra) / MB:.0f}, {seconds:.1f} s")
        check(found == status, f"{name}: exit status {found}, not {status}: {errors}")
        for fragment in expected:
            check(fragment in errors, f"{name}: no “{fragment}” in: {errors}")
        check(len(errors) < 2000, f"{name}: a message of {len(errors)} bytes")
        check(resident <= BASE + extra, f"{name}: {resident} bytes resident, and {BASE + extra} promised")


def inputs(cases):
    """Pools and targets."""
    line_limit = ["longer than", "Raise --max-line-bytes"]
    small = ["--max-line-bytes", str(16 * MIB)]
    lines = 16 * MIB * THREADS
    zeros = "head -c 1000000000 /dev/zero"
    # A gigabyte out of a few hundred kilobytes: an endless line of zeros, of text, and endlessly many lines.
    cases.select("zeros.zst", lambda path: zstd(path, zeros), line_limit, lines, small)
    cases.select("zeros.gz", gzip_zeros, line_limit, lines, small)
    endless = "{ printf '{\"text\": \"'; yes 'so on and ' | tr -d '\\n'; } | head -c 1000000000"
    cases.select("endless-line.zst", lambda path: zstd(path, endless), line_limit, lines, small)
    cases.select("default-limit.zst", lambda path: zstd(path, zeros), line_limit + ["256MiB"], 256 * MIB * THREADS)
    blank = "yes '' | head -c 30000000"
    cases.select("blank-lines.zst", lambda path: zstd(path, blank), ["is empty: no document"])

    # Frames that ask for windows of 2 GiB and 1 GiB, and one that is allowed to have what it asks for.
    window = ["needs a window of", "Raise --max-window"]
    for log in [31, 30, 28]:
        cases.select(f"window-{log}.zst", lambda path: write(path, frame(log, None)), window)
    cases.select("window-27.zst", lambda path: write(path, frame(27, None)), ["is empty"], 2 * THREADS * 128 * MIB)
    # Sizes that the file only claims: a frame of 2^63 - 1 bytes, of 2^64 - 2, of none.
    for size in [2**63 - 1, 2**63, 2**64 - 2, 5]:
        cases.select(f"claims-{size}.zst", lambda path: write(path, frame(17, size)), ["zstd data is corrupt"])
    document = (json.dumps({"text": "word " * 100}) + "\n").encode()
    member = gzip.compress(document * 50)
    for size in [0, 2**31 - 1, 2**32 - 1]:
        cases.select(
            f"claims-{size}.gz", lambda path: write(path, member[:-4], struct.pack("<I", size)),
            ["gzip data is corrupt: its checksum does not match"])

    # Lines.
    deep = ["nested deeper than 1024 levels"]
    for name, text in [("arrays", b"[" * 100_000 + b"]" * 100_000), ("objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000)]:
        cases.select(f"deep-{name}", lambda path: write(path, b'{"text": "so", "x": ', text, b"}\n"), deep)
        cases.select(f"open-{name}", lambda path: write(path, text[: len(text) // 2], b"\n"), deep if name == "objects" else ["one JSON array"])
    keys = b"".join(b'"key%d":%d,' % (number, number) for number in range(1_000_000))
    cases.select(
        "million-keys", lambda path: write(path, document * 10, b"{", keys, document[1:]), [],
        THREADS * len(keys), ["--min-tokens", "0"], status=0)
    cases.select(
        "million-keys-without-text", lambda path: write(path, b"{", keys[:-1], b"}\n"), ['the field "text" is missing'],
        THREADS * len(keys))
    long = b"word " * (40 * MB)
    cases.select(
        "200-MB-line", lambda path: write(path, document * 10, b'{"text": "', long, b'"}\n'), [], THREADS * len(long),
        ["--min-tokens", "0"], status=0)
    one = b"a" * (100 * MB)
    cases.select(
        "100-MB-token", lambda path: write(path, document * 10, b'{"text": "', one, b'"}\n'), [], THREADS * len(one),
        ["--min-tokens", "0"], status=0)
    escapes = b"\\u0041" * (10 * MB)
    cases.select(
        "60-MB-of-escapes", lambda path: write(path, document * 10, b'{"text": "', escapes, b'"}\n'), [],
        THREADS * len(escapes), ["--min-tokens", "0"], status=0)


def gzip_zeros(path):
    """A gigabyte of zeros in a member, without holding it: gzip does it."""
    subprocess.run(["/bin/sh", "-c", f"head -c 1000000000 /dev/zero | gzip -1 > '{path}'"], check=True)
    return path


def models(cases):
    """Model files."""
    model, buckets = cases.path("model"), 1000
    fit = [cases.dsel, "fit", WIKI, "--output", model, "--buckets", str(buckets), "--no-sample", "--quiet"]
    if run(fit)[0] != 0:
        sys.exit("limits.py: dsel fit failed")
    with open(model, "rb") as file:
        whole = file.read()
    known = json.loads(whole)

    def changed(**members):
        return json.dumps({**known, **members}).encode()

    def judge(name, parts, expected, extra=0, once=False):
        path = cases.file(name, parts)
        if path is None:
            return
        for target, pool in [] if once else [(path, model), (model, path)]:
            arguments = ["weigh", WIKI, "--target-model", target, "--pool-model", pool, *SMALL]
            cases.judge(f"model {name}", [cases.dsel, *arguments], expected, extra)
        cases.judge(f"model {name}, merged", [cases.dsel, "merge", model, path, "--quiet"], expected, extra)
        os.remove(path)

    def endless(begin, repeated, size="300M"):
        write(cases.path("begin"), begin)
        return f"{{ cat '{cases.path('begin')}'; yes '{repeated}'; }} | head -c {size}"

    most = f"{1 << 56:,}"
    for name in ["documents", "tokens"]:
        for value in [2**56 + 1, 2**63 - 1]:
            judge(f"{name}-{value}", changed(**{name: value}), [f'the member "{name}" goes beyond {most}'])
        judge(f"{name}-{2**63}", changed(**{name: 2**63}), ["no whole number"])
    for value in [2**64, 10**30, -1, 1.5]:
        judge(f"documents-{value}", changed(documents=value), ["no whole number"])
    counts = known["counts"]
    judge("count-2^63", changed(counts=[2**63] + counts[1:]), ['"counts" goes beyond'])
    judge("counts-sum", changed(counts=[2**55] * buckets), ['"counts" goes beyond'])
    judge("count-2^64", changed(counts=[2**64] + counts[1:]), ["no whole number"])
    judge("buckets-2^40", changed(settings={**known["settings"], "buckets": 2**40}), ['"settings.buckets" can\'t be'])
    judge("fewer-counts", changed(counts=counts[:-1]), ['"counts" can\'t be'])
    judge("eligible", changed(eligible={**known["eligible"], "bytes": 2**63 - 1}), ['"eligible.bytes" goes beyond'])
    judge("inputs", changed(inputs=[{**known["inputs"][0], "bytes": 2**62}]), ['"inputs[].bytes" goes beyond'])
    judge("long-path", changed(inputs=[{**known["inputs"][0], "path": "a" * 30_000}]), ["longer than any that is meant"])
    judge("deep", b'{"x": ' + b"[" * 100_000, ["nested deeper"])
    judge("keys", b"{" + b",".join(b'"k%d": 1' % number for number in range(1_000_000)) + b"}", ["longer than any"])
    # Endless ones, compressed.
    judge("endless-string", endless(b'{"x": "', "so on"), ["longer than any that is meant"])
    judge("endless-number", endless(b'{"documents": ', "1").replace("yes '1'", "yes 1 | tr -d '\\n'"), ["longer than any"])
    judge("endless-blanks", endless(b'{"x": ', " "), ["not valid JSON"])
    # Up to 2^24 counts of 8 bytes are read, and the array may be twice as large while it grows.
    judge("endless-counts", endless(b'{"counts": [1', ",1"), ['"counts" goes beyond 16,777,216'], 3 * 8 * (1 << 24))
    record = json.dumps(known["inputs"][0])
    # A million inputs: 40 bytes each and their paths, twice while the array grows.
    paths = 64 * MIB + 3 * 40 * MIB
    million = f'{{"inputs": [{record}'.encode()
    judge("endless-inputs", endless(million, f",{record}", "1G"), ['"inputs" goes beyond 1,048,576'], 2 * paths, once=True)
    longer = json.dumps({**known["inputs"][0], "path": "p" * 4000})
    judge("endless-paths", endless(million, f",{longer}", "1G"), ['"inputs" goes beyond 67,108,864'], 2 * paths)


def candidates(cases):
    """Files of candidates."""
    model, path = cases.path("model"), cases.path("known")
    weigh = [cases.dsel, "weigh", WIKI, "--target-model", model, "--pool-model", model, "--output", path]
    status, errors, _ = run([*weigh, "--candidates", "20", "--min-tokens", "0", *SMALL])
    if status != 0:
        sys.exit(f"limits.py: dsel weigh --candidates failed: {errors}")
    with open(path) as file:
        header, *lines = [json.loads(line) for line in file]

    def judge(name, content, expected, extra=0, status=1):
        made = cases.file(name, content)
        if made is None:
            return
        resample = ["resample", "--candidates", made, "--pool", WIKI, "--quiet"]
        cases.judge(f"candidates {name}", [cases.dsel, *resample], expected, extra, status)
        cases.judge(f"candidates {name}, merged", [cases.dsel, "merge", made, "--quiet"], expected, extra, status)
        os.remove(made)

    def encode(head, rest):
        return b"".join(json.dumps(line).encode() + b"\n" for line in [head, *rest])

    # A budget may be any number, and takes no memory before it is used.
    judge("count", encode({**header, "count": 2**63 - 1}, lines), [], status=0)
    for name in ["documents", "eligible_documents", "candidates"]:
        for value in [2**56 + 1, 2**63 - 1]:
            judge(f"{name}-{value}", encode({**header, name: value}, lines), [f'"{name}" goes beyond {1 << 56:,}'])
        judge(f"{name}-2^64", encode({**header, name: 2**64}, lines), ["no whole number"])
    for name in ["shard", "offset", "bytes", "text_bytes", "tokens", "copies"]:
        for value in [2**44, 2**63 - 1]:
            judge(f"{name}-{value}", encode(header, [{**lines[0], name: value}, *lines[1:]]), [f'"{name}" can\'t be'])
        judge(f"{name}-2^63", encode(header, [{**lines[0], name: 2**63}, *lines[1:]]), ["no whole number"])
    judge("key-1e999", encode(header, lines).replace(b'"key": ', b'"key": 1e999, "x": ', 1), ["not valid JSON"])
    judge("more-than-said", encode(header, [*lines, lines[-1]]), ['"candidates" can\'t be'])
    judge("fewer-than-said", encode(header, lines[:-1]), ['"candidates" can\'t be'])
    write(cases.path("begin"), encode(header, lines))
    again = json.dumps(lines[-1])
    judge("endless-candidates", f"{{ cat '{cases.path('begin')}'; yes '{again}'; }} | head -c 1G", ['"candidates" can\'t be'])
    shard = json.dumps({**header["shards"][0], "path": "p" * 4000})
    begin = json.dumps({**header, "shards": []})[:-1].replace('"shards": []', '"shards": [' + shard)
    write(cases.path("begin"), begin.split('"shards": [')[0].encode() + b'"shards": [' + shard.encode())
    judge(
        "endless-shards", f"{{ cat '{cases.path('begin')}'; yes ',{shard}'; }} | head -c 1G", ['"shards" goes beyond'],
        2 * (64 * MIB + 3 * 40 * MIB))


def weights(cases):
    """Lines of weights."""
    path, good = cases.path("weights"), {
        "id": "a", "file": WIKI, "offset": 0, "bytes": 10, "text_bytes": 5, "tokens": 100, "features": 199,
        "text_hash": "0" * 16, "log_weight": 1.5, "log_odds": 0.5}
    for name, value, fragment in [
        ("offset", 2**63, "offset"), ("offset", 2**44, "offset"), ("offset", -1, "offset"), ("offset", 0.5, "offset"),
        ("bytes", 2**63 - 1, "bytes"), ("bytes", 2**32, "bytes"), ("text_bytes", 1e300, "text_bytes"),
        ("tokens", 2**64, "tokens"), ("tokens", -2**63, "tokens"), ("log_weight", "x", "log_weight"),
        ("text_hash", "f" * 17, "text_hash"), ("file", "/etc/passwd", "none of the pool's files")]:
        write(path, json.dumps({**good, name: value}).encode() + b"\n")
        command = [cases.dsel, "resample", "--weights", path, "--pool", WIKI, "--count", "1", "--quiet"]
        cases.judge(f"weights {name} {value}", command, [fragment], 0)


def many_files(cases, count=10_000):
    """As many shards, models and files of candidates, with 64 descriptors."""
    begin = time.monotonic()
    folder = cases.path("many")
    os.makedirs(os.path.join(folder, "pool"))
    with open(WIKI, "rb") as file:
        lines = file.read().splitlines(keepends=True)
    names = []
    for number in range(count):
        names.append(f"pool/{number:05}.jsonl")
        text = json.dumps({"id": number, "text": f"shard {number} has a few words of its own, and number {number * 7919 % count}"})
        write(os.path.join(folder, names[-1]), text.encode() + b"\n")
    write(os.path.join(folder, "target.jsonl"), *lines[:20])
    space = MAPPED + BASE + 58 * MIB

    def must(name, arguments):
        start = time.monotonic()
        status, errors, resident = run([cases.dsel, *arguments, "--quiet"], space, 64, folder=folder)
        print(f"  {count} files: {name}: {resident / MB:.0f} MB, {time.monotonic() - start:.1f} s")
        check(status == 0, f"{count} files: {name}: exit status {status}: {errors}")
        check(resident <= BASE + 58 * MIB, f"{count} files: {name}: {resident} bytes resident")
        return status == 0

    def lines_of(name):
        with open(os.path.join(folder, name), "rb") as file:
            return file.read().splitlines()

    ratio = ["--estimator", "ratio", "--threads", str(THREADS)]
    fit = ["--buckets", "1000", "--min-tokens", "0", "--no-sample"]
    select = ["select", "--target", "target.jsonl", "--pool", *names, "--count", "500", "--min-tokens", "0"]
    if must("select", [*select, "--output", "out.jsonl", *ratio]):
        check(len(lines_of("out.jsonl")) == 500, f"{count} files: select: not 500 lines")
    must("fit", ["fit", "target.jsonl", "--output", "target.model", *fit])
    if must("fit", ["fit", *names, "--output", "pool.model", *fit]):
        with open(os.path.join(folder, "pool.model")) as file:
            check(json.load(file)["documents"] == count, f"{count} files: fit: another number of documents")
    weigh = ["weigh", *names, "--target-model", "target.model", "--pool-model", "pool.model", *ratio]
    if must("weigh", [*weigh, "--output", "weights.jsonl"]):
        check(len(lines_of("weights.jsonl")) == count, f"{count} files: weigh: another number of lines")
    must("weigh for candidates", [*weigh, "--min-tokens", "0", "--candidates", "500", "--output", "all"])
    # Files of candidates as a cluster would leave them: one a shard. Made from the one file of all shards.
    must("weigh for all", [*weigh, "--min-tokens", "0", "--candidates", str(count), "--output", "each"])
    header, *rest = [json.loads(line) for line in lines_of("each")]
    check(len(rest) == count, f"{count} files: not every document is a candidate")
    parts = []
    os.makedirs(os.path.join(folder, "parts"))
    for number, candidate in enumerate(rest):
        shard = header["shards"][candidate["shard"]]
        head = {**header, "count": 500, "documents": 1, "eligible_documents": 1, "candidates": 1, "shards": [shard]}
        parts.append(f"parts/{number:05}")
        write(os.path.join(folder, parts[-1]), json.dumps(head).encode(), b"\n", json.dumps({**candidate, "shard": 0}).encode(), b"\n")
    if must("merge of candidates", ["merge", *parts, "--output", "merged"]):
        same = lines_of("merged")[1:] == lines_of("all")[1:]
        check(same, f"{count} files: the merged candidates are not those of one run over all files")
    print(f"  {count} files: {time.monotonic() - begin:.1f} s in all")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dsel", nargs="?", default=os.path.join(ROOT, ".build", "release", "dsel"))
    parser.add_argument("--only", help="only cases with this word in their names")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        print("limits.py: skipped: address spaces can be limited on Linux only.")
        return 0
    begin = time.monotonic()
    run(["/bin/true"])
    with tempfile.TemporaryDirectory() as folder:
        cases = Cases(os.path.abspath(options.dsel), folder, options.only)
        inputs(cases)
        models(cases)
        candidates(cases)
        weights(cases)
        if not options.only or options.only in "many files":
            many_files(cases)
    print(f"limits.py: {len(problems)} problems, {time.monotonic() - begin:.0f} s")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
