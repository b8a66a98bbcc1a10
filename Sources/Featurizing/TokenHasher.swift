internal import CVector
internal import CXXHash
internal import Files

/// Hashes the tokens of a segment with XXH3-64.
///
/// A branch predictor can't guess the lengths of tokens. So the tokens are first sorted by the four
/// length classes of XXH3, without a branch, and then hashed class by class.
@safe struct TokenHasher: ~Copyable {
  private static let classCount = 4
  private let capacity: Int
  /// Whether short tokens are hashed by ``CVector``.
  private let usesVectors: Bool
  /// The numbers of the tokens of each class.
  private let members: UnsafeMutablePointer<UInt32>
  /// The number of tokens of each class.
  private let memberCounts: UnsafeMutablePointer<Int>
  /// The state for a token that comes in parts.
  ///
  /// The first such token creates it.
  private var partState: OpaquePointer?

  /// - Parameter capacity: the most tokens in a segment.
  init(capacity: Int, usesVectors: Bool = Vectors.areSupported) {
    self.capacity = capacity
    self.usesVectors = usesVectors
    // SAFETY: allocated here, freed in `deinit`. Each class has room for all tokens.
    unsafe members = .allocate(capacity: Self.classCount * capacity)
    unsafe memberCounts = .allocate(capacity: Self.classCount)
    unsafe partState = nil
  }

  deinit {
    unsafe members.deallocate()
    unsafe memberCounts.deallocate()
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
    if usesVectors {
      unsafe hashWithVectors(tokenizer, from: first, into: hashes)
    } else {
      unsafe hashByClass(tokenizer, from: first, into: hashes)
    }
    unsafe hashParts(of: tokenizer, into: hashes)
  }

  /// Hashes tokens of up to 8 bytes eight at a time, and the others one by one.
  @unsafe
  private func hashWithVectors(
    _ tokenizer: borrowing Tokenizer, from first: Int, into hashes: UnsafeMutablePointer<UInt64>
  ) {
    let bytes = unsafe tokenizer.bytes
    let starts = unsafe tokenizer.starts
    let ends = unsafe tokenizer.ends
    // SAFETY: tokens lie within the tokenizer's bytes, and more than 7 bytes can be read after
    // each. `members` has room for all of them and more.
    let others = unsafe members
    let otherCount = unsafe dsel_vector_hash(
      bytes, starts + first, ends + first, tokenizer.tokenCount - first, hashes + first, others)
    for index in 0..<otherCount {
      let token = unsafe first + Int(others[index])
      let start = unsafe Int(starts[token])
      let count = unsafe Int(ends[token]) - start
      unsafe hashes[token] =
        count <= 16
        ? XXH3.hash9to16(bytes + start, count: count) : XXH3.hash(bytes + start, count: count)
    }
  }

  /// Sorts the tokens by length class, and hashes one class after the other.
  @unsafe
  private func hashByClass(
    _ tokenizer: borrowing Tokenizer, from first: Int, into hashes: UnsafeMutablePointer<UInt64>
  ) {
    let count = tokenizer.tokenCount
    let bytes = unsafe tokenizer.bytes
    let starts = unsafe tokenizer.starts
    let ends = unsafe tokenizer.ends
    let members = unsafe members
    // SAFETY: tokens lie within the tokenizer's bytes, and each class in `members` has room for all
    // of them.
    let counts = unsafe memberCounts
    for index in 0..<Self.classCount { unsafe counts[index] = 0 }
    for token in first..<count {
      // A negative difference has its top bit set. So the class is a sum, and needs no branch.
      let length = unsafe ends[token] &- starts[token]
      let isOver3 = (3 &- length) &>> 31
      let isOver8 = (8 &- length) &>> 31
      let isOver16 = (16 &- length) &>> 31
      let lengthClass = Int(truncatingIfNeeded: isOver3 &+ isOver8 &+ isOver16)
      let place = unsafe counts[lengthClass]
      unsafe members[lengthClass &* capacity &+ place] = UInt32(truncatingIfNeeded: token)
      unsafe counts[lengthClass] = place &+ 1
    }
    let second = unsafe members + capacity
    let third = unsafe second + capacity
    let fourth = unsafe third + capacity
    for index in 0..<(unsafe counts[0]) {
      let token = unsafe Int(members[index])
      let start = unsafe Int(starts[token])
      unsafe hashes[token] = XXH3.hash1to3(bytes + start, count: Int(ends[token]) - start)
    }
    for index in 0..<(unsafe counts[1]) {
      let token = unsafe Int(second[index])
      let start = unsafe Int(starts[token])
      unsafe hashes[token] = XXH3.hash4to8(bytes + start, count: Int(ends[token]) - start)
    }
    for index in 0..<(unsafe counts[2]) {
      let token = unsafe Int(third[index])
      let start = unsafe Int(starts[token])
      unsafe hashes[token] = XXH3.hash9to16(bytes + start, count: Int(ends[token]) - start)
    }
    for index in 0..<(unsafe counts[3]) {
      let token = unsafe Int(fourth[index])
      let start = unsafe Int(starts[token])
      unsafe hashes[token] = XXH3.hash(bytes + start, count: Int(ends[token]) - start)
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
