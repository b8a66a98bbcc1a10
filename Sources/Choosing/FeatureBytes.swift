/// A record's features as compact bytes, for files.
///
/// In the order of their ranks, each feature is a number 2 d + r: d is the difference from the rank
/// before, and r is 1 if the feature occurs more than once. Then its count follows. Numbers are
/// written in groups of seven bits, the lowest first, with the high bit set in all but the last
/// (LEB128).
package enum FeatureBytes {
  /// - Complexity: O(*n* log *n*) for *n* features.
  package static func encode(_ record: CandidateRecord, in words: Span<UInt32>) -> [UInt8] {
    // Each feature as one number: its rank, and below it its count.
    var numbers: [UInt64] = []
    numbers.reserveCapacity(record.featureCount)
    for index in record.single { numbers.append(UInt64(words[index]) << 32 | 1) }
    for index in stride(from: record.repeated.lowerBound, to: record.repeated.upperBound, by: 2) {
      numbers.append(UInt64(words[index]) << 32 | UInt64(words[index + 1]))
    }
    numbers.sort()
    var bytes: [UInt8] = []
    var before: UInt64 = 0
    for number in numbers {
      let (rank, count) = (number >> 32, number & 0xFFFF_FFFF)
      append(2 * (rank - before) + (count > 1 ? 1 : 0), to: &bytes)
      if count > 1 { append(count, to: &bytes) }
      before = rank
    }
    return bytes
  }

  /// Appends a record with these features.
  ///
  /// - Parameter rankCount: ranks are below it.
  /// - Returns: false if the bytes don't encode such features; then nothing is appended.
  /// - Complexity: O(*n*) for *n* bytes.
  package static func decode(
    _ bytes: [UInt8], candidate: Int, rankCount: Int, into words: inout [UInt32]
  ) -> Bool {
    var single: [UInt32] = []
    var repeated: [UInt32] = []
    var rank: UInt64 = 0
    var (index, isFirst) = (0, true)
    while index < bytes.count {
      guard let number = take(bytes, &index) else { return false }
      // Ranks rise.
      guard isFirst || number > 1, number < UInt64(UInt32.max) else { return false }
      isFirst = false
      rank += number / 2
      guard rank < UInt64(rankCount) else { return false }
      if number & 1 == 0 {
        single.append(UInt32(rank))
      } else {
        guard let count = take(bytes, &index), count > 1, count <= UInt64(UInt32.max) else {
          return false
        }
        repeated += [UInt32(rank), UInt32(count)]
      }
    }
    words += [UInt32(candidate), UInt32(single.count), UInt32(repeated.count / 2)]
    words += single
    words += repeated
    return true
  }

  /// Whole numbers, in groups of seven bits.
  package static func encode(_ numbers: [UInt64]) -> [UInt8] {
    var bytes: [UInt8] = []
    for number in numbers { append(number, to: &bytes) }
    return bytes
  }

  /// - Returns: nil if the bytes don't encode numbers.
  package static func numbers(_ bytes: [UInt8]) -> [UInt64]? {
    var numbers: [UInt64] = []
    var index = 0
    while index < bytes.count {
      guard let number = take(bytes, &index) else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private static func take(_ bytes: [UInt8], _ index: inout Int) -> UInt64? {
    var (number, shift): (UInt64, UInt64) = (0, 0)
    while index < bytes.count, shift < 63 {
      let byte = bytes[index]
      index += 1
      number |= UInt64(byte & 0x7F) << shift
      // A number has no groups of zeros at its end.
      if byte < 0x80 { return byte == 0 && shift > 0 ? nil : number }
      shift += 7
    }
    return nil
  }
}
