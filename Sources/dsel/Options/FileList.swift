import ArgumentParser
import Files

/// Lists of files on the command line: an option may be given again, and one argument may name several files, with commas
/// between them. A path that exists is taken whole, with its commas and equals signs.
enum FileList {
  /// The most pieces between commas that are one path.
  private static let longestPath = 8

  /// - Parameter option: by which the arguments came, for a message.
  /// - Throws: `ValidationError`
  static func paths(_ arguments: [String], option: String) throws -> [String] {
    try arguments.flatMap { try pieces($0, option: option) }
  }

  /// Files with names before them: a name holds for the files behind it, up to the next name or the argument's end.
  ///
  /// - Throws: `ValidationError`
  static func named(_ arguments: [String], option: String) throws -> [NamedFile] {
    try arguments.flatMap { argument -> [NamedFile] in
      var file = NamedFile(argument)
      guard file.name != nil else {
        // What comes behind a comma may have one.
        return try named(pieces(argument, option: option), name: nil)
      }
      let paths = try pieces(file.path, option: option, of: argument)
      file.path = paths[0]
      return try [file] + named(Array(paths.dropFirst()), name: file.name)
    }
  }

  private static func named(_ paths: [String], name: String?) throws -> [NamedFile] {
    var name = name
    return paths.map { path in
      var file = NamedFile(path)
      name = file.name ?? name
      file.name = name
      return file
    }
  }

  private static func pieces(
    _ paths: String, option: String, of argument: String? = nil
  ) throws -> [String] {
    let argument = argument ?? paths
    guard paths.utf8.contains(UInt8(ascii: ",")), !exists(paths) else {
      if paths.isEmpty {
        throw ValidationError(
          argument.isEmpty ? "\(option) is empty. Name a file." : noName(option, argument))
      }
      return [paths]
    }
    var pieces = paths.utf8.split(
      separator: UInt8(ascii: ","), omittingEmptySubsequences: false
    ).map { Substring($0) }[...]
    var result: [String] = []
    while !pieces.isEmpty {
      // One that exists, or else several that do together.
      let counts = (1...min(pieces.count, longestPath))
      let count = counts.first { exists(pieces.prefix($0).joined(separator: ",")) } ?? 1
      let path = pieces.prefix(count).joined(separator: ",")
      guard !path.isEmpty else { throw ValidationError(noName(option, argument)) }
      result.append(path)
      pieces = pieces.dropFirst(count)
    }
    return result
  }

  private static func noName(_ option: String, _ argument: String) -> String {
    "\(option) '\(argument)' has a place without a file's name. Write it like a.jsonl,b.jsonl."
  }

  static func exists(_ path: String) -> Bool {
    !path.isEmpty && (try? FileStatus(path: path)) != nil
  }
}

/// `[name=]file` on the command line. A name is of letters, digits, `_` and `-`, and has no dots, which lead into objects
/// where weights are read. A file that exists and whose own name looks so is taken whole.
struct NamedFile {
  var name: String?
  var path: String

  init(_ argument: String) {
    if let sign = argument.utf8.firstIndex(of: UInt8(ascii: "=")), sign != argument.startIndex,
      argument.utf8[..<sign].allSatisfy(Self.isOfName), !FileList.exists(argument)
    {
      name = String(argument[..<sign])
      path = String(argument[argument.utf8.index(after: sign)...])
    } else {
      path = argument
    }
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
