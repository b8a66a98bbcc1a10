internal import CProgram
internal import Platform

/// File names as strings, without losing a byte.
///
/// To the kernel, a name is bytes, which are mostly but not always UTF-8. In the string, each byte
/// that is not part of valid UTF-8 becomes one private-use scalar, U+10FE00 plus the byte. A name
/// that already contains such a scalar has it escaped in the same way, byte by byte. So every name
/// has one string, and that string gives back exactly the same bytes, even after it has passed
/// through a manifest, a file of weights, or any program that keeps UTF-8. (Python uses lone
/// surrogates for this, which are not UTF-8.)
///
/// Names come in by ``string(_:)`` from the command line, the environment and directories. They go
/// out by ``withBytes(of:_:)``, which every call to the kernel uses.
package enum FileName {
  /// Added to a byte that is not part of valid UTF-8.
  ///
  /// It lies in the private use area of plane 16, where hardly anyone has characters.
  private static let base: UInt32 = 0x10_FE00
  /// In UTF-8, all scalars that stand for bytes begin with these, and only 64 others do.
  private static let lead: (UInt8, UInt8, ClosedRange<UInt8>) = (0xF4, 0x8F, 0xBA...0xBB)

  /// The string for the bytes of a name.
  ///
  /// - Complexity: O(*n*), where *n* is the number of bytes.
  package static func string(_ bytes: some Sequence<UInt8>) -> String {
    var string = ""
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      if let (scalar, count) = validScalar(rest), byte(of: scalar) == nil {
        string.unicodeScalars.append(scalar)
        rest = rest.dropFirst(count)
      } else {
        let byte = rest.removeFirst()
        string.unicodeScalars.append(scalar(of: byte))
      }
    }
    return string
  }

  /// The bytes of a name.
  package static func bytes(of name: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(name.utf8.count)
    for scalar in name.unicodeScalars {
      if let byte = byte(of: scalar) { bytes.append(byte) } else { bytes += scalar.utf8 }
    }
    return bytes
  }

  /// The byte that a scalar stands for; nil for all other scalars.
  package static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    guard (base + 0x80...base + 0xFF).contains(scalar.value) else { return nil }
    return UInt8(scalar.value - base)
  }

  /// Calls `body` with the bytes of a name, followed by a NUL.
  static func withBytes<Result>(
    of name: String, _ body: (UnsafePointer<CChar>) throws -> Result
  ) rethrows -> Result {
    guard mayHaveEscapes(name) else { return try unsafe name.withCString(body) }
    // SAFETY: the array outlives the call, and ends with a NUL.
    return try unsafe body(bytes(of: name).map(CChar.init(bitPattern:)) + [0])
  }

  /// The string for a name that ends with a NUL.
  @unsafe package static func string(_ name: UnsafePointer<CChar>) -> String {
    let bytes = unsafe UnsafeRawBufferPointer(start: name, count: strlen(name))
    let string = unsafe String(decoding: bytes, as: UTF8.self)
    // Nearly every name is valid UTF-8 and needs no escapes.
    if unsafe string.utf8.elementsEqual(bytes), !mayHaveEscapes(string) { return string }
    return unsafe Self.string(Array(bytes))
  }

  /// The arguments of the command line, without the name of the command.
  package static func arguments() -> [String] {
    // SAFETY: nothing here changes the arguments, which live as long as the process.
    guard let arguments = unsafe dsel_arguments() else {
      return (1..<max(1, Int(CommandLine.argc))).compactMap { index in
        unsafe CommandLine.unsafeArgv[index].map { unsafe string($0) }
      }
    }
    return (1..<max(1, Int(dsel_argument_count()))).compactMap { index in
      unsafe arguments[index].map { unsafe string($0) }
    }
  }

  /// The working directory; nil if it has been removed, or has no path.
  package static func workingDirectory() -> String? {
    // SAFETY: with no buffer, getcwd allocates one of the path's size, which is freed here.
    guard let path = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(path) }
    return unsafe string(path)
  }

  /// Makes a directory the working directory.
  ///
  /// - Returns: whether it is there.
  package static func changeDirectory(to path: String) -> Bool {
    // SAFETY: chdir reads the path during the call only.
    unsafe withBytes(of: path) { unsafe chdir($0) == 0 }
  }

  /// The value of an environment variable.
  package static func environment(_ variable: String) -> String? {
    // SAFETY: nothing here changes the environment while the string is copied.
    unsafe getenv(variable).map { unsafe string($0) }
  }

  private static func mayHaveEscapes(_ name: String) -> Bool {
    var (last, lastButOne): (UInt8, UInt8) = (0, 0)
    for byte in name.utf8 {
      if lead.2.contains(byte), last == lead.1, lastButOne == lead.0 { return true }
      (lastButOne, last) = (last, byte)
    }
    return false
  }

  private static func scalar(of byte: UInt8) -> Unicode.Scalar {
    guard let scalar = Unicode.Scalar(base + UInt32(byte)) else {
      preconditionFailure("no surrogate is in that range")
    }
    return scalar
  }

  /// The first scalar and its number of bytes; nil if the bytes begin with no valid UTF-8.
  private static func validScalar(_ bytes: ArraySlice<UInt8>) -> (Unicode.Scalar, Int)? {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    return (scalar, UTF8.width(scalar))
  }
}

extension StringProtocol {
  /// Whether the bytes end with those of `suffix`.
  ///
  /// `hasSuffix` compares characters: to it, ".zst" isn't the end of a name in which a combining
  /// mark follows the dot.
  package func endsInBytes(of suffix: some StringProtocol) -> Bool {
    utf8.count >= suffix.utf8.count && utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  package func beginsWithBytes(of prefix: some StringProtocol) -> Bool {
    utf8.starts(with: prefix.utf8)
  }

  /// The parts of a path.
  ///
  /// The kernel splits at a slash even if a combining mark follows it, where a character view sees
  /// no slash.
  package func pathParts(omittingEmpty: Bool = false) -> [SubSequence] {
    utf8.split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: omittingEmpty
    ).map { self[$0.startIndex..<$0.endIndex] }
  }

  /// The name after the last slash, or all of it if there is none.
  package var lastPathPart: SubSequence {
    utf8.indices.reversed().first { utf8[$0] == UInt8(ascii: "/") }
      .map { self[utf8.index(after: $0)...] } ?? self[...]
  }
}
