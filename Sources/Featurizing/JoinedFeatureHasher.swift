/// The buckets of the DSIR reference: SHA-256 of an n-gram's tokens joined by one space, read as a
/// big-endian number, modulo the number of buckets.
///
/// A hash takes about 60 ns, and most n-grams of a text have occurred in earlier texts. So a
/// ``TokenCache`` numbers the tokens, and a ``GramCache`` remembers the buckets of n-grams by the
/// numbers of their tokens. Both caches compare complete keys, so their content never changes the
/// result.
///
/// If a token is too long for the cache or lies in an earlier segment, its n-grams are hashed from
/// bytes, or from ``suffixes``: the hash states of the text's last tokens.
@safe struct JoinedFeatureHasher: ~Copyable {
  /// The sizes of the caches.
  ///
  /// By default they take 4 + 16 MiB.
  struct CacheSizes {
    var tokenCount = 1 << 17
    var gramCount = 1 << 20
    /// At least ``Tokenizer/capacity``.
    ///
    /// The bits of a key bound it as well.
    var numberLimit = UInt32.max
  }

  private let maximumOrder: Int
  private let modulus: DigestModulus
  private var tokens: TokenCache
  private var grams: GramCache
  /// The bits of each token number in the key of an n-gram, with the last token lowest.
  ///
  /// No number is 0, so n-grams of different lengths have different keys.
  private let bitsPerNumber: UInt128

  /// The numbers of the tokens: first those that earlier segments left for longer n-grams, then
  /// those of the segment.
  ///
  /// 0 for a token without a number.
  private let numbers: UnsafeMutablePointer<UInt32>
  /// The keys of the n-grams that end at the same place; 0 if a token has no number.
  private let keys: UnsafeMutablePointer<UInt128>
  /// The hashes of the segment's tokens, by which the cache finds them.
  private let hashes: UnsafeMutablePointer<UInt64>
  /// The bytes of one n-gram.
  private let joined: UnsafeMutablePointer<UInt8>
  /// The number of look-ups that cache lines are fetched ahead.
  ///
  /// This hides most of the memory's latency.
  private static let lookAhead = 16
  private static let capacity = Tokenizer.capacity + FeatureSettings.maximumOrder
  private static let joinedCapacity =
    (FeatureSettings.maximumOrder + 1) * (TokenCache.longestToken + 1)

  /// The number of the text's last tokens that earlier segments left: n − 1, or fewer at the start
  /// of a text.
  private var keptCount = 0
  /// At m − 1: the hash state of the last m tokens, joined, for m up to ``keptCount``.
  private var suffixes: [SHA256]
  /// At m − 1: the state of m tokens of which the last is the unfinished one, as far as it has
  /// come.
  private var unfinished: [SHA256]

  init(_ settings: FeatureSettings, cacheSizes: CacheSizes = CacheSizes()) {
    maximumOrder = settings.maximumOrder
    modulus = DigestModulus(bucketCount: settings.bucketCount)
    let bits = min(31, GramCache.keyBits / settings.maximumOrder)
    bitsPerNumber = UInt128(bits)
    precondition(cacheSizes.numberLimit >= UInt32(Tokenizer.capacity))
    tokens = TokenCache(
      capacity: cacheSizes.tokenCount,
      numberLimit: min(cacheSizes.numberLimit, 1 << UInt32(bits) - 1))
    grams = GramCache(capacity: cacheSizes.gramCount)
    suffixes = Array(repeating: SHA256(), count: settings.maximumOrder)
    unfinished = suffixes
    // SAFETY: allocated here, freed in `deinit`. A segment has fewer than `Tokenizer.capacity`
    // tokens, and at most the maximum order less one are kept.
    unsafe numbers = .allocate(capacity: Self.capacity)
    unsafe keys = .allocate(capacity: Self.capacity)
    unsafe hashes = .allocate(capacity: Self.capacity)
    unsafe joined = .allocate(capacity: Self.joinedCapacity)
  }

  deinit {
    unsafe numbers.deallocate()
    unsafe keys.deallocate()
    unsafe hashes.deallocate()
    unsafe joined.deallocate()
  }

  /// Prepares for a new text.
  mutating func begin() { keptCount = 0 }

