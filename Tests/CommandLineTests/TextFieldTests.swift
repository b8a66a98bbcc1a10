import Foundation
import TestSupport
import Testing

/// Texts that are joined from several strings of a record: `--text-field` and `--text-join`.
///
/// A pool of chats has the same texts as a plain pool. So every command finds the same.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct TextFieldTests {
  private let directory: TemporaryDirectory
  private static let anything = "messages[].(content[].text|content)|instruction,output|text"

  init() throws {
    directory = try TemporaryDirectory()
    for (name, file) in [("t", try Fixtures.read("wiki.jsonl")), ("p", try Fixtures.crawlText())] {
      let texts = try file.jsonLines().compactMap(\.text.string)
      try directory.write(texts.enumerated().map { Self.plain($1, $0) }.joinedLines, to: name)
      try directory.write(
        texts.enumerated().map { Self.record($1, $0) }.joinedLines, to: "\(name).chats")
    }
  }

  private static func line(_ object: [String: Any]) -> Data {
    (try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)) ?? Data()
  }

  private static func plain(_ text: String, _ number: Int) -> Data {
    // Empty lines between paragraphs are empty strings in a chat, which add nothing.
    let parts = text.split(separator: "\n").joined(separator: "\n")
    return line(["id": number, "text": parts])
  }

  /// The same text as a chat, an instruction, or plain.
  private static func record(_ text: String, _ number: Int) -> Data {
    let parts = text.components(separatedBy: "\n")
    switch number % 4 {
    case 0:
      let messages: [[String: Any]] = parts.map { ["role": "user", "content": $0] }
      let call: [String: Any] = ["role": "assistant", "content": NSNull()]
      return line(["id": number, "messages": messages + [call]])
    case 1:
      let items: [[String: Any]] = parts.map { ["type": "text", "text": $0] }
      return line([
        "id": number,
        "messages": [["role": "user", "content": items + [["type": "image"]]] as [String: Any]],
      ])
    case 2 where parts.count == 2:
      return line(["id": number, "instruction": parts[0], "input": "no", "output": parts[1]])
    default: return plain(text, number)
    }
  }

  private func run(_ arguments: [String], status: Int = 0) throws -> Dsel.Result {
    let result = try Dsel.run(arguments, in: directory)
    try #require(result.status == status, "\(arguments): \(result.errors)")
    return result
  }

  private let ofChats = ["--text-field", anything]

  @Test(arguments: [["--objective", "weight"], ["--objective", "set"], ["--annotate"]])
  func `Chats are selected as their texts are`(options: [String]) throws {
    let select = ["select", "-q", "--count", "60"] + options
    let plain = try run(select + ["--target", "t", "--pool", "p", "-o", "plain", "--json"])
    let expected = try directory.read("plain").jsonLines()
    for threads in ["1", "3"] {
      let chats = try run(
        select + ["--target", "t.chats", "--pool", "p.chats", "-o", "chats", "--force", "--json"]
          + ofChats + ["--threads", threads])
      let found = try directory.read("chats").jsonLines()
      #expect(found.map(\.id) == expected.map(\.id) && found.map(\.dsel) == expected.map(\.dsel))
      let (one, other) = (try JSON(plain.output), try JSON(chats.output))
      for key in [
        "kl_reduction", "unseen_share", "weight_length_correlation", "eligible_documents",
      ] {
        #expect(one[key] == other[key], "\(key)")
      }
      #expect(other.settings.text_field.string == Self.anything)
      #expect(other.settings.text_join.isNull)
    }
  }

  @Test func `Compare, explain and the judge read the same texts`() throws {
    let selected = ["--count", "40", "--force", "-q"]
    _ = try run(["select", "--target", "t", "--pool", "p", "-o", "plain"] + selected)
    _ = try run(
      ["select", "--target", "t.chats", "--pool", "p.chats", "-o", "chats"] + selected + ofChats)
    func compared(_ suffix: String, _ file: String, _ options: [String]) throws -> JSON {
      try JSON(
        run(
          ["compare", "--target", "t\(suffix)", "--selected", file, "--pool", "p\(suffix)"]
            + ["--heldout", "t\(suffix)", "--json"] + options
        ).output)
    }
    let (plain, chats) = (
      try compared("", "plain", []), try compared(".chats", "chats", ofChats)
    )
    for key in ["kl_reduction", "coverage_selected", "coverage_random"] {
      #expect(plain[key] == chats[key] && !plain[key].isNull, "\(key)")
    }
    #expect(plain.heldout.selected.bits_per_byte == chats.heldout.selected.bits_per_byte)
    #expect(plain.selected.tokens_per_document == chats.selected.tokens_per_document)

    func explained(_ suffix: String, _ options: [String]) throws -> JSON {
      try JSON(
        run(
          ["explain", "--target", "t\(suffix)", "--pool", "p\(suffix)", "p\(suffix)"]
            + ["--line", "5", "--json"] + options
        ).output)
    }
    let (one, other) = (try explained("", []), try explained(".chats", ofChats))
    #expect(one.documents[0].up == other.documents[0].up)
    #expect(one.documents[0].log_weight == other.documents[0].log_weight)
  }

  @Test func `Models, weights and candidates are those of the joined texts`() throws {
    for name in ["t", "p"] {
      _ = try run(["fit", "-q", name, "-o", "\(name).model"])
      _ = try run(["fit", "-q", "\(name).chats", "-o", "\(name).chats.model"] + ofChats)
    }
    let models = ["--target-model", "t.model", "--pool-model", "p.model"]
    let one = try run(["weigh", "-q", "p", "--id-field", "id"] + models).output.jsonLines()
    let other = try run(
      ["weigh", "-q", "p.chats", "--id-field", "id", "--target-model", "t.chats.model"]
        + ["--pool-model", "p.chats.model"] + ofChats
    ).output.jsonLines()
    #expect(one.count == other.count && one.count > 1000)
    for (one, other) in zip(one, other) {
      #expect(
        one.id == other.id && one.text_hash == other.text_hash && one.log_weight == other.log_weight
          && one.text_bytes == other.text_bytes)
    }

    // Candidates know where the text was, and how it was joined.
    let weigh = ["weigh", "-q", "p.chats", "--candidates", "30"] + models + ofChats
    _ = try run(weigh + ["-o", "c"])
    let resample = ["resample", "-q", "p.chats", "--candidates"]
    let drawn = try run(resample + ["c"]).output
    #expect(try run(resample + ["c"] + ofChats).output == drawn && drawn.rawLines.count == 30)
    _ = try run(weigh + ["-o", "joined", "--text-join", " \\n"])
    let header = try JSON(directory.read("joined").rawLines[0])
    #expect(header.text_join.string == " \n" && header.text_field.string == Self.anything)
    #expect(try JSON(directory.read("c").rawLines[0]).text_join.isNull)
    // Tokens don't depend on the joint.
    #expect(try run(resample + ["joined", "-o", "out"]).status == 0)
    #expect(try directory.json("out.manifest.json").settings.text_join.string == " \n")
    let refused = try run(resample + ["joined"] + ofChats, status: 1)
    #expect(
      refused.errors
        == "--text-join is not the one with which the candidates of joined were weighed. Leave "
        + "--text-field and --text-join out.\n")
    let merged = try run(["merge", "c", "joined", "-o", "m"], status: 1)
    #expect(merged.errors.contains("kept with another --text-join"), "\(merged.errors)")
  }

  @Test func `The joint counts in hashes, in weights, and in a work directory`() throws {
    try directory.write("{\"a\":\"one\",\"b\":\"two\"}\n", to: "d")
    _ = try run(["fit", "-q", "t", "-o", "m"])
    let weigh = ["weigh", "-q", "d", "--target-model", "m", "--pool-model", "m"]
    func hash(_ options: [String]) throws -> JSON {
      try run(weigh + options).output.jsonLines().first?.text_hash ?? .null
    }
    let newline = try hash(["--text-field", "a,b"])
    #expect(try hash(["--text-field", "a,b", "--text-join", "\\n"]) == newline)
    #expect(try hash(["--text-field", "a,b", "--text-join", ""]) != newline)
    #expect(try hash(["--text-field", "a,b"]) == newline)
    func kept(_ joint: String) throws -> Data {
      _ = try run(
        weigh + ["--text-field", "a,b", "--text-join", joint, "--work-dir", "work", "--force"])
      let work = directory.url.appendingPathComponent("work")
      let names = try FileManager.default.contentsOfDirectory(atPath: work.path).sorted()
      return try names.filter { $0.hasSuffix(".zst") }.map { try directory.read("work/\($0)") }
        .joinedLines
    }
    let first = try kept("\\n")
    #expect(try !first.isEmpty && kept("-") != first && kept("\\n") == first)
    // XXH3-64 of "one\ntwo", by Python's xxhash.
    #expect(newline.string == "b01da31010489bb7")
  }

  @Test func `The target's text may be elsewhere, and is joined alike`() throws {
    let select = ["select", "-q", "--count", "20", "--target", "t", "--pool", "p.chats"]
    let found = try run(
      select + ofChats + ["--target-text-field", "text", "-o", "out", "--text-join", "\\n\\n"])
    #expect(found.output.isEmpty)
    let settings = try directory.json("out.manifest.json").settings
    #expect(settings.target_text_field.string == "text" && settings.text_join.string == "\n\n")
    let other = ["--target", "t.chats", "--pool", "p", "--target-text-field", Self.anything]
    let chosen = try run(
      ["select", "-q", "--count", "20", "-o", "two", "--text-join", "\\n"] + other)
    #expect(chosen.errors.isEmpty)
  }

  @Test(arguments: [
    (
      "p.chats", "--text-field=messages[].content",
      "p.chats:2: the field \"messages[0].content\" is an array, not a string. The strings of a list are at \"messages[0].content[]\", and those of its objects at \"messages[0].content[].KEY\". Name"
    ),
    (
      "p.chats", "--text-field=instruction,output",
      "p.chats:1: found no text at \"instruction,output\". The line has: id, messages. Name"
    ),
    (
      "p.chats", "--text-field=messages.content",
      "p.chats:1: the field \"messages\" is a list. For the texts of all its items, write "
        + "\"messages[].content\". Name"
    ),
    (
      "p.chats", "--text-field=id[]|x",
      "p.chats:1: the field \"id\" is a number, not an array. Name"
    ),
  ])
  func `A record without text is an error with its place`(
    file: String, option: String, message: String
  ) throws {
    let result = try run(["fit", file, option, "-o", "m"], status: 1)
    #expect(result.errors.hasPrefix(message), "\(result.errors)")
    let skipped = try run(
      ["fit", "-q", file, option, "-o", "m", "--on-error", "skip", "--max-skipped", "100%"]
        + ["--rejects", "rejects"])
    #expect(skipped.output.isEmpty)
    let reason = try directory.read("rejects.reasons.jsonl").jsonLines()[0]
    #expect(["missing_field", "not_a_string"].contains(reason.reason.string))
  }

  @Test(arguments: [
    (
      ["--text-field", "a, b"],
      "'a, b' has a blank at the beginning or end of a key, at character 3."
    ),
    (
      ["--text-field", "a[*].b"],
      "'a[*].b' has brackets at character 3 that are neither [] for all items"
    ),
    (["--text-field", "a[0"], "'a[0' has a '[' at character 2 that is not closed."),
    (["--text-field", "a|"], "'a|' has an empty key at character 3."),
    (["--text-field", "a..b"], "'a..b' has an empty key. Write it like meta.doc.text."),
    (["--text-join", " "], "--text-join needs a --text-field that joins several strings"),
    (
      ["--text-field", "a,b", "--text-join", "\\x"],
      "a backslash is written '\\\\', a newline '\\n'"
    ),
    (["--text-field", "x|dsel.y[],z", "--annotate"], "--annotate would replace the text"),
    (["--target-text-field", "a["], "--target-text-field 'a[' has brackets at character 3"),
  ])
  func `An impossible text field is refused`(options: [String], message: String) throws {
    let result = try run(["select", "--target", "t", "--pool", "p"] + options, status: 64)
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  private func warnings(of result: Dsel.Result) throws -> String {
    try Data(result.errors.utf8).jsonLines().compactMap(\.warning.string)
      .joined(separator: "\n")
  }

  /// The first record has `a`, the last `b`: a thread that meets one of them knows half.
  @Test(arguments: [
    ("a,b", String?.none), ("a,x", "field \"x\""), ("x|y,a,z", "fields \"x|y\" or \"z\""),
    ("x|b,a", nil), ("x,\"q,r\",b", "fields \"x\" or \"\"q,r\"\""), ("a.(t,u),b", nil),
  ])
  func `A field that no record has is a warning`(field: String, missing: String?) throws {
    let filler = String(repeating: "{\"c\":\"\",\"b\":null,\"a\":\"words\"}\n", count: 30_000)
    let first = field.hasPrefix("a.") ? "{\"a\":{\"t\":\"one\"}}\n" : "{\"a\":\"one\"}\n" + filler
    try directory.write(first + "{\"b\":\"two\"}\n", to: "fields")
    let warning = missing.map { "has the \($0) of its text" }
    for threads in ["1", "3"] {
      let options = ["fields", "--text-field", field, "--threads", threads, "--on-error", "skip"]
      let fit = try run(
        ["fit", "-o", "m", "--force", "--json", "--max-skipped", "100%"] + options)
      let warnings = try warnings(of: fit)
      #expect(warnings.contains("of its text") == (missing != nil), "\(warnings)")
      if let warning {
        #expect(warnings.contains("no document of the input \(warning)"), "\(warnings)")
      }
      let names = try JSON(fit.output).missing_fields
      #expect(names.isNull == (missing == nil), "\(fit.output)")
    }
  }

  @Test func `A missing field of target and pool is a warning of select and weigh`() throws {
    let options = ["--text-field", "text,title", "--json"]
    let select = try run(["select", "--target", "t", "--pool", "p", "-o", "o"] + options)
    let manifest = try JSON(select.output)
    #expect(manifest.pool.missing_fields[0].string == "title")
    #expect(manifest.target.missing_fields[0].string == "title")
    for role in ["pool", "target"] {
      #expect(
        try warnings(of: select).contains("no document of the \(role) has the field \"title\""))
    }
    _ = try run(["fit", "-q", "t", "-o", "m"])
    let weigh = try run(
      ["weigh", "--target-model", "m", "--pool-model", "m", "p", "-o", "w"] + options)
    #expect(weigh.errors.contains("no document of the pool has"), "\(weigh.errors)")
    #expect(try JSON(weigh.output).missing_fields[0].string == "title")
  }

  @Test func `So it is of compare, explain, and results that are used again`() throws {
    let options = ["--text-field", "text,title", "--json"]
    let compare = try run(
      ["compare", "--target", "t", "--selected", "p", "--pool", "p"] + options)
    for side in ["target", "selected", "pool"] {
      #expect(try JSON(compare.output)[side].missing_fields[0].string == "title")
    }
    #expect(try JSON(compare.output).random_arm.missing_fields.isNull)
    #expect(compare.errors.contains("no document of the selection has"), "\(compare.errors)")
    let explain = try run(["explain", "--target", "t", "--pool", "p", "p"] + options)
    #expect(try JSON(explain.output).missing_fields[0].string == "title", "\(explain.errors)")
    #expect(explain.errors.contains("no document of the target and the pool has"))
    for _ in 1...2 {
      let fit = try run(["fit", "--work-dir", "work", "t", "-o", "m2", "--force"] + options)
      #expect(try JSON(fit.output).missing_fields[0].string == "title", "\(fit.output)")
    }
    // Another shard that has it.
    try directory.write("{\"text\":\"some words\",\"title\":\"one\"}\n", to: "t2")
    let fit = try run(["fit", "--work-dir", "work", "t", "t2", "-o", "m2", "--force"] + options)
    #expect(try JSON(fit.output).missing_fields.isNull)
    #expect(try JSON(fit.output).reused_inputs.int == 1)
  }

  @Test func `Ids are numbers or strings`() throws {
    let ids = ["7", "\"x\\n\"", "-1.5", "12345678901234567890", "1e3", "0.1", "\"7\""]
    try directory.write(
      ids.map { "{\"id\":\($0),\"text\":\"some words\"}\n" }.joined(), to: "ids")
    _ = try run(["fit", "-q", "t", "-o", "m"])
    try FileManager.default.createDirectory(
      at: directory.url.appendingPathComponent("documents"), withIntermediateDirectories: true)
    try directory.write(directory.read("ids"), to: "documents/ids")
    let weigh = ["weigh", "-q", "--id-field", "id", "--target-model", "m", "--pool-model", "m"]
    for isDolma in [false, true] {
      let run = try run(weigh + (isDolma ? ["documents/ids", "--format", "dolma"] : ["ids"]))
      let found = isDolma ? try directory.read("attributes/dsel/ids").rawLines : run.output.rawLines
      let shown = found.map {
        String(decoding: $0, as: UTF8.self).dropFirst(6).prefix { $0 != "," }
      }
      #expect(
        shown == ["7", "\"x\\n\"", "-1.5", "12345678901234567890", "1000", "0.1", "\"7\""],
        "\(shown)")
    }
  }

  @Test func `Records of all shapes in one file are read by one expression`() throws {
    let field =
      "messages[].(content[].text|content)|conversations[].value|(instruction,input,output)|text"
    let fit = try run(["fit", Fixtures.path("chats.jsonl"), "--text-field", field, "-o", "m"])
    #expect(fit.errors.contains("7 documents"), "\(fit.errors)")
  }
}
