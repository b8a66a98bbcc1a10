internal import Files
internal import Pipeline

/// Warnings about input files.
enum InputWarnings {
  /// All warnings about the files of one role after a pass.
  static func all(_ inputs: [InputRecord], role: String) -> [String] {
    skipped(inputs, role: role) + odd(inputs) + repeatedContent(inputs)
  }

  // MARK: Skipped lines

  static func skipped(_ inputs: [InputRecord], role: String) -> [String] {
    skipped(inputs.map { ($0.path, $0.skippedLines ?? [:]) }, role: role)
  }

  /// - Parameter files: the files, with their numbers of skipped lines by reason.
  static func skipped(
    _ files: [(path: String, counts: [ExactString: Int])], role: String
  ) -> [String] {
    let touched = files.map { ($0.path, $0.counts.values.reduce(0, +)) }.filter { $0.1 > 0 }
    guard !touched.isEmpty else { return [] }
    let count = touched.reduce(0) { $0 + $1.1 }
    let all = files.reduce(into: [:]) { $0.merge($1.counts, uniquingKeysWith: +) }
    var places = touched.prefix(mostFiles).map { path, count in
      touched.count == 1 ? path : "\(path) (\(Format.count(count)))"
    }
    if touched.count > mostFiles {
      places.append(Format.count(touched.count - mostFiles, "more file"))
    }
    return [
      "\(Format.count(count, "invalid line")) of the "
        + "\(role) \(count == 1 ? "was" : "were") skipped (\(reasons(all))), in "
        + "\(places.joined(separator: ", "))."
    ]
  }

  /// The reasons with their counts, ordered by name.
  static func reasons(_ counts: [ExactString: Int]) -> String {
    counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }
      .map { "\($0.key) \(Format.count($0.value))" }.joined(separator: ", ")
  }

  /// Above this number of files, only the number is shown.
  private static let mostFiles = 5

  /// Fields of a list, such as `a,b`, that no document has.
  static func missingFields(_ names: [String]?, role: String) -> [String] {
    guard let names, !names.isEmpty else { return [] }
    let list = Format.list(names.map { "\"\($0)\"" }, "or")
    let (fields, them) = names.count == 1 ? ("field", "name") : ("fields", "names")
    return [
      "no document of the \(role) has the \(fields) \(list) of its text. Check the \(them): the "
        + "texts are joined without."
    ]
  }

  /// The field of `--domain-field`, if no document has it.
  static func missingDomain(_ name: String?) -> [String] {
    guard let name else { return [] }
    return [
      "--domain-field: no document has a value in the field \"\(name)\". Check its name: dots lead "
        + "into objects."
    ]
  }

  // MARK: Odd files

  /// Files that may be damaged or cut short.
  static func odd(_ inputs: [InputRecord]) -> [String] {
    var warnings: [String] = []
    if let files = Format.files(inputs.filter { $0.checksum == false }.map(\.path)) {
      warnings.append(
        "without a checksum: \(files). Damage to such a file can go unnoticed. The zstd command "
          + "writes one by default, and libraries have an option for it.")
    }
    let empty = inputs.filter { $0.documents == 0 && $0.skippedLines == nil }
    return warnings + Self.empty(empty.map(\.path))
  }

  /// Files without a document: they have no bytes, only blank lines, or an empty compressed stream.
  static func empty(_ paths: [String]) -> [String] {
    Format.files(paths).map { ["empty: \($0). Check that nothing was lost."] } ?? []
  }

  /// Files of one role with the same bytes: the effect is that of one file named twice.
  static func repeatedContent(_ inputs: [InputRecord]) -> [String] {
    struct Content: Hashable {
      var bytes: Int
      var xxh3: String
    }
    // The dictionary is only looked up, so its order has no influence.
    var known: [Content: InputRecord] = [:]
    var repeats: [(path: String, other: String)] = []
    for input in inputs where input.documents > 0 {
      let content = Content(bytes: input.bytes, xxh3: input.xxh3)
      if let other = known[content] {
        if ExactString(other.path) != ExactString(input.path) {
          repeats.append((input.path, other.path))
        }
      } else {
        known[content] = input
      }
    }
    guard let one = repeats.first else { return [] }
    let more = repeats.count - 1
    let others = more == 0 ? "" : " (and \(Format.count(more, "more such file")))"
    return [
      "\(one.path) has the same bytes as \(one.other)\(others): its documents count twice. Leave "
        + "one of them out."
    ]
  }
}
