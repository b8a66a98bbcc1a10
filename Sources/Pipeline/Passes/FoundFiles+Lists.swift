internal import Files
internal import Platform
internal import Reading

/// Lists of files, as `find` and `git ls-files` write them.
extension FoundFiles {
  /// Adds the files that a list names, and those in the directories that it names.
  ///
  /// The list has one name per line. Names are taken whole, with their blanks, commas and stars.
  /// Empty ones are passed over. A relative name is relative to the working directory.
  ///
  /// - Parameters:
  ///   - list: a path, or `-` for standard input.
  ///   - endsInNUL: whether a NUL byte ends each name, and not a line end.
  /// - Throws: ``PipelineError/input(_:)`` if the list can't be read or has no names, or if there
  ///   is no file of a name.
  package mutating func add(listedIn list: String, endsInNUL: Bool) throws(PipelineError) {
    var names = try NameReader(list, endsInNUL: endsInNUL)
    var isEmpty = true
    while let name = try names.next() {
      let path = FileName.string(name)
      if path == "-" || File.isPipedInput(path) {
        throw .input(.list(.standardInput(path: names.path, line: names.number)))
      }
      if isReadByCommand(path) {
        try add(path)
        isEmpty = false
        continue
      }
      do throws(SystemError) {
        guard try FileStatus(path: path) != nil else {
          throw SystemError(.open, path, code: ENOENT)
        }
      } catch {
        throw names.failure(error, at: name)
      }
      try add(path)
      isEmpty = false
    }
    guard !isEmpty else { throw .input(.list(.empty(path: names.path))) }
  }
}

/// Reads the names of a list.
private struct NameReader: ~Copyable {
  /// A path may have as many bytes on Linux.
  private static let longestName = 4096
  private static let blockByteCount = 1 << 16

  let path: String
  private let endsInNUL: Bool
  private let file: File
  private var buffer = ByteBuffer()
  private var position = 0
  private var isAtEnd = false
  /// The number of the last name, from 1; empty ones count.
  private(set) var number = 0

  init(_ list: String, endsInNUL: Bool) throws(PipelineError) {
    do throws(SystemError) {
      if list != "-", try FileStatus(path: list)?.kind == .directory {
        throw SystemError(.read, list, code: EISDIR)
      }
      file = list == "-" ? File.standardInput() : try File(reading: list)
    } catch {
      throw error.code == EISDIR
        ? .input(.list(.isDirectory(path: list))) : .input(.reading(.system(error), line: nil))
    }
    path = file.path
    self.endsInNUL = endsInNUL
  }

  /// The next name that isn't empty; nil at the end.
  ///
  /// - Throws: ``PipelineError/input(_:)``
  mutating func next() throws(PipelineError) -> [UInt8]? {
    while let bytes = try nextBytes() {
      var name = bytes[...]
      if !endsInNUL {
        guard !name.contains(0) else { throw .input(.list(.endsInNUL(path: path))) }
        if name.last == UInt8(ascii: "\r") { name.removeLast() }
        if number == 1, name.starts(with: [0xEF, 0xBB, 0xBF]) { name.removeFirst(3) }
      }
      guard name.count < Self.longestName else { throw tooLong(name) }
      if !name.isEmpty { return Array(name) }
    }
    return nil
  }

  /// The error for a name under which nothing can be found.
  func failure(_ error: SystemError, at name: [UInt8]) -> PipelineError {
    if let error = otherContent(name) { return .input(.list(error)) }
    let fault =
      error.isMissingFile && Shard.isRemote(error.path)
      ? ReadingError.remote(path: error.path) : .system(error)
    return .input(.list(.noFile(path: path, line: number, fault)))
  }

  private func tooLong(_ name: some Collection<UInt8>) -> PipelineError {
    .input(.list(otherContent(name) ?? .nameTooLong(path: path, line: number)))
  }

  /// What the list seems to be, if the first name isn't one.
  private func otherContent(_ name: some Collection<UInt8>) -> ListError? {
    guard number == 1 else { return nil }
    if name.first == UInt8(ascii: "{") { return .documents(path: path) }
    if !endsInNUL, name.contains(0) { return .endsInNUL(path: path) }
    return endsInNUL && name.contains(UInt8(ascii: "\n")) ? .endsInLineEnds(path: path) : nil
  }

  /// The bytes up to the next end of a name, or to that of the list.
  private mutating func nextBytes() throws(PipelineError) -> [UInt8]? {
    while true {
      let end = buffer.span.firstIndex(of: endsInNUL ? 0 : UInt8(ascii: "\n"), from: position)
      if end != nil || (isAtEnd && position < buffer.count) {
        let range = position..<(end ?? buffer.count)
        position = end.map { $0 + 1 } ?? buffer.count
        number += 1
        return range.map { buffer.span[$0] }
      }
      guard !isAtEnd else { return nil }
      buffer.removeFirst(position)
      position = 0
      guard buffer.count <= Self.longestName else {
        number += 1
        throw tooLong((0..<buffer.count).map { buffer.span[$0] })
      }
      do throws(SystemError) { try fill() } catch {
        throw .input(.reading(.system(error), line: nil))
      }
    }
  }

  private mutating func fill() throws(SystemError) {
    try buffer.reserve(additional: Self.blockByteCount)
    var count = 0
    let before = buffer.count
    // Moved out of `self` for a moment: it and the file can't both be borrowed from there.
    var filled = ByteBuffer()
    swap(&filled, &buffer)
    defer { swap(&filled, &buffer) }
    try filled.append(upTo: Self.blockByteCount) { output throws(SystemError) in
      count = try file.read(into: &output)
    }
    isAtEnd = count == 0 && filled.count == before
  }
}
