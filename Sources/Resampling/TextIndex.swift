internal import Files

/// Finds entries by their texts: open addressing, with a part of the hash beside each place, so that entries, which lie
/// all over the memory, are looked at only where they are likely the same.
struct TextIndex: Sendable {
  /// As many entries are warmed at a time.
  static let batchSize = 32

  /// The fingerprint above 32 bits, the place plus one in them; 0 is empty. ``slotCount`` of them are in use.
  private var slots: [UInt64] = []
  private var slotCount = 0
  /// A Bloom filter with three bits an entry, all in one word, and 16 to 32 bits of memory: of the look-ups for texts that
  /// aren't there about 1 % go on to the slots, which lie all over the memory.
  private var filter: [UInt64] = []
  private var filterShift: UInt64 = 63
  private var warmed: UInt64 = 0

  /// Empties the index. Memory of the last time is used again: new pages cost more than all else about an index.
  ///
  /// - Parameter capacity: the most entries that are inserted; half as many as there are slots.
  mutating func begin(capacity: Int) {
    slotCount = 2 * capacity
    Self.clear(&slots, count: slotCount)
    // A bit at least: a shift by 64 would be none.
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

  /// Looks at the slots of entries that are about to be looked for: the memory brings them all at once, instead of one after
  /// the other.
  mutating func warm(for entries: Span<Candidate>) {
    var sum: UInt64 = 0
    for index in entries.indices {
      let mixed = Self.mix(entries[index])
      sum &+= slots[home(mixed)] &+ filter[Int(mixed >> filterShift)]
    }
    // For the compiler, which would leave out what nobody wants.
    warmed = sum
  }

  private func home(_ mixed: UInt64) -> Int {
    Int(mixed.multipliedFullWidth(by: UInt64(slotCount)).high)
  }

  /// The place of an entry of the same text.
  func find(_ entry: Candidate, in entries: Span<Candidate>) -> Int? {
    let mixed = Self.mix(entry)
    let mask = Self.mask(mixed)
    guard filter[Int(mixed >> filterShift)] & mask == mask else { return nil }
    return look(for: entry, in: entries).found
  }

  /// Three bits of a word of the filter, by the lowest 18 bits of the mixed hash.
  private static func mask(_ mixed: UInt64) -> UInt64 {
    1 &<< (mixed & 63) | 1 &<< (mixed >> 6 & 63) | 1 &<< (mixed >> 12 & 63)
  }

  /// Mixed, since among equal keys the largest hashes are kept, whose high bits are all the same.
  private static func mix(_ entry: Candidate) -> UInt64 {
    entry.textHash &* 0x9E37_79B9_7F4A_7C15
  }

  /// The place of an entry of the same text. If there is none, `place` is from now on.
  mutating func find(_ entry: Candidate, in entries: Span<Candidate>, orInsert place: Int) -> Int? {
    let (found, slot, fingerprint) = look(for: entry, in: entries)
    if found == nil {
      slots[slot] = fingerprint | UInt64(place + 1)
      let mixed = Self.mix(entry)
      filter[Int(mixed >> filterShift)] |= Self.mask(mixed)
    }
    return found
  }

  private func look(
    for entry: Candidate, in entries: Span<Candidate>
  ) -> (found: Int?, slot: Int, fingerprint: UInt64) {
    let mixed = Self.mix(entry)
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
