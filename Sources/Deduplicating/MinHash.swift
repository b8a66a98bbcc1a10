/// How the numbers of a MinHash signature are joined into bands.
///
/// Two sets of similarity s agree in one number with probability s (Broder 1997), and so in all r
/// numbers of a band with probability sʳ. Of b bands they share at least one with probability
/// 1 − (1 − sʳ)ᵇ. Sets that share a band are compared exactly; others are not.
package struct MinHashBands: Sendable, Equatable {
  /// The number of bands: b.
  package let count: Int
  /// The numbers of a band: r.
  package let rowCount: Int

  /// All bands together have at most this many numbers.
  private static let mostNumbers = 128
  private static let mostRows = 16
  /// Sets of the given similarity share a band at least this often.
  private static let leastRecall = 0.99

  /// The most rows, and so the fewest needless comparisons, for which sets of this similarity are
  /// found in 99 of 100 cases. More similar sets are found more often.
  ///
  /// - Parameter similarity: above 0, at most 1.
  package init(similarity: Double) {
    var rowCount = 1
    for rows in 2...Self.mostRows
    where Self.recall(similarity, rows: rows, bands: Self.mostNumbers / rows) >= Self.leastRecall {
      rowCount = rows
    }
    self.rowCount = rowCount
    count = Self.mostNumbers / rowCount
  }

  /// 1 − (1 − sʳ)ᵇ.
  package static func recall(_ similarity: Double, rows: Int, bands: Int) -> Double {
    func power(_ base: Double, _ exponent: Int) -> Double {
      (0..<exponent).reduce(1) { product, _ in product * base }
    }
    return 1 - power(1 - power(similarity, rows), bands)
  }

  /// Appends the hash of each band of a set's signature.
  ///
  /// A signature comes from four hash functions (Li, Owen and Zhang 2012, "One permutation
  /// hashing"). Each assigns a shingle to one of 32 bins, whose number is the smallest value in it.
  /// An empty bin takes the number of another, which is the same one for all sets that have it
  /// (Shrivastava 2017, "Optimal densification").
  ///
  /// - Parameter shingles: the hashes of the set's shingles, repeated or not.
  /// - Precondition: there is a shingle.
  /// - Complexity: O(*n*) for *n* shingles.
  package func append(bandsOf shingles: Span<UInt64>, to bands: inout [UInt32]) {
    precondition(!shingles.isEmpty)
    var numbers = InlineArray<128, UInt32>(repeating: Self.empty)
    for index in shingles.indices {
      for function in 0..<Self.functionCount {
        let hash = Self.hash(shingles[index], function)
        let bin = function * Self.binCount + Int(hash >> 59)
        numbers[bin] = min(numbers[bin], UInt32(truncatingIfNeeded: hash))
      }
    }
    let signature = Self.filled(numbers)
    for band in 0..<count {
      var hash: UInt64 = 0
      for row in 0..<rowCount {
        hash = (hash ^ UInt64(signature[band * rowCount + row])) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 32
      }
      bands.append(UInt32(truncatingIfNeeded: hash))
    }
  }

  private static let functionCount = 4
  private static let binCount = mostNumbers / functionCount
  /// The number of a bin without a shingle.
  private static let empty = UInt32.max

  private static func filled(_ numbers: InlineArray<128, UInt32>) -> InlineArray<128, UInt32> {
    var filled = numbers
    for bin in numbers.indices where numbers[bin] == empty {
      let first = bin / binCount * binCount
      var attempt: UInt64 = 0
      repeat {
        attempt += 1
        let other = Int(hash(UInt64(bin) << 32 | attempt, 0) >> 59)
        filled[bin] = numbers[first + other]
      } while filled[bin] == empty
    }
    return filled
  }

  /// A bijection in which the upper bits depend on all bits.
  @inline(__always)
  private static func hash(_ value: UInt64, _ function: Int) -> UInt64 {
    let factor = 0xD6E8_FEB8_6659_FD93 &+ 0x7C5A_1E0C_4B2D_9E36 &* UInt64(function)
    var hash = (value ^ value >> 32) &* factor
    hash = (hash ^ hash >> 29) &* 0xBF58_476D_1CE4_E5B9
    return hash ^ hash >> 32
  }
}
