internal import Files
internal import Platform
package import Reading
internal import Writing

/// The files of documents that paths, directories and lists name.
///
///     var found = FoundFiles()
///     try found.add("pool/")
///     found.paths   // pool/a.jsonl.zst, pool/b/c.jsonl, …
///
/// In a directory, names decide: its files with the endings of ``DocumentFormats`` are taken, from
/// all directories below, sorted by the bytes of their paths in it. Hidden names, which begin with
/// a dot, and dsel's own manifests are passed over. Files that commands read are taken as well.
/// Links are followed, and each directory is read once, so links in a circle do no harm.
package struct FoundFiles: Sendable {
  /// Files of a directory that are left out because of their names.
  package struct LeftOut: Sendable, Equatable {
    package var directory: String
    package var count: Int
    /// The first of them.
    package var example: String
  }

  package private(set) var paths: [String] = []
  /// One per directory that was named and has such files.
  package private(set) var leftOut: [LeftOut] = []
  /// The directories that were named.
  package private(set) var directories: [String] = []

  /// The commands that read some files.
  private let readers: ReaderSettings

  package init(readers: ReaderSettings = ReaderSettings()) { self.readers = readers }

  /// Whether a command reads the file of a name, which need not exist then.
  func isReadByCommand(_ name: String) -> Bool { readers.rule(for: name) != nil }

  /// Adds the files of a directory, or a path as it is, whatever it is.
  ///
  /// - Throws: ``PipelineError/input(_:)`` if a directory can't be read, or has no file of
  ///   documents.
  package mutating func add(_ path: String) throws(PipelineError) {
    // What can't be looked up is reported when it is opened.
    guard (try? FileStatus(path: path))?.kind == .directory else {
      paths.append(path)
      return
    }
    directories.append(path)
    var search = DirectorySearch(path, readers)
    do throws(SystemError) { try search.run() } catch {
      throw .input(.reading(.system(error), line: nil))
    }
    let others = search.others.first.map {
      LeftOut(directory: path, count: search.others.count, example: $0)
    }
    guard !search.documents.isEmpty else {
      throw .input(.list(.noDocuments(directory: path, others)))
    }
    paths += search.documents
    if let others { leftOut.append(others) }
  }
}

/// A walk through a directory.
private struct DirectorySearch {
  /// Both sorted by the bytes of the paths.
  private(set) var documents: [String] = []
  private(set) var others: [String] = []
  private let root: String
  private let readers: ReaderSettings
  /// The directories that have been found.
  private var known: Set<Identity> = []

  /// The identity of a directory, which links to it share.
  private struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64

    init(_ status: FileStatus) { (device, inode) = (status.device, status.inode) }
  }

  init(_ directory: String, _ readers: ReaderSettings) {
    self.readers = readers
    var end = directory.utf8[...]
    while end.last == UInt8(ascii: "/") { end.removeLast() }
    root = String(directory[..<end.endIndex]) + "/"
  }

  mutating func run() throws(SystemError) {
    if let status = try FileStatus(path: root) { known.insert(Identity(status)) }
    // Paths relative to the root; the last one is next.
    var waiting = [""]
    while let directory = waiting.popLast() {
      // In an order of its own, so that of two links to a directory always the same one counts.
      waiting += try read(directory).reversed()
    }
    documents = Self.sorted(documents).map { root + $0 }
    others = Self.sorted(others).map { root + $0 }
  }

  /// Reads a directory, and returns those in it.
  private mutating func read(_ directory: String) throws(SystemError) -> [String] {
    var directories: [String] = []
    let names = Self.sorted(try File.entries(of: root + directory))
    for name in names where name.utf8.first != UInt8(ascii: ".") {
      let path = directory + name
      let status = try status(path)
      switch status?.kind {
      case .directory?:
        if let status, known.insert(Identity(status)).inserted { directories.append(path + "/") }
      case .regular?, nil:
        if Self.isManifest(name) { continue }
        // A link that leads nowhere is reported when it is opened.
        let isDocuments =
          DocumentFormats.haveName(name) || readers.rule(for: root + path) != nil
        if isDocuments { documents.append(path) } else { others.append(path) }
      case .other?: others.append(path)
      }
    }
    return directories
  }

  /// - Returns: nil for a link that leads nowhere.
  private func status(_ path: String) throws(SystemError) -> FileStatus? {
    do throws(SystemError) { return try FileStatus(path: root + path) } catch {
      if error.code == ELOOP { return nil }
      throw error
    }
  }

  private static func isManifest(_ name: String) -> Bool {
    name.endsInBytes(of: ".\(ShardDirectory.manifestName)")
      || ExactString(name) == ExactString(ShardDirectory.manifestName)
  }

  private static func sorted(_ paths: [String]) -> [String] {
    paths.map { (path: $0, bytes: FileName.bytes(of: $0)) }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.map(\.path)
  }
}
