internal import Files

/// Counts of the longest n-grams, by the number of the context's node and the last symbol.
///
/// Open addressing, 12 bytes per slot. Whole keys are stored, so no two n-grams can be confused.
struct CountTable: ~Copyable {
  /// Not 0, which is an empty slot: a longest n-gram has a context other than the root.
  private var keys = LargeTable<UInt64>(count: 1 << 10)
  private var counts = LargeTable<UInt32>(count: 1 << 10)
  private var usedCount = 0

  /// The count of an n-gram; 0 if it was never added.
  func count(of key: NodeKey) -> UInt32 {
    let slot = Self.slot(of: key, in: keys.span)
    return counts.span[slot]
  }

  /// Counts n-grams.
  ///
  /// - Parameters:
  ///   - symbols: their last symbols.
  ///   - contexts: the nodes of the symbols before these; n-grams without a node are left out.
  ///   - foundNew: called with the contexts of n-grams that are new.
  mutating func add(
    _ symbols: Span<UInt32>, after contexts: [UInt32], foundNew: (UInt32) -> Void
  ) {
    while usedCount + symbols.count > keys.count / 8 * 5 { grow() }
    Self.add(symbols, after: contexts, &keys, &counts, &usedCount, foundNew)
  }

  private static func add(
    _ symbols: Span<UInt32>, after contexts: [UInt32], _ keyTable: inout LargeTable<UInt64>,
    _ countTable: inout LargeTable<UInt32>, _ usedCount: inout Int, _ foundNew: (UInt32) -> Void
  ) {
    var keys = keyTable.mutableSpan
    var counts = countTable.mutableSpan
    for place in symbols.indices where contexts[place] != NodeTable.none {
      let key = NodeKey(contexts[place], symbols[place])
      let slot = Self.slot(of: key, in: keys.span)
      counts[slot] += 1
      if counts[slot] == 1 {
        keys[slot] = key.value
        usedCount += 1
        foundNew(contexts[place])
      }
    }
  }

  /// The slot of a key, which is empty if the key isn't there.
  @inline(__always)
  private static func slot(of key: NodeKey, in keys: Span<UInt64>) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: key.hash) & mask
    while keys[slot] != 0, keys[slot] != key.value { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    var largerKeys = LargeTable<UInt64>(count: keys.count * 2)
    var largerCounts = LargeTable<UInt32>(count: keys.count * 2)
    Self.copy(keys.span, counts.span, &largerKeys, &largerCounts)
    keys = largerKeys
    counts = largerCounts
  }

  private static func copy(
    _ keys: Span<UInt64>, _ counts: Span<UInt32>, _ largerKeys: inout LargeTable<UInt64>,
    _ largerCounts: inout LargeTable<UInt32>
  ) {
    var newKeys = largerKeys.mutableSpan
    var newCounts = largerCounts.mutableSpan
    for old in keys.indices where keys[old] != 0 {
      let slot = slot(of: NodeKey(value: keys[old]), in: newKeys.span)
      newKeys[slot] = keys[old]
      newCounts[slot] = counts[old]
    }
  }
}
