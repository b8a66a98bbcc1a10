import Foundation
import TestSupport
import Testing

/// Directories and lists in place of files.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct FoundFileTests {
  private let directory: TemporaryDirectory
  /// The files of `pool/`, sorted by the bytes of their paths: `-` comes before `.`, `.` before
  /// `/`, and letters after those.
  private static let files = [
    "pool/a-b.json", "pool/a.jsonl", "pool/a/c.ndjson.zst", "pool/b/d/x.JSON.gz", "pool/z.jsonl",
  ]

  init() throws {
    directory = try TemporaryDirectory()
    for name in ["pool/a", "pool/b/d", "pool/.hidden"] {
      try FileManager.default.createDirectory(
        atPath: directory.path(name), withIntermediateDirectories: true)
    }
    let lines = try Fixtures.crawlText().rawLines
    let parts = (0..<5).map { part in
      Array(lines[(lines.count * part / 5)..<(lines.count * (part + 1) / 5)]).joinedLines
    }
    try directory.write(parts[0], to: "pool/a-b.json")
    try directory.write(parts[1], to: "pool/a.jsonl")
    try directory.write(Containers.zstd(parts[2], in: directory), to: "pool/a/c.ndjson.zst")
    try directory.write(Containers.gzip(parts[3], in: directory), to: "pool/b/d/x.JSON.gz")
    try directory.write(parts[4], to: "pool/z.jsonl")
    // What isn't read: hidden files, dsel's own manifests, and other names.
    for name in ["pool/.hidden/h.jsonl", "pool/.h.jsonl", "pool/b/.jsonl"] {
      try directory.write(parts[0], to: name)
    }
    for name in ["pool/manifest.json", "pool/a/out.jsonl.manifest.json", "pool/b/README.md"] {
      try directory.write("{\n", to: name)
    }
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: directory.path(name), withDestinationPath: target)
  }

  private func select(_ pool: [String], input: Data? = nil) throws -> Data {
    let run = try Dsel.run(
      ["select", "--target", Fixtures.wiki, "--count", "40", "-q", "--manifest", "m.json"]
        + ["--force"] + pool, input: input, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }

  private func readPaths() throws -> [String] {
    try directory.json("m.json").pool.inputs.elements.compactMap(\.path.string)
  }

  private func error(_ arguments: [String], status: Int32 = 1) throws -> String {
    let run = try Dsel.run(arguments, in: directory)
    #expect(run.status == status, "\(arguments)")
    return run.errors
  }

  // MARK: Directories

  @Test(arguments: ["pool", "pool/", "pool//", "./pool"])
  func `A directory is read as its files, sorted`(name: String) throws {
    let named = try select(["--pool"] + Self.files)
    #expect(try select(["--pool", name]) == named)
    let prefix = name == "./pool" ? "./" : ""
    #expect(try readPaths() == Self.files.map { prefix + $0 })
    #expect(named.rawLines.count == 40)
  }

  @Test func `Every command finds the files of a directory`() throws {
    let models = try Stages.modelOptions()
    try FileManager.default.createDirectory(
      atPath: directory.path("wiki"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: Fixtures.wiki, toPath: directory.path("wiki/wiki.jsonl"))
    for (one, other) in [
      (["fit", "pool"], ["fit"] + Self.files),
      (["weigh", "pool"] + models, ["weigh"] + models + Self.files),
      (
        ["select", "--target", "wiki", "--pool", "pool", "--exclude", "wiki"],
        ["select", "--target", "wiki/wiki.jsonl", "--exclude", "wiki/wiki.jsonl", "--pool"]
          + Self.files
      ),
      (
        ["select", "--target", "x=wiki", "--pool", "pool/a,pool/z.jsonl"],
        [
          "select", "--target", "x=wiki/wiki.jsonl", "--pool", "pool/a/c.ndjson.zst",
          "pool/z.jsonl",
        ]
      ),
      (
        ["compare", "--target", "wiki", "--selected", "pool/a", "--pool", "pool"],
        [
          "compare", "--target", "wiki/wiki.jsonl", "--selected", "pool/a/c.ndjson.zst", "--pool",
        ] + Self.files
      ),
      (
        ["explain", "pool/a", "--line", "3", "--json"] + models,
        ["explain", "pool/a/c.ndjson.zst", "--line", "3", "--json"] + models
      ),
    ] {
      let found = try Stages.run(one, in: directory)
      #expect(try found == Stages.run(other, in: directory), "\(one)")
      #expect(!found.isEmpty)
    }
    try Stages.run(["weigh", "pool", "-o", "weights"] + models, in: directory)
    let draw = ["resample", "--weights", "weights", "--count", "30", "--pool"]
    #expect(
      try Stages.run(draw + ["pool"], in: directory)
        == Stages.run(draw + Self.files, in: directory))
    // Two files, where one is asked for.
    #expect(
      try error(["explain", "pool", "--line", "3"] + models, status: 64)
        .contains("--line needs exactly one file of documents"))
  }

  @Test func `Files that are left out are noted`() throws {
    let errors = try Dsel.run(["fit", "pool", "-o", "m"], in: directory).errors
    #expect(
      errors.hasPrefix(
        "note: pool/b/README.md is not read: its name doesn't end in .jsonl, .ndjson or .json, "
          + "with or without .zst or .gz, or in .parquet.\n"), "\(errors)")
    try directory.write("", to: "pool/0.csv")
    #expect(
      try Dsel.run(["fit", "pool", "-o", "m", "--force"], in: directory).errors.hasPrefix(
        "note: pool: 2 files are not read, such as pool/0.csv: their names don't end in "))
    #expect(try Dsel.run(["fit", "pool", "-q"], in: directory).errors.isEmpty)
    // A file that is named itself may have any name.
    try directory.write(directory.read("pool/z.jsonl"), to: "pool/z.txt")
    #expect(try Dsel.run(["fit", "pool/z.txt", "-q"], in: directory).status == 0)
  }

  @Test func `Links are followed, and those in a circle do no harm`() throws {
    let named = try select(["--pool"] + Self.files)
    try link("pool/loop", to: "../pool")
    try link("pool/self", to: "self")
    try link("pool/b/up", to: "..")
    try link("pool/zz", to: "a")
    try link("all", to: "pool")
    #expect(try select(["--pool", "pool"]) == named)
    #expect(try readPaths() == Self.files)
    #expect(try select(["--pool", "all"]) == named)
    // A directory elsewhere, and one file, as in the cache of a hub.
    try FileManager.default.removeItem(atPath: directory.path("pool/b/up"))
    try FileManager.default.moveItem(
      atPath: directory.path("pool/b"), toPath: directory.path("other"))
    try link("pool/b", to: "../other")
    try FileManager.default.moveItem(
      atPath: directory.path("pool/z.jsonl"), toPath: directory.path("blob"))
    try link("pool/z.jsonl", to: "../blob")
    #expect(try select(["--pool", "pool"]) == named)
    #expect(try readPaths() == Self.files)
    // A link that leads nowhere isn't passed over.
    try link("pool/gone.jsonl", to: "nowhere")
    #expect(
      try error(["fit", "pool", "-q"])
        == "pool/gone.jsonl: no such file or directory. Check the name.\n")
  }

  @Test func `A directory without documents is an error`() throws {
    try FileManager.default.createDirectory(
      atPath: directory.path("e/f"), withIntermediateDirectories: true)
    let fault =
      "e: no file in this directory has a name that ends in .jsonl, .ndjson or .json, with or "
      + "without .zst or .gz, or in .parquet."
    let advice = " Name files themselves to read them under any name.\n"
    #expect(try error(["fit", "e"]) == fault + advice)
    try directory.write("", to: "e/f/x.csv")
    #expect(try error(["fit", "e"]) == "\(fault) There is e/f/x.csv.\(advice)")
    try directory.write("", to: "e/a.txt")
    #expect(
      try error(["fit", "e"]) == "\(fault) There are 2 others, such as e/a.txt.\(advice)")
  }

  // MARK: Lists

  @Test func `A list names files and directories, in lines or with NUL bytes`() throws {
    let named = try select(["--pool"] + Self.files)
    let names = ["pool/z.jsonl", "pool/a", "pool/b", "pool/a-b.json"]
    let paths =
      ["pool/a.jsonl"] + [
        "pool/z.jsonl", "pool/a/c.ndjson.zst", "pool/b/d/x.JSON.gz", "pool/a-b.json",
      ]
    // Another order of shards gives the same documents in another order.
    let expected = try select(["--pool"] + paths)
    #expect(
      expected.rawLines.sorted { $0.lexicographicallyPrecedes($1) }
        == named.rawLines.sorted { $0.lexicographicallyPrecedes($1) })
    let lists = [
      names.joined(separator: "\n"), names.joined(separator: "\n") + "\n",
      "\u{FEFF}\n" + names.joined(separator: "\r\n\r\n") + "\r\n",
    ]
    for list in lists {
      try directory.write(list, to: "list")
      #expect(try select(["pool/a.jsonl", "--files-from", "list"]) == expected)
      #expect(try readPaths() == paths)
      #expect(
        try select(["--files-from", "-", "pool/a.jsonl"], input: Data(list.utf8)) == expected)
    }
    try directory.write(names.joined(separator: "\0") + "\0", to: "list")
    for option in ["-0", "--null"] {
      #expect(try select(["pool/a.jsonl", "--files-from", "list", option]) == expected)
    }
    // Several lists.
    try directory.write("pool/a.jsonl\npool/z.jsonl\npool/a\n", to: "one")
    try directory.write("pool/b\npool/a-b.json\n", to: "two")
    #expect(try select(["--files-from", "one", "--files-from", "two"]) == expected)
  }

  @Test func `Names in a list are taken whole`() throws {
    let names = ["a,b.jsonl", " c d.jsonl", "e*.jsonl", "t=f.jsonl", "#g.jsonl", "h\ni.jsonl"]
    let lines = try Fixtures.crawlText().rawLines
    for (number, name) in names.enumerated() {
      try directory.write(lines[number] + Data("\n".utf8), to: name)
    }
    try directory.write(names.dropLast().joined(separator: "\n"), to: "list")
    try Stages.run(["fit", "--files-from", "list", "-o", "m"] + Stages.buckets, in: directory)
    #expect(try directory.json("m").inputs.elements.count == 5)
    // find writes names that no lines can hold.
    let options = Stages.buckets.joined(separator: " ")
    let run = try Program.shell(
      "find . -maxdepth 1 -name '*.jsonl' -print0 | "
        + "\"$0\" fit -q --files-from - -0 -o n \(options)", in: directory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      try directory.json("n").inputs.elements.compactMap(\.path.string).sorted()
        == names.map { "./" + $0 }.sorted())
  }

  @Test func `Every command for documents takes a list`() throws {
    try directory.write(Self.files.joined(separator: "\n"), to: "list")
    let models = try Stages.modelOptions()
    let list = ["--files-from", "list"]
    for command in [
      ["fit"], ["weigh"] + models, ["weigh", "--candidates", "9"] + models,
      ["compare", "--target", Fixtures.wiki, "--selected", "pool/a.jsonl"],
    ] {
      #expect(
        try Stages.run(command + list, in: directory)
          == Stages.run(command + ["--pool"] + Self.files, in: directory), "\(command)")
    }
    try Stages.run(["weigh", "-o", "weights"] + models + list, in: directory)
    let draw = ["resample", "--weights", "weights", "--count", "30"]
    #expect(
      try Stages.run(draw + list, in: directory)
        == Stages.run(draw + ["--pool"] + Self.files, in: directory))
  }

  @Test func `A list may come from standard input where documents may not`() throws {
    let list = Data("pool/a.jsonl\npool/z.jsonl\n".utf8)
    let files = ["pool/a.jsonl", "pool/z.jsonl"]
    let read = ["--files-from", "-"]
    let work = ["--work-dir", "work"]
    let model = try Stages.run(["fit"] + files, in: directory)
    #expect(try Stages.run(["fit"] + read + work, input: list, in: directory) == model)
    #expect(try Dsel.run(["fit", "-"] + work, in: directory).status == 64)
    try FileManager.default.createDirectory(
      atPath: directory.path("documents"), withIntermediateDirectories: true)
    try directory.write(directory.read("pool/a.jsonl"), to: "documents/a.jsonl")
    try Stages.run(
      ["weigh", "--format", "dolma"] + Stages.modelOptions() + read,
      input: Data("documents\n".utf8), in: directory)
    #expect(directory.exists("attributes/dsel/a.jsonl"))
  }

  /// Lists, and how their messages begin.
  private static let faults: [(list: String, message: String)] = [
    ("", "list: the list has no file names. Write one per line."),
    ("\n\r\n\n", "list: the list has no file names. Write one per line."),
    ("pool/a.jsonl\n\nnope.jsonl\n", "list:3: nope.jsonl: no such file or directory. Check the na"),
    ("/no/where\n", "list:1: /no/where: no such file or directory. Check the name.\n"),
    ("pool/*.jsonl\n", "list:1: pool/*.jsonl: no such file or directory. Patterns in"),
    ("pool/a.jsonl\0", "list: the list has NUL bytes. Add -0 (--null) if they end it"),
    ("s3://b/k\n", "list:1: s3://b/k: dsel reads files and standard input. Add --reader "),
    ("pool/a.jsonl\n-\n", "list:2: a list can't name standard input. Name it on the com"),
    ("{\"text\": \"\"}\n", "list: this looks like a file of documents, but --files-from"),
    ("\n" + longName + "\n", "list:2: the name is longer than a path may be. Check that"),
    ("\n" + longName + longName, "list:2: the name is longer than a path may be. Check that"),
    ("pool/a.jsonl\n./pool/a.jsonl", "./pool/a.jsonl: this is the same file as pool/a.jsonl"),
  ]
  private static let longName = String(repeating: "long", count: 1024)

  @Test(arguments: faults)
  func `A list that can't be used is an error`(list: String, message: String) throws {
    try directory.write(list, to: "list")
    let found = try error(["fit", "--files-from", "list"])
    #expect(found.hasPrefix(message), "\(found)")
  }

  @Test func `A list of another kind is an error`() throws {
    try directory.write("pool/a.jsonl\npool/z.jsonl\n", to: "list")
    #expect(
      try error(["fit", "--files-from", "list", "-0"])
        == "list: the list has no NUL bytes, but lines. Leave -0 (--null) out.\n")
    #expect(
      try error(["fit", "--files-from", "pool"])
        == "pool: this is a directory, and --files-from takes a list of files. Name the directory "
        + "itself, with --pool, to read the files in it.\n")
    #expect(
      try error(["fit", "--files-from", "gone"])
        == "gone: no such file or directory. Check the name.\n")
    for (arguments, message) in [
      (["fit", "pool", "-0"], "-0 (--null) needs --files-from, which names a list of files."),
      (["fit", "--files-from", ""], "--files-from is empty. Name a file."),
      (["fit", "-", "--files-from", "-"], "Standard input (-) is named twice"),
      (
        ["resample", "--candidates", "c", "--picks", "p", "--files-from", "list"],
        "--files-from can't be used with --picks"
      ),
    ] {
      #expect(try error(arguments, status: 64).contains(message), "\(arguments)")
    }
  }
}
