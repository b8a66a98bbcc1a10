#!/usr/bin/env python3
"""Streams gigabytes of documents through dsel, which are made on the fly, and checks memory and counts.

    scripts/soak.py [DSEL] [--weigh 50G] [--select 5G] [--processes 8] [--share 1G] [--folder DIR]

`dsel weigh` reads the first size from standard input; `dsel select --pool -` the second, which it spools to DIR ($TMPDIR); then
so many processes weigh a share each at the same time. Each must end with the documents and tokens that arithmetic says, within
96 MB + 64 B * k + longest line * threads, and 58 B * buckets for models and threads, and must not grow: no more resident
in the second half of its time than 10 % above what it had in the first. Exit status 1 otherwise.
"""
import argparse, json, os, re, subprocess, sys, tempfile, threading, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WIKI = os.path.join(ROOT, "Fixtures", "wiki.jsonl")
MARK = "@" * 12
BUCKETS = 1 << 20
# Writes the rounds of lines in a file, with the line's number for each mark: two gigabytes a second.
GENERATOR = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **arguments) {
  if (count != 3) return 2;
  FILE *file = fopen(arguments[1], "rb");
  long rounds = atol(arguments[2]), number = 0;
  if (!file) return 2;
  fseek(file, 0, SEEK_END);
  size_t size = ftell(file), places = 0;
  rewind(file);
  char *text = malloc(size);
  size_t *place = malloc(size * sizeof *place), *line = malloc(size * sizeof *line);
  if (fread(text, 1, size, file) != size) return 2;
  size_t lines = 0;
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '@') place[places] = i, line[places++] = lines, i += 11;
    if (text[i] == '\n') lines++;
  }
  for (; rounds > 0; rounds--, number += lines) {
    for (size_t p = 0; p < places; p++) {
      long value = number + line[p];
      for (int digit = 11; digit >= 0; digit--, value /= 10) text[place[p] + digit] = '0' + value % 10;
    }
    for (size_t sent = 0; sent < size;) {
      ssize_t step = write(1, text + sent, size - sent);
      if (step <= 0) return 1;
      sent += step;
    }
  }
  return 0;
}
"""
problems = []


def check(condition, message):
    if not condition:
        problems.append(message)
        print(f"soak.py: {message}", file=sys.stderr)


def size(text):
    number, unit = re.fullmatch(r"([0-9.]+)([kMG]?)", text).groups()
    return int(float(number) * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[unit])


class Stream:
    """Rounds of lines of several lengths: words between blanks, of which one is the line's own number."""

    def __init__(self, folder):
        self.generator, self.round = os.path.join(folder, "generator"), os.path.join(folder, "round")
        subprocess.run(["cc", "-O2", "-x", "c", "-o", self.generator, "-"], input=GENERATOR.encode(), check=True)
        with open(WIKI) as file:
            words = re.findall("[a-z]{2,}", file.read())
        lines, self.tokens, start = [], 0, 0
        # In the end of a round as many lines as fill a megabyte.
        while sum(map(len, lines)) < 1_000_000:
            for count in [120, 35, 800, 250, 4, 2500]:
                chosen = [words[(start + number * 7) % len(words)] for number in range(count)]
                start += count
                lines.append(json.dumps({"id": f"d{MARK}", "text": " ".join([f"n{MARK}", *chosen])}) + "\n")
                self.tokens += count + 1
        self.documents, self.longest = len(lines), max(map(len, lines))
        with open(self.round, "w") as file:
            file.writelines(lines)
        self.bytes = os.path.getsize(self.round)

    def start(self, byte_count):
        """Begins to send at least so many bytes; returns the process, and the rounds."""
        rounds = -(-byte_count // self.bytes)
        return subprocess.Popen([self.generator, self.round, str(rounds)], stdout=subprocess.PIPE), rounds


class Watched:
    """dsel on a stream, its memory sampled."""

    def __init__(self, name, stream, byte_count, command, bound, folder):
        self.name, self.stream, self.bound = name, stream, bound
        self.manifest = os.path.join(folder, f"{name.replace(' ', '-')}.json")
        self.source, self.rounds = stream.start(byte_count)
        self.begin = time.monotonic()
        self.process = subprocess.Popen(
            [*command, "--manifest", self.manifest], stdin=self.source.stdout, stdout=subprocess.PIPE,
            env={**os.environ, "TMPDIR": folder})
        self.source.stdout.close()
        self.lines = subprocess.Popen(["wc", "-l"], stdin=self.process.stdout, stdout=subprocess.PIPE)
        self.process.stdout.close()
        self.samples, self.thread = [], threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while True:
            try:
                with open(f"/proc/{self.process.pid}/status") as file:
                    resident = re.search(r"VmRSS:\s+(\d+) kB", file.read())
            except FileNotFoundError:
                return
            if not resident:
                return
            self.samples.append(int(resident[1]) * 1024)
            time.sleep(0.1)

    def finish(self, expected_lines=None):
        """Waits for the end, and checks memory and counts; returns the manifest."""
        lines = int(self.lines.communicate()[0])
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.thread.join()
        seconds, sent = time.monotonic() - self.begin, self.rounds * self.stream.bytes
        largest = usage.ru_maxrss * 1024
        half = len(self.samples) // 2
        first, second = max(self.samples[:half], default=0), max(self.samples[half:], default=0)
        print(
            f"  {self.name}: {sent / 1e9:.2f} GB in {seconds:.0f} s, {sent / 1e6 / seconds:.0f} MB/s; resident at most "
            f"{largest / 1e6:.0f} MB of {self.bound / 1e6:.0f}, {first / 1e6:.0f} in the first half, {second / 1e6:.0f} in the second")
        check(self.source.wait() == 0, f"{self.name}: not all was taken")
        check(self.process.returncode == 0, f"{self.name}: exit status {self.process.returncode}")
        check(largest <= self.bound, f"{self.name}: {largest} bytes resident")
        # A short run has no halves.
        check(seconds < 10 or second <= 1.1 * first, f"{self.name}: memory grew from {first} to {second}")
        if self.process.returncode != 0:
            return None
        documents = self.rounds * self.stream.documents
        expected_lines = documents if expected_lines is None else expected_lines
        check(lines == expected_lines, f"{self.name}: {lines} lines, not {expected_lines}")
        with open(self.manifest) as file:
            manifest = json.load(file)
        side = manifest.get("pool", manifest)
        for key, expected in [("documents", documents), ("tokens", self.rounds * self.stream.tokens)]:
            check(side[key] == expected, f"{self.name}: {side[key]} {key}, not {expected}")
        text = sum(part["text_bytes"] for part in side["inputs"])
        check(text == sent, f"{self.name}: {text} bytes, not {sent}")
        return manifest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dsel", nargs="?", default=os.path.join(ROOT, ".build", "release", "dsel"))
    parser.add_argument("--weigh", type=size, default=size("50G"))
    parser.add_argument("--select", type=size, default=size("5G"))
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--share", type=size, default=size("1G"), help="what each of the processes weighs")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", help="where the spool goes")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        print("soak.py: skipped: memory is sampled on Linux only.")
        return 0
    dsel = os.path.abspath(options.dsel)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        stream = Stream(folder)
        models = [os.path.join(folder, name) for name in ["target.model", "pool.model"]]
        source, _ = stream.start(20_000_000)
        for path, model, given in [(WIKI, models[0], None), ("-", models[1], source.stdout)]:
            subprocess.run([dsel, "fit", path, "--output", model, "--quiet"], stdin=given, check=True)
        source.wait()

        bound = 96_000_000 + stream.longest * options.threads + 58 * BUCKETS
        run = ["--quiet", "--threads", str(options.threads)]
        weigh = [dsel, "weigh", "-", "--target-model", models[0], "--pool-model", models[1], *run]
        if options.weigh:
            Watched("weigh", stream, options.weigh, weigh, bound, folder).finish()
        if options.select:
            select = [dsel, "select", "--target", WIKI, "--pool", "-", "--count", str(options.count), *run]
            watched = Watched("select", stream, options.select, select, bound + 64 * options.count, folder)
            manifest = watched.finish(options.count)
            if manifest:
                check(manifest["selected"]["documents"] == options.count, "select: another number of documents")
        names = [f"weigh {number + 1} of {options.processes}" for number in range(options.processes)]
        for watched in [Watched(name, stream, options.share, weigh, bound, folder) for name in names]:
            watched.finish()
    print(f"soak.py: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