  /// Finds the buckets of the n-grams that end in a segment, and takes in its unfinished part.
  ///
  /// - Parameters:
  ///   - ids: receives the buckets of order m at (m − 1) × `stride`, in the order of the n-grams'
  ///     ends.
  ///   - counts: receives the number of buckets of each order.
  @unsafe
  mutating func findFeatures(
    of tokenizer: borrowing Tokenizer, into ids: UnsafeMutablePointer<UInt32>, stride: Int,
    counts: inout [Int]
  ) {
    for index in counts.indices { counts[index] = 0 }
    // The numbers must not run out within a segment: one number would then mean two tokens.
    if tokens.unusedNumberCount < Tokenizer.capacity { forgetNumbers() }
    var first = 0
    if tokenizer.continuesPart, tokenizer.tokenCount > 0 {
      unsafe extendUnfinished(by: tokenizer.bytes, count: Int(tokenizer.ends[0]))
      unsafe finishToken(into: ids, stride: stride, counts: &counts)
      first = 1
    }
    if first < tokenizer.tokenCount {
      unsafe findFeatures(of: tokenizer, from: first, into: ids, stride: stride, counts: &counts)
    }
    if let part = tokenizer.unfinishedPart {
      if !tokenizer.continuesPart || tokenizer.tokenCount > 0 { beginUnfinished() }
      unsafe extendUnfinished(by: tokenizer.bytes + part.lowerBound, count: part.count)
    }
  }

  private mutating func forgetNumbers() {
    tokens.removeAll()
    grams.removeAll()
    // SAFETY: the arrays have room for this many.
    for index in 0..<keptCount { unsafe numbers[index] = 0 }
  }

  // MARK: Tokens of one piece

  /// Finds the buckets of the n-grams that end at the tokens from `first` on.
  @unsafe
  private mutating func findFeatures(
    of tokenizer: borrowing Tokenizer, from first: Int, into ids: UnsafeMutablePointer<UInt32>,
    stride: Int, counts: inout [Int]
  ) {
    let kept = keptCount
    let end = kept + tokenizer.tokenCount - first
    // SAFETY: `end` is at most `capacity`, which is also `stride`, the room for the ids of
    // each order.
    unsafe numberTokens(of: tokenizer, from: first, into: ids + counts[0])
    counts[0] += end - kept
    if maximumOrder > 1 {
      for index in 0..<end { unsafe keys[index] = UInt128(numbers[index]) }
    }
    for order in Swift.stride(from: 2, through: maximumOrder, by: 1) {
      let firstEnd = max(kept, order - 1)
      let idsOfOrder = unsafe ids + (order - 1) * stride + counts[order - 1]
      // Backwards, so that the n-gram before this one is still one token shorter.
      for index in Swift.stride(from: end - 1, through: order - 1, by: -1) {
        let shorter = unsafe keys[index - 1]
        let number = unsafe UInt128(numbers[index])
        let key = shorter == 0 || number == 0 ? 0 : shorter &<< bitsPerNumber | number
        unsafe keys[index] = key
      }
      for index in firstEnd..<max(firstEnd, min(firstEnd + Self.lookAhead, end)) {
        unsafe grams.prefetch(keys[index])
      }
      for index in firstEnd..<max(firstEnd, end) {
        if index + Self.lookAhead < end { unsafe grams.prefetch(keys[index + Self.lookAhead]) }
        let key = unsafe keys[index]
        if key != 0, let bucket = grams.bucket(of: key) {
          unsafe idsOfOrder[index - firstEnd] = bucket
        } else {
          let start = index - order + 1
          let bucket = unsafe modulus.bucket(
            of: digest(
              of: tokenizer, tokens: first + max(start - kept, 0)...(first + index - kept),
              keptCount: max(kept - start, 0)))
          if key != 0 { grams.insert(key, bucket: bucket) }
          unsafe idsOfOrder[index - firstEnd] = bucket
        }
      }
      counts[order - 1] += max(0, end - firstEnd)
    }
    unsafe keepSuffixes(of: tokenizer, from: first)
  }

  /// Numbers the tokens from `first` on, after those that were kept, and finds their buckets.
  @unsafe
  private mutating func numberTokens(
    of tokenizer: borrowing Tokenizer, from first: Int, into ids: UnsafeMutablePointer<UInt32>
  ) {
    // SAFETY: tokens lie within the tokenizer's bytes, and the bytes of a key can be read after
    // each. `ids` and `numbers` have room for all tokens.
    let bytes = unsafe tokenizer.bytes
    let starts = unsafe tokenizer.starts
    let ends = unsafe tokenizer.ends
    let numbers = unsafe numbers + keptCount - first
    let ids = unsafe ids - first
    let hashes = unsafe hashes
    let end = tokenizer.tokenCount
    for index in first..<end {
      let start = unsafe Int(starts[index])
      // The hash of a token that is too long is useless but harmless.
      let length = unsafe min(Int(ends[index]) - start, TokenCache.longestToken)
      unsafe hashes[index] = TokenCache.Key(bytes + start, length: length).hash
    }
    for index in first..<min(first + Self.lookAhead, end) { unsafe tokens.prefetch(hashes[index]) }
    for index in first..<end {
      if index + Self.lookAhead < end {
        unsafe tokens.prefetch(hashes[index + Self.lookAhead])
      }
      let start = unsafe Int(starts[index])
      let length = unsafe Int(ends[index]) - start
      guard length <= TokenCache.longestToken else {
        unsafe numbers[index] = 0
        unsafe ids[index] = modulus.bucket(
          of: SHA256.digest(of: bytes + start, count: length))
        continue
      }
      let key = unsafe TokenCache.Key(bytes + start, length: length)
      let value: TokenCache.Value
      if let known = unsafe tokens.value(of: key, hash: hashes[index]) {
        value = known
      } else {
        let digest = unsafe SHA256.digest(of: bytes + start, count: length)
        value = tokens.insert(key, bucket: modulus.bucket(of: digest))
      }
      unsafe numbers[index] = value.number
      unsafe ids[index] = value.bucket
    }
  }

