/// The bytes of tokens.
extension Tokenizer {
  /// The bytes of one of the segment's tokens.
  ///
  /// If it continues a part, these are the rest of its bytes.
  func bytes(ofToken token: Int) -> [UInt8] {
    precondition(token < tokenCount)
    // SAFETY: tokens lie within the bytes used.
    let (start, end) = unsafe (Int(starts[token]), Int(ends[token]))
    return unsafe Array(UnsafeBufferPointer(start: bytes + start, count: end - start))
  }

  /// The bytes of ``unfinishedPart``; empty if there is none.
  var bytesOfUnfinishedPart: [UInt8] {
    guard let part = unfinishedPart else { return [] }
    // SAFETY: the part lies within the bytes used.
    return unsafe Array(
      UnsafeBufferPointer(start: bytes + part.lowerBound, count: part.count))
  }
}
