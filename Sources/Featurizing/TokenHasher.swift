internal import CVector
internal import CXXHash
internal import Files

/// Hashes the tokens of a segment with XXH3-64.
///
/// ``CVector`` hashes tokens of up to 16 bytes, which are nearly all, and libxxhash the others.
@safe struct TokenHasher: ~Copyable {
  private let kernels: Kernels
  /// The numbers of the longer tokens.
  private let longer: UnsafeMutablePointer<UInt32>
  /// The state for a token that comes in parts.
  ///
  /// The first such token creates it.
  private var partState: OpaquePointer?

  /// - Parameter capacity: the most tokens in a segment.
  init(capacity: Int, kernels: Kernels = .chosen) {
    self.kernels = kernels
    // SAFETY: allocated here, freed in `deinit`. There is room for all tokens and 8 more.
    unsafe longer = .allocate(capacity: capacity + 8)
    unsafe partState = nil
  }

  deinit {
    unsafe longer.deallocate()
    if let partState = unsafe partState { unsafe _ = XXH3_freeState(partState) }
  }

  /// Writes the hashes of the segment's tokens to `hashes`, which has room for all of them, and
  /// takes in the segment's unfinished part.
  @unsafe
  mutating func hashTokens(
    of tokenizer: borrowing Tokenizer, into hashes: UnsafeMutablePointer<UInt64>
  ) {
    // A token that continues from an earlier segment may have no bytes here. `hashParts` handles
    // it.
    let first = tokenizer.continuesPart ? min(1, tokenizer.tokenCount) : 0
    unsafe hashWhole(tokenizer, from: first, into: hashes)
    unsafe hashParts(of: tokenizer, into: hashes)
  }

  /// Hashes tokens of up to 16 bytes all at once, and the few others one by one.
  @unsafe
  private func hashWhole(
    _ tokenizer: borrowing Tokenizer, from first: Int, into hashes: UnsafeMutablePointer<UInt64>
  ) {
    let bytes = unsafe tokenizer.bytes
    let starts = unsafe tokenizer.starts
    let ends = unsafe tokenizer.ends
    // SAFETY: tokens lie within the tokenizer's bytes, and more than 7 bytes can be read after
    // each. `longer` has room for all of them and more.
    let longer = unsafe longer
    let longerCount = unsafe dsel_hash(
      kernels.backend, bytes, starts + first, ends + first, tokenizer.tokenCount - first,
      hashes + first, longer)
    for index in 0..<longerCount {
      let token = unsafe first + Int(longer[index])
      let start = unsafe Int(starts[token])
      unsafe hashes[token] = XXH3_64bits(bytes + start, Int(ends[token]) - start)
    }
  }

  /// Ends the hash of a token that began in an earlier segment, and begins or continues that of a
  /// token which this segment doesn't finish.
  @unsafe
  private mutating func hashParts(
    of tokenizer: borrowing Tokenizer, into hashes: UnsafeMutablePointer<UInt64>
  ) {
    var isContinued = tokenizer.continuesPart
    if isContinued, tokenizer.tokenCount > 0 {
      // SAFETY: the first token exists, and begins at the first byte.
      unsafe _ = XXH3_64bits_update(partState, tokenizer.bytes, Int(tokenizer.ends[0]))
      unsafe hashes[0] = XXH3_64bits_digest(partState)
      isContinued = false
    }
    guard let part = tokenizer.unfinishedPart else { return }
    if !isContinued {
      if unsafe partState == nil { unsafe partState = XXH3_createState() }
      precondition(unsafe partState != nil, "out of memory for a hash state")
      unsafe XXH3_64bits_reset(partState)
    }
    unsafe _ = XXH3_64bits_update(partState, tokenizer.bytes + part.lowerBound, part.count)
  }
}