  /// The hash of tokens of the segment, after the last `keptCount` of the tokens before it.
  @unsafe
  private mutating func digest(
    of tokenizer: borrowing Tokenizer, tokens: ClosedRange<Int>, keptCount: Int
  ) -> SHA256.Digest {
    let bytes = unsafe tokenizer.bytes
    let starts = unsafe tokenizer.starts
    let ends = unsafe tokenizer.ends
    if keptCount == 0 {
      var count = 0
      var index = tokens.lowerBound
      // SAFETY: `joined` has room for the largest number of tokens of this length and one more. A
      // token is copied together with the bytes after it, up to that length.
      while true {
        let start = unsafe Int(starts[index])
        let length = unsafe Int(ends[index]) - start
        guard length <= TokenCache.longestToken else { break }
        unsafe (joined + count).update(from: bytes + start, count: TokenCache.longestToken)
        count += length
        if index == tokens.upperBound { return unsafe SHA256.digest(of: joined, count: count) }
        unsafe joined[count] = 0x20
        count += 1
        index += 1
      }
    }
    return unsafe state(of: tokenizer, tokens: tokens, keptCount: keptCount).digest()
  }

  /// The hash state of tokens of the segment, after the last `keptCount` of the tokens before it.
  @unsafe
  private func state(
    of tokenizer: borrowing Tokenizer, tokens: ClosedRange<Int>, keptCount: Int
  ) -> SHA256 {
    var state = keptCount > 0 ? suffixes[keptCount - 1] : SHA256()
    for index in tokens {
      if keptCount > 0 || index > tokens.lowerBound { state.update(0x20) }
      // SAFETY: tokens lie within the tokenizer's bytes.
      let start = unsafe Int(tokenizer.starts[index])
      unsafe state.update(tokenizer.bytes + start, count: Int(tokenizer.ends[index]) - start)
    }
    return state
  }

  /// Keeps the data that the next segment's n-grams begin with, after the segment's tokens from
  /// `first` on.
  @unsafe
  private mutating func keepSuffixes(of tokenizer: borrowing Tokenizer, from first: Int) {
    let count = tokenizer.tokenCount - first
    let newCount = min(maximumOrder - 1, keptCount + count)
    // The longest first: the state that it continues still exists.
    for order in Swift.stride(from: newCount, through: 1, by: -1) {
      let start = max(first, tokenizer.tokenCount - order)
      unsafe suffixes[order - 1] = state(
        of: tokenizer, tokens: start...(tokenizer.tokenCount - 1), keptCount: max(0, order - count))
    }
    // SAFETY: there are `keptCount + count` numbers, and no more than those are kept.
    unsafe numbers.update(from: numbers + keptCount + count - newCount, count: newCount)
    keptCount = newCount
  }

  // MARK: A token in parts

  /// Begins a token that will come in parts.
  private mutating func beginUnfinished() {
    unfinished[0] = SHA256()
    for order in Swift.stride(from: 2, through: min(maximumOrder, keptCount + 1), by: 1) {
      unfinished[order - 1] = suffixes[order - 2]
      unfinished[order - 1].update(0x20)
    }
  }

  /// Takes in a part of the token.
  @unsafe
  private mutating func extendUnfinished(by bytes: UnsafePointer<UInt8>, count: Int) {
    for order in 1...min(maximumOrder, keptCount + 1) {
      // SAFETY: the caller vouches for the bytes, which are part of a segment.
      unsafe unfinished[order - 1].update(bytes, count: count)
    }
  }

  /// Finds the buckets of the n-grams that end at the token, and keeps it as the last token.
  @unsafe
  private mutating func finishToken(
    into ids: UnsafeMutablePointer<UInt32>, stride: Int, counts: inout [Int]
  ) {
    for order in 1...min(maximumOrder, keptCount + 1) {
      // SAFETY: there are `stride` ids of each order.
      unsafe ids[(order - 1) * stride] = modulus.bucket(of: unfinished[order - 1].digest())
      counts[order - 1] = 1
    }
    let newCount = min(maximumOrder - 1, keptCount + 1)
    for order in 0..<newCount { suffixes[order] = unfinished[order] }
    // SAFETY: `capacity` has room for this many and one more. The token has no number.
    unsafe numbers[keptCount] = 0
    unsafe numbers.update(from: numbers + keptCount + 1 - newCount, count: newCount)
    keptCount = newCount
  }
}
