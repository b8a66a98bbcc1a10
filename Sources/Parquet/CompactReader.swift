/// Reads Thrift's compact protocol, in which Parquet's footer and page headers are written.
///
/// Sizes in the bytes aren't trusted: nothing is allocated for them, and reading stops at the end.
struct CompactReader {
  enum Fault: Error {
    /// The bytes end inside a value.
    case endsEarly
    case invalid
  }

  /// The types of fields and elements.
  enum Kind: UInt8 {
    case yes = 1
    case no, byte, int16, int32, int64, double, binary, list, set, map, structure, uuid
  }

  /// Structures within structures, beyond which bytes can't be Parquet's.
  private static let largestDepth = 32

  private let bytes: [UInt8]
  private(set) var position: Int

  init(_ bytes: [UInt8], at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  private var remainingCount: Int { bytes.count - position }

  private mutating func byte() throws(Fault) -> UInt8 {
    guard position < bytes.count else { throw .endsEarly }
    position += 1
    return bytes[position - 1]
  }

  private mutating func unsigned() throws(Fault) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = try byte()
      if shift == 63, byte > 1 { throw .invalid }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .invalid
  }

  /// A signed integer of any size.
  mutating func integer() throws(Fault) -> Int {
    let value = try unsigned()
    return Int(bitPattern: UInt(value >> 1)) ^ -Int(value & 1)
  }

  /// A size or a count of what follows, each of which takes at least one byte.
  private mutating func count() throws(Fault) -> Int {
    guard let count = Int(exactly: try unsigned()), count <= Int(Int32.max) else { throw .invalid }
    guard count <= remainingCount else { throw .endsEarly }
    return count
  }

  mutating func binary() throws(Fault) -> [UInt8] {
    let count = try count()
    position += count
    return Array(bytes[position - count..<position])
  }

  mutating func int8() throws(Fault) -> Int8 { Int8(bitPattern: try byte()) }

  /// Calls `read` with the number and the kind of each field of a structure.
  ///
  /// It reads the value and returns true, or returns false, and the value is skipped.
  mutating func structure(
    _ read: (inout CompactReader, Int, Kind) throws(Fault) -> Bool
  ) throws(Fault) {
    try structure(depth: 0, read)
  }

  private mutating func structure(
    depth: Int, _ read: (inout CompactReader, Int, Kind) throws(Fault) -> Bool
  ) throws(Fault) {
    var number = 0
    while true {
      let head = try byte()
      if head == 0 { return }
      if head >> 4 == 0 {
        number = try integer()
        guard (0...Int(Int16.max)).contains(number) else { throw .invalid }
      } else {
        number += Int(head >> 4)
      }
      guard let kind = Kind(rawValue: head & 15) else { throw .invalid }
      let isRead = try read(&self, number, kind)
      if !isRead { try skip(kind, depth: depth + 1) }
    }
  }

  /// Calls `read` with the kind of each element of a list.
  mutating func list(
    _ read: (inout CompactReader, Kind) throws(Fault) -> Void
  ) throws(Fault) {
    let (kind, count) = try listHead()
    for _ in 0..<count { try read(&self, kind) }
  }

  private mutating func listHead() throws(Fault) -> (Kind, Int) {
    let head = try byte()
    guard let kind = Kind(rawValue: head & 15) else { throw .invalid }
    let count = head >> 4 == 15 ? try count() : Int(head >> 4)
    guard count <= remainingCount else { throw .endsEarly }
    return (kind, count)
  }

  private mutating func skip(_ kind: Kind, depth: Int) throws(Fault) {
    guard depth < Self.largestDepth else { throw .invalid }
    switch kind {
    case .yes, .no: break
    case .byte: _ = try byte()
    case .int16, .int32, .int64: _ = try unsigned()
    case .double: try skipBytes(8)
    case .uuid: try skipBytes(16)
    case .binary: try skipBytes(try count())
    case .list, .set:
      let (kind, count) = try listHead()
      for _ in 0..<count { try skipElement(kind, depth: depth + 1) }
    case .map:
      let count = try count()
      guard count > 0 else { return }
      let kinds = try byte()
      guard let key = Kind(rawValue: kinds >> 4), let value = Kind(rawValue: kinds & 15) else {
        throw .invalid
      }
      for _ in 0..<count {
        try skipElement(key, depth: depth + 1)
        try skipElement(value, depth: depth + 1)
      }
    case .structure:
      try structure(depth: depth) { _, _, _ throws(Fault) in false }
    }
  }

  /// Skips an element. There a boolean takes a byte, which it doesn't as a field.
  private mutating func skipElement(_ kind: Kind, depth: Int) throws(Fault) {
    if kind == .yes || kind == .no { _ = try byte() } else { try skip(kind, depth: depth) }
  }

  private mutating func skipBytes(_ count: Int) throws(Fault) {
    guard count <= remainingCount else { throw .endsEarly }
    position += count
  }
}
