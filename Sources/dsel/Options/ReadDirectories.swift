import Files
import Platform
import Reading
import Writing

/// The directories in which a run has looked for documents.
///
/// An output there would be one of the documents of the next run.
final class ReadDirectories: Sendable {
  private struct Directory {
    var path: String
    var status: FileStatus
  }

  private let directories = Lock<[Directory]>([])

  func note(_ paths: [String]) {
    directories.withLock { directories in
      for path in paths {
        guard let status = try? FileStatus(path: path) else { continue }
        directories.append(Directory(path: path, status: status))
      }
    }
  }

  /// Warnings about outputs that are there now, and that another run would find.
  ///
  /// - Parameter outputs: files, and directories of shards.
  func warnings(of outputs: [String]) -> [String] {
    directories.withLock { directories in
      guard !directories.isEmpty else { return [] }
      let found = outputs.compactMap { path in
        Self.directory(of: path, directories).map { (path: path, directory: $0) }
      }
      guard let first = found.first else { return [] }
      let (them, place) = found.count == 1 ? ("it", "is") : ("them", "are")
      return [
        "\(found.map(\.path).joined(separator: ", ")) \(place) in \(first.directory), where documents "
          + "were looked for: another run would read \(them), too. Write to another directory."
      ]
    }
  }

  /// The directory in which a search would find an output; nil if there is none.
  private static func directory(of path: String, _ directories: [Directory]) -> String? {
    guard let status = try? FileStatus(path: path), status.kind != .other else { return nil }
    let isDirectory = status.kind == .directory
    guard isDirectory || isFound(String(path.lastPathPart)) else { return nil }
    let start = path.utf8.first == UInt8(ascii: "/") ? "" : FileName.workingDirectory() ?? ""
    var parts: [Substring] = []
    for part in "\(start)/\(path)".utf8.split(separator: UInt8(ascii: "/")) {
      if part.elementsEqual("..".utf8) {
        _ = parts.popLast()
      } else if !part.elementsEqual(".".utf8) {
        parts.append(Substring(part))
      }
    }
    if !isDirectory, parts.popLast()?.utf8.first == UInt8(ascii: ".") { return nil }
    while true {
      if let status = try? FileStatus(path: "/\(parts.joined(separator: "/"))"),
        let found = directories.first(where: { $0.status.isSameFile(as: status) })
      {
        return found.path
      }
      // A search passes over hidden names.
      guard let name = parts.popLast(), name.utf8.first != UInt8(ascii: ".") else { return nil }
    }
  }

  /// Whether a search takes the file for one of documents.
  private static func isFound(_ name: String) -> Bool {
    DocumentFormats.haveName(name) && !name.endsInBytes(of: ShardDirectory.manifestName)
  }
}
