import Foundation
import TestSupport
import Testing

/// The quality of the selection on a large labelled pool.
///
/// Each target and the pool's documents of its domain come from different sources of one genre.
@Suite(
  .serialized,
  .enabled(if: SharedCorpora.isThere, "../shared/corpora isn't there"),
  .enabled(if: !Dsel.isDebugBuild, "166 MB take minutes without optimisation"))
struct SharedCorporaTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [
    ("weight", "scripture", 0.95), ("weight", "code_python", 0.90), ("weight", "german", 0.90),
    ("set", "scripture", 0.85), ("set", "code_python", 0.75), ("set", "german", 0.90),
  ])
  func `Selections have documents of the target's domain`(
    objective: String, domain: String, share: Double
  ) throws {
    let run = try Dsel.select(
      pool: [SharedCorpora.path("pool.jsonl.zst")],
      target: SharedCorpora.path("targets/\(domain).jsonl"),
      ["--count", "1000", "--objective", objective], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let domains = try run.output.jsonLines().map(\.domain.string)
    #expect(domains.count == 1000)
    let found = Double(domains.count { $0 == domain }) / 1000
    #expect(found >= share, "\(found)")
  }

  /// Every tenth document of the pool, by its id, is held out. Targets are mixed from these in
  /// random shares: few large ones, or many. Python makes them, with a fixed seed.
  private static let mixing = """
    import collections, json, random, subprocess, sys, zlib
    held, pool = collections.defaultdict(list), open("pool.jsonl", "wb")
    for line in subprocess.run(["zstd", "-dcq", sys.argv[1]], stdout=subprocess.PIPE, check=True).stdout.splitlines():
      d = json.loads(line)
      if zlib.crc32(d["id"].encode()) % 10: pool.write(line + b"\\n")
      else: held[d["domain"]].append(line)
    r, names, shares = random.Random(5), sorted(held), []
    for number in range(8):
      size, evenness = [300, 1000, 2000][number % 3], [1, 0.3, 3][number % 3]
      weights = [r.gammavariate(evenness, 1) for _ in names]
      drawn = collections.Counter(r.choices(names, weights, k=size))
      lines = [r.choice(held[name]) for name, count in drawn.items() for _ in range(count)]
      open(f"{number}.jsonl", "wb").write(b"\\n".join(lines) + b"\\n")
      shares.append({name: count / size for name, count in drawn.items()})
    json.dump(shares, open("shares.json", "w"))
    """

  @Test func `The shares of mixed targets are found within 3 points`() throws {
    let python = try Program.run(
      "/usr/bin/env", ["python3", "-c", Self.mixing, SharedCorpora.path("pool.jsonl.zst")],
      in: directory)
    try #require(python.status == 0, "\(python.errors)")
    for (number, shares) in try directory.json("shares.json").elements.enumerated() {
      let run = try Dsel.run(
        [
          "select", "--target", "\(number).jsonl", "--pool", "pool.jsonl", "--count", "1000",
          "--objective", "weight", "--stratify", "domain", "--mixture", "auto", "-o", "out.jsonl",
          "--force",
        ], in: directory)
      try #require(run.status == 0, "\(run.errors)")
      let mixture = try directory.json("out.jsonl.manifest.json").settings.mixture
      for name in Set(mixture.members.keys).union(shares.members.keys) {
        let error = (mixture[name].number ?? 0) - (shares[name].number ?? 0)
        #expect(abs(error) <= 0.03, "target \(number), \(name): \(error)")
      }
      #expect(!run.errors.contains("unlike"))
    }
  }
}
