internal import Files

/// Finds n-grams of an evaluation set by their keys: a table with open addressing.
///
/// A slot has 32 bits of the key, and the place of the n-gram's first token plus one. The tokens
/// themselves decide whether two n-grams are equal.
struct GramTable: ~Copyable, Sendable {
  /// 0 is an empty slot.
  private var slots: LargeTable<UInt64>
  private(set) var count = 0

  /// - Parameter capacity: the largest number of n-grams to insert. There are half as many slots
  ///   more.
  init(capacity: Int) {
    slots = LargeTable(count: capacity + capacity / 2 + 1)
  }

  /// Inserts an n-gram, unless an equal one is there.
  ///
  /// - Parameter isEqual: whether the n-gram at a place is equal.
  mutating func insert(_ key: UInt64, place: Int, isEqual: (Int) -> Bool) {
    let slot = search(key, isEqual).slot
    var slots = slots.mutableSpan
    guard slots[slot] == 0 else { return }
    slots[slot] = (key << 32) | UInt64(place + 1)
    count += 1
  }

  /// The place of an n-gram; nil if there is none.
  ///
  /// - Parameter isEqual: whether the n-gram at a place is equal.
  func find(_ key: UInt64, isEqual: (Int) -> Bool) -> Int? {
    let content = search(key, isEqual).content
    return content == 0 ? nil : Self.place(content)
  }

  /// The slot of an n-gram, or the empty one where it would be.
  private func search(
    _ key: UInt64, _ isEqual: (Int) -> Bool
  ) -> (slot: Int, content: UInt64) {
    let slots = slots.span
    var slot = home(key)
    while slots[slot] != 0 {
      if Self.agree(slots[slot], key), isEqual(Self.place(slots[slot])) { break }
      slot = slot + 1 < slots.count ? slot + 1 : 0
    }
    return (slot, slots[slot])
  }

  /// The upper bits of the key choose the slot, and the lower ones are in it.
  private func home(_ key: UInt64) -> Int {
    Int(key.multipliedFullWidth(by: UInt64(slots.count)).high)
  }

  private static func agree(_ slot: UInt64, _ key: UInt64) -> Bool {
    UInt32(truncatingIfNeeded: slot >> 32) == UInt32(truncatingIfNeeded: key)
  }

  private static func place(_ slot: UInt64) -> Int { Int(slot & 0xFFFF_FFFF) - 1 }
}
