/// Turns texts into feature ids, a block at a time, in memory of fixed size.
///
///     featurizer.begin()
///     while featurizer.nextBlock(of: text) {
///       for order in 1...settings.maximumOrder { use(featurizer.features(order: order)) }
///     }
///
/// A feature is one occurrence of an n-gram; its id is the n-gram's bucket. ``JoinedFeatureHasher`` tells how
/// `sha256` finds it; with `xxh3`,
/// - the hash of a token is XXH3-64 of its lower-cased UTF-8;
/// - the hash of an n-gram that ends at token i is g₁(i) = h(i) and, for m > 1,
///   gₘ(i) = (rotl(gₘ₋₁(i − 1), 29) + h(i)) × 0x9E3779B97F4A7C15 mod 2⁶⁴;
/// - its bucket is the high half of the 128-bit product of that hash and the number of buckets.
@safe package struct Featurizer: ~Copyable {
  package let settings: FeatureSettings
  /// The tokens of the text so far; all of them once ``nextBlock(of:)`` has returned false.
  package private(set) var tokenCount = 0

  private var tokenizer: Tokenizer
  private var hasher: TokenHasher
  /// What finds the ids instead, with `sha256`.
  private var joinedHasher: JoinedFeatureHasher?
  /// Hashes of the tokens: first those that earlier blocks left for longer n-grams, then the block's.
  private let hashes: UnsafeMutablePointer<UInt64>
  /// Hashes of the n-grams that end at the same place.
  private let grams: UnsafeMutablePointer<UInt64>
  /// The ids, order by order.
  private let ids: UnsafeMutablePointer<UInt32>
  private var idCounts: [Int]
  private var keptCount = 0
  private static let capacity = Tokenizer.capacity + FeatureSettings.maximumOrder

  package init(_ settings: FeatureSettings, tables: UnicodeTables) {
    self.init(settings, tables: tables, cacheSizes: JoinedFeatureHasher.CacheSizes())
  }

  init(
    _ settings: FeatureSettings, tables: UnicodeTables, cacheSizes: JoinedFeatureHasher.CacheSizes
  ) {
    self.settings = settings
    switch settings.hashing {
    case .xxh3: joinedHasher = nil
    case .sha256: joinedHasher = JoinedFeatureHasher(settings, cacheSizes: cacheSizes)
    }
    tokenizer = Tokenizer(settings.tokenizer, tables: tables)
    hasher = TokenHasher(capacity: Tokenizer.capacity)
    idCounts = Array(repeating: 0, count: settings.maximumOrder)
    // SAFETY: allocated here, freed in `deinit`; a segment has fewer than `capacity` tokens.
    unsafe hashes = .allocate(capacity: Self.capacity)
    unsafe grams = .allocate(capacity: Self.capacity)
    unsafe ids = .allocate(capacity: Self.capacity * settings.maximumOrder)
  }

  deinit {
    unsafe hashes.deallocate()
    unsafe grams.deallocate()
    unsafe ids.deallocate()
  }

  /// Prepares for a new text.
  package mutating func begin() {
    tokenizer.begin()
    joinedHasher?.begin()
    tokenCount = 0
    keptCount = 0
  }

  /// Finds the features that end in the next part of the text. Returns false when it is used up.
  ///
  /// - Parameter text: UTF-8, the same in each call since ``begin()``. Where blocks end
  ///   depends on the text alone.
  package mutating func nextBlock(of text: Span<UInt8>) -> Bool {
    guard tokenizer.nextSegment(of: text) else { return false }
    tokenCount += tokenizer.tokenCount
    if joinedHasher != nil {
      // SAFETY: a segment has fewer than `capacity` tokens, for which each order's ids have room.
      unsafe joinedHasher?.findFeatures(
        of: tokenizer, into: ids, stride: Self.capacity, counts: &idCounts)
      return true
    }
    // SAFETY: `keptCount` is below the maximum order, which `capacity` allows for.
    unsafe hasher.hashTokens(of: tokenizer, into: hashes + keptCount)
    findFeatures(from: keptCount, to: keptCount + tokenizer.tokenCount)
    return true
  }

  /// The ids of the block's n-grams of `order` tokens, by the place where they end.
  @_lifetime(borrow self)
  package func features(order: Int) -> Span<UInt32> {
    precondition((1...settings.maximumOrder).contains(order))
    // SAFETY: `findFeatures` wrote that many ids of the order, and `self` is borrowed meanwhile.
    let ids = unsafe UnsafeBufferPointer(
      start: ids + (order - 1) * Self.capacity, count: idCounts[order - 1])
    return unsafe _overrideLifetime(Span(_unsafeElements: ids), borrowing: self)
  }

  /// Computes the ids of the n-grams that end at the tokens `first..<end` of `hashes`, and keeps the
  /// hashes that the next block's n-grams begin with.
  private mutating func findFeatures(from first: Int, to end: Int) {
    let bucketCount = UInt64(settings.bucketCount)
    // SAFETY: `end` is at most `capacity`, the size of each array and of each order's ids.
    let hashes = unsafe hashes
    let grams = unsafe grams
    for index in first..<end {
      unsafe ids[index - first] = Self.bucket(hashes[index], bucketCount)
    }
    idCounts[0] = end - first
    if settings.maximumOrder > 1 {
      unsafe grams.update(from: hashes, count: end)
    }
    for order in stride(from: 2, through: settings.maximumOrder, by: 1) {
      let idsOfOrder = unsafe ids + (order - 1) * Self.capacity
      let firstEnd = max(first, order - 1)
      // Backwards, so that the n-gram before this one is still one token shorter.
      for index in stride(from: end - 1, through: order - 1, by: -1) {
        let shorter = unsafe grams[index - 1]
        let gram =
          unsafe ((shorter &<< 29 | shorter &>> 35) &+ hashes[index]) &* 0x9E37_79B9_7F4A_7C15
        unsafe grams[index] = gram
        if index >= firstEnd {
          unsafe idsOfOrder[index - firstEnd] = Self.bucket(gram, bucketCount)
        }
      }
      idCounts[order - 1] = max(0, end - firstEnd)
    }
    keptCount = min(end, settings.maximumOrder - 1)
    unsafe hashes.update(from: hashes + (end - keptCount), count: keptCount)
  }

  @inline(__always)
  private static func bucket(_ hash: UInt64, _ bucketCount: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: hash.multipliedFullWidth(by: bucketCount).high)
  }
}
