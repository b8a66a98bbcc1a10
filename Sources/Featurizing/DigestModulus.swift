/// Reduces digests, read as 256-bit numbers, modulo the number of buckets.
///
/// If wᵢ is the word of weight 2³²ⁱ, then Σ wᵢ 2³²ⁱ ≡ Σ wᵢ (2³²ⁱ mod B) modulo B. That sum is below
/// 8 × 2³² × 2²⁴ = 2⁵⁹, so one 64-bit division suffices.
struct DigestModulus {
  private let bucketCount: UInt64
  /// 2³²ⁱ mod B, for the largest i first.
  private var powers = InlineArray<8, UInt64>(repeating: 0)

  /// - Precondition: `bucketCount` is between 1 and 2²⁴.
  init(bucketCount: Int) {
    precondition((1...(1 << 24)).contains(bucketCount))
    self.bucketCount = UInt64(bucketCount)
    var power = 1 % self.bucketCount
    for index in powers.indices.reversed() {
      powers[index] = power
      power = (power << 32) % self.bucketCount
    }
  }

  @inline(__always)
  func bucket(of digest: SHA256.Digest) -> UInt32 {
    var sum: UInt64 = 0
    for index in digest.indices { sum &+= UInt64(digest[index]) &* powers[index] }
    return UInt32(truncatingIfNeeded: sum % bucketCount)
  }
}
