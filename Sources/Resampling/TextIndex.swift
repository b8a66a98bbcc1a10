internal import Files

/// An index of entries by their texts, with open addressing.
///
/// Each slot holds a part of the hash beside the entry's place. Entries lie all over the memory,
/// and so they are only looked at if they are probably the same.
struct TextIndex: Sendable {
  /// The number of entries warmed at a time.
  static let batchSize = 32

  /// The fingerprint in the upper 32 bits, and the place plus one in the lower; 0 is empty.
  ///
  /// ``slotCount`` slots are in use.
  private var slots: [UInt64] = []
  private var slotCount = 0
  /// A Bloom filter with 16 to 32 bits per entry, three of which are set, all in one word.
  ///
  /// About 1 % of look-ups for new texts go on to the slots, which lie all over the memory.
  private var filter: [UInt64] = []
  private var filterShift: UInt64 = 63
  private var warmed: UInt64 = 0

  /// Empties the index for new entries, and uses its memory again: new pages cost more than
  /// everything else in an index.
  ///
  /// - Parameter capacity: the largest number of entries to insert. There are twice as many slots.
  mutating func begin(capacity: Int) {
    slotCount = 2 * capacity
    Self.clear(&slots, count: slotCount)
    // At least one bit: a shift by 64 would be no shift.
    let bits = max(1, Int.bitWidth - (16 * capacity - 1).leadingZeroBitCount - 6)
    Self.clear(&filter, count: 1 << bits)
    filterShift = UInt64(64 - bits)
  }

  private static func clear(_ words: inout [UInt64], count: Int) {
    if words.count < count {
      words = []
      words.reserveLargeCapacity(count)
      words.append(contentsOf: repeatElement(0, count: count))
    } else {
      var words = words.mutableSpan
      for index in 0..<count { words[index] = 0 }
    }
  }

  /// Touches the slots of entries that will be looked up soon.
  ///
  /// The memory then fetches them all at once, instead of one after the other.
  mutating func warm(for entries: Span<Candidate>) {
    var sum: UInt64 = 0
    for index in entries.indices {
      let mixed = BloomFilter.mix(entries[index].textHash)
      sum &+= slots[home(mixed)] &+ filter[Int(mixed >> filterShift)]
    }
    // Keeps the compiler from leaving the loop out.
    warmed = sum
  }

  private func home(_ mixed: UInt64) -> Int {
    Int(mixed.multipliedFullWidth(by: UInt64(slotCount)).high)
  }

  /// The place of an entry with the same text; nil if there is none.
  func find(_ entry: Candidate, in entries: Span<Candidate>) -> Int? {
    let mixed = BloomFilter.mix(entry.textHash)
    let mask = BloomFilter.mask(mixed)
    guard filter[Int(mixed >> filterShift)] & mask == mask else { return nil }
    return look(for: entry, in: entries).found
  }

  /// The place of an entry with the same text.
  ///
  /// If there is none, the entry is inserted with `place`.
  mutating func find(_ entry: Candidate, in entries: Span<Candidate>, orInsert place: Int) -> Int? {
    let (found, slot, fingerprint) = look(for: entry, in: entries)
    if found == nil {
      slots[slot] = fingerprint | UInt64(place + 1)
      let mixed = BloomFilter.mix(entry.textHash)
      filter[Int(mixed >> filterShift)] |= BloomFilter.mask(mixed)
    }
    return found
  }

  private func look(
    for entry: Candidate, in entries: Span<Candidate>
  ) -> (found: Int?, slot: Int, fingerprint: UInt64) {
    let mixed = BloomFilter.mix(entry.textHash)
    let fingerprint = mixed &<< 32
    var slot = home(mixed)
    while slots[slot] != 0 {
      let (content, place) = (slots[slot], Int(slots[slot] & 0xFFFF_FFFF) - 1)
      if content & ~0xFFFF_FFFF == fingerprint, entries[place].hasSameText(as: entry) {
        return (place, slot, fingerprint)
      }
      slot = slot + 1 < slotCount ? slot + 1 : 0
    }
    return (nil, slot, fingerprint)
  }
}
