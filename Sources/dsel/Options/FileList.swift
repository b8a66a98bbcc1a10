import ArgumentParser
import Files

/// Lists of files on the command line.
///
/// An option may be repeated, and one argument may name several files, separated by commas. An
/// existing path is taken whole, with its commas and equals signs.
enum FileList {
  /// The largest number of pieces between commas that may form one path.
  private static let longestPath = 8

  /// - Parameter option: the option of the arguments, for a message.
  /// - Throws: `ValidationError`
  static func paths(_ arguments: [String], option: String) throws -> [String] {
    try arguments.flatMap { try pieces($0, option: option) }
  }

  /// Files with optional names before them.
  ///
  /// A name holds for the files after it, up to the next name or the end of the argument.
  ///
  /// - Throws: `ValidationError`
  static func named(_ arguments: [String], option: String) throws -> [NamedFile] {
    try arguments.flatMap { argument -> [NamedFile] in
      var file = NamedFile(argument)
      guard file.name != nil else {
        // A piece after a comma may have a name.
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
      // One existing file, or else several that all exist.
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
    "\(option) '\(argument)' has an empty file name. Write it like a.jsonl,b.jsonl."
  }

  static func exists(_ path: String) -> Bool {
    !path.isEmpty && (try? FileStatus(path: path)) != nil
  }
}
