#!/usr/bin/env python3
"""Shows that dsel's memory stays within its bound, whatever the pool's size.

    scripts/memory.py [POOL.jsonl.zst] [--gigabytes 1] [--threads 2]

Makes a pool of that size by repeating POOL (default: the corpora's, or the fixture) with changed ids and a word
added to each text, runs `dsel select` on it, plain, compressed, and piped, with small and large k, and compares the
largest resident memory with the bound: 96 MB + 64 B * k + longest line * threads. Exit status 1 if a run is over it.
"""
import argparse, concurrent.futures, json, os, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def build_dsel():
    build = ["swift", "build", "--configuration", "release"]
    subprocess.run(build + ["--product", "dsel"], cwd=ROOT, check=True, stdout=sys.stderr)
    folder = subprocess.check_output(build + ["--show-bin-path"], cwd=ROOT, text=True).strip()
    return os.path.join(folder, "dsel")


def main():
    corpora = os.path.join(ROOT, "..", "shared", "corpora", "pool.jsonl.zst")
    fixture = os.path.join(ROOT, "Fixtures", "crawl.jsonl.zst")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pool", nargs="?", default=corpora if os.path.exists(corpora) else fixture)
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dsel", help="default: built from this checkout")
    options = parser.parse_args()
    binary = options.dsel or build_dsel()

    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: what a parent holds counts as its children's until they exec.
        with concurrent.futures.ProcessPoolExecutor(1) as pool:
            size = int(options.gigabytes * 1e9)
            plain, documents, longest = pool.submit(make_pool, options.pool, folder, size).result()
        packed = plain + ".zst"
        subprocess.run(["zstd", "-q", "-1", plain, "-o", packed], check=True)
        print(f"pool: {os.path.getsize(plain) / 1e6:.0f} MB, {documents} documents, longest line {longest} B")
        print(f"{'input':12} {'k':>9} {'resident MB':>12} {'bound MB':>9}")
        failed = False
        for name, path in [("plain", plain), (".zst", packed), ("piped", "-")]:
            for k in [1000, documents // 2]:
                command = [
                    binary, "select", "--target", os.path.join(ROOT, "Fixtures", "wiki.jsonl"), "--pool", path,
                    "--count", str(k), "--threads", str(options.threads), "--quiet", "--output", "/dev/null"]
                resident = run(command, plain if path == "-" else None) / 1e6
                bound = (96e6 + 64 * k + longest * options.threads) / 1e6
                failed |= resident > bound
                print(f"{name:12} {k:9} {resident:12.1f} {bound:9.1f}{'  OVER' if resident > bound else ''}")
    sys.exit(failed)


def make_pool(source, folder, size):
    lines = subprocess.run(["zstd", "-dcq", source], check=True, stdout=subprocess.PIPE).stdout.splitlines()
    path = os.path.join(folder, "pool.jsonl")
    written = documents = longest = turn = 0
    with open(path, "wb") as file:
        while written < size:
            for line in lines:
                document = json.loads(line)
                document["id"] = f"{turn}-{document.get('id')}"
                document["text"] += f" {turn}"
                line = json.dumps(document, ensure_ascii=False).encode() + b"\n"
                file.write(line)
                written += len(line)
                documents += 1
                longest = max(longest, len(line))
                if written >= size:
                    break
            turn += 1
    return path, documents, longest


def run(command, stdin):
    """Runs the command in a child of its own, and returns the bytes it had resident at most."""
    child = os.fork()
    if child == 0:
        with open(stdin or os.devnull, "rb") as file:
            os.dup2(file.fileno(), 0)
        if stdin:
            # A pipe, not the file itself: that is what has to be spooled.
            reader, writer = os.pipe()
            if os.fork() == 0:
                os.close(reader)
                os.dup2(writer, 1)
                os.execvp("cat", ["cat"])
            os.close(writer)
            os.dup2(reader, 0)
        os.execv(command[0], command)
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"memory.py: dsel failed: {' '.join(command)}")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
