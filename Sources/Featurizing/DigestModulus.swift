/// Takes digests, read as 256-bit numbers, modulo the number of buckets.
///
/// With wᵢ the word that counts for 2³²ⁱ, Σ wᵢ 2³²ⁱ ≡ Σ wᵢ (2³²ⁱ mod B) modulo B. That sum is below
/// 8 × 2³² × 2²⁴ = 2⁵⁹, so one division of 64 bits does.
struct DigestModulus {
  private let bucketCount: UInt64
  /// 2³²ⁱ mod B, the largest i first.
  private var powers = InlineArray<8, UInt64>(repeating: 0)

  /// - Precondition: `bucketCount` is 1 to 2²⁴.
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
