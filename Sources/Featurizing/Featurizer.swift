internal import CVector
internal import Files

/// Turns texts into feature ids, one block at a time, in memory of fixed size.
///
///     featurizer.begin()
///     while featurizer.nextBlock(of: text) {
///       for order in 1...settings.maximumOrder { use(featurizer.features(order: order)) }
///     }
///
/// A feature is one occurrence of an n-gram, and its id is the n-gram's bucket.
/// ``JoinedFeatureHasher`` describes how `sha256` finds it. With `xxh3`,
/// - the hash of a token is XXH3-64 of its lower-cased UTF-8;
/// - the hash of an n-gram that ends at token i is g₁(i) = h(i) and, for m > 1,
///   gₘ(i) = (rotl(gₘ₋₁(i − 1), 29) + h(i)) × 0x9E3779B97F4A7C15 mod 2⁶⁴;
/// - its bucket is the high half of the 128-bit product of that hash and the number of buckets.
@safe package struct Featurizer: ~Copyable {
  package let settings: FeatureSettings
  /// The number of tokens of the text so far, and of the whole text once ``nextBlock(of:)`` has
  /// returned false.
  package private(set) var tokenCount = 0

  private var tokenizer: Tokenizer
  private var hasher: TokenHasher
  /// Finds the ids instead, with `sha256`.
  private var joinedHasher: JoinedFeatureHasher?
  /// Hashes of the tokens: first those that earlier blocks left for longer n-grams, then those of
  /// the block.
  private let hashes: UnsafeMutablePointer<UInt64>
  /// Hashes of the n-grams that end at the same places, for the current order and for the one
  /// before.
  private let grams: UnsafeMutablePointer<UInt64>
  private let shorterGrams: UnsafeMutablePointer<UInt64>
  /// The ids, one order after the other.
  private let ids: UnsafeMutablePointer<UInt32>
  private var idCounts: [Int]
  /// The number of ids before them that belong to an earlier block.
  private var idOffsets: [Int]
  /// The tokens at the end of a block that the next block's n-grams begin with.
  private var kept = 0..<0
  /// Where the tokens of ``heldHashes`` begin in ``hashes``, and where those of the next block do.
  private var held = 0..<0
  /// The number of tokens that ``hashes`` has room for.
  private let hashCapacity: Int
  private let kernels: Kernels
  private static let capacity = Tokenizer.capacity + FeatureSettings.maximumOrder
  /// The number of blocks whose hashes are held, at least: usually eight times as many.
  private static let heldBlocks = 2

  /// - Parameter holdsHashes: whether to keep the hashes of tokens: see ``heldHashes``.
  package init(_ settings: FeatureSettings, tables: UnicodeTables, holdsHashes: Bool = false) {
    self.init(settings, tables: tables, holdsHashes: holdsHashes, kernels: .chosen)
  }

  init(
    _ settings: FeatureSettings, tables: UnicodeTables, holdsHashes: Bool = false,
    cacheSizes: JoinedFeatureHasher.CacheSizes = JoinedFeatureHasher.CacheSizes(),
    kernels: Kernels = .chosen
  ) {
    self.kernels = kernels
    self.settings = settings
    switch settings.hashing {
    case .xxh3: joinedHasher = nil
    case .sha256: joinedHasher = JoinedFeatureHasher(settings, cacheSizes: cacheSizes)
    }
    tokenizer = Tokenizer(settings.tokenizer, tables: tables, kernels: kernels)
    hasher = TokenHasher(capacity: Tokenizer.capacity, kernels: kernels)
    idCounts = Array(repeating: 0, count: settings.maximumOrder)
    idOffsets = idCounts
    // SAFETY: allocated here, freed in `deinit`. A segment has fewer than `capacity` tokens.
    hashCapacity = holdsHashes ? Self.heldBlocks * Self.capacity : Self.capacity
    unsafe hashes = .allocate(capacity: hashCapacity)
    unsafe grams = .allocate(capacity: Self.capacity)
    unsafe shorterGrams = .allocate(capacity: Self.capacity)
    unsafe ids = .allocate(capacity: Self.capacity * settings.maximumOrder)
  }

  deinit {
    unsafe hashes.deallocate()
    unsafe grams.deallocate()
    unsafe shorterGrams.deallocate()
    unsafe ids.deallocate()
  }

  /// Prepares for a new text.
  package mutating func begin() {
    tokenizer.begin()
    joinedHasher?.begin()
    tokenCount = 0
    kept = 0..<0
    held = 0..<0
  }

  /// Finds the features that end in the next part of the text.
  ///
  /// - Parameter text: UTF-8, and the same in each call since ``begin()``. The ends of blocks
  ///   depend only on the text.
  /// - Returns: false at the end of the text.
  /// - Complexity: O(*n*), where *n* is the length of a block.
  package mutating func nextBlock(of text: Span<UInt8>) -> Bool {
    guard tokenizer.nextSegment(of: text) else { return false }
    tokenCount += tokenizer.tokenCount
    if joinedHasher != nil {
      // SAFETY: a segment has fewer than `capacity` tokens, and the ids of each order have room for
      // them.
      unsafe joinedHasher?.findFeatures(
        of: tokenizer, into: ids, stride: Self.capacity, counts: &idCounts)
      return true
    }
    if isFull { dropHeldHashes() }
    // SAFETY: there is room for a segment's tokens, unless the hashes are full.
    unsafe hasher.hashTokens(of: tokenizer, into: hashes + held.upperBound)
    held = held.lowerBound..<(held.upperBound + tokenizer.tokenCount)
    // SAFETY: the kept tokens come right before those of the block.
    unsafe findFeatures(
      of: hashes + kept.lowerBound, from: kept.count, to: held.upperBound - kept.lowerBound)
    kept = max(kept.lowerBound, held.upperBound - (settings.maximumOrder - 1))..<held.upperBound
    return true
  }

  /// The ids of the block's n-grams of `order` tokens, in the order of their ends.
  @_lifetime(borrow self)
  package func features(order: Int) -> Span<UInt32> {
    precondition((1...settings.maximumOrder).contains(order))
    // SAFETY: `findFeatures` has written this many ids of the order there, and `self` is borrowed
    // meanwhile.
    let ids = unsafe UnsafeBufferPointer(
      start: ids + (order - 1) * Self.capacity + idOffsets[order - 1], count: idCounts[order - 1])
    return unsafe _overrideLifetime(Span(_unsafeElements: ids), borrowing: self)
  }

  /// XXH3-64 of each of the text's tokens so far, in their order, without those that were dropped;
  /// nil if features are hashed otherwise.
  ///
  /// To see them all, look at them whenever ``isFull`` is true before ``nextBlock(of:)``, which
  /// drops them then, and at the end.
  package var heldHashes: Span<UInt64>? {
    @_lifetime(borrow self)
    get {
      guard joinedHasher == nil else { return nil }
      // SAFETY: `nextBlock` has written these hashes, and `self` is borrowed meanwhile.
      let hashes = unsafe UnsafeBufferPointer(start: hashes + held.lowerBound, count: held.count)
      return unsafe _overrideLifetime(Span(_unsafeElements: hashes), borrowing: self)
    }
  }

  /// Whether the next block has no room behind the hashes that are held.
  package var isFull: Bool { held.upperBound + Tokenizer.capacity > hashCapacity }

  /// Moves the tokens that the next block's n-grams begin with to the front.
  private mutating func dropHeldHashes() {
    // SAFETY: both places are within the hashes, and may overlap.
    unsafe hashes.update(from: hashes + kept.lowerBound, count: kept.count)
    kept = 0..<kept.count
    held = kept.count..<kept.count
  }

  /// Computes the ids of the n-grams that end at the tokens `first..<end` of `hashes`.
  @unsafe
  private mutating func findFeatures(
    of hashes: UnsafePointer<UInt64>, from first: Int, to end: Int
  ) {
    idCounts[0] = end - first
    // SAFETY: `end` is at most `capacity`, the size of the other arrays and of each order's ids.
    unsafe findBuckets(of: hashes + first, count: end - first)
    var shorter = unsafe hashes
    var (next, afterNext) = unsafe (grams, shorterGrams)
    for order in stride(from: 2, through: settings.maximumOrder, by: 1) {
      // N-grams that end before `first` belong to an earlier block, but longer ones are made of
      // them.
      let count = max(0, end - (order - 1))
      idOffsets[order - 1] = max(0, first - (order - 1))
      idCounts[order - 1] = max(0, count - idOffsets[order - 1])
      // An n-gram's hash stands at the place of its first token.
      unsafe mix(shorter, with: hashes + (order - 1), count: count, into: next, order: order)
      unsafe shorter = UnsafePointer(next)
      unsafe swap(&next, &afterNext)
    }
  }

  /// Writes the buckets of single tokens.
  @unsafe
  private func findBuckets(of hashes: UnsafePointer<UInt64>, count: Int) {
    unsafe dsel_buckets(kernels.backend, hashes, count, UInt64(settings.bucketCount), ids)
  }

  /// Makes n-grams of `order` tokens from those that are one shorter and the tokens after them, and
  /// writes their buckets.
  @unsafe
  private func mix(
    _ shorter: UnsafePointer<UInt64>, with hashes: UnsafePointer<UInt64>, count: Int,
    into grams: UnsafeMutablePointer<UInt64>, order: Int
  ) {
    let isLast = order == settings.maximumOrder
    unsafe dsel_mix(
      kernels.backend, shorter, hashes, count, UInt64(settings.bucketCount), isLast ? nil : grams,
      ids + (order - 1) * Self.capacity)
  }
}
