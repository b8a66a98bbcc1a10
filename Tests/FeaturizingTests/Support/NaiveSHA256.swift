/// SHA-256 as FIPS 180-4 defines it, one block after the other.
enum NaiveSHA256 {
  /// The eight words of the digest, the most significant first.
  static func digest(_ message: [UInt8]) -> [UInt32] {
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      padded.append(UInt8(truncatingIfNeeded: (message.count * 8) >> shift))
    }
    var state = initialState
    for start in stride(from: 0, to: padded.count, by: 64) {
      compress(Array(padded[start..<(start + 64)]), into: &state)
    }
    return state
  }

  /// The digest as a big-endian number, modulo `modulus`, by long division byte by byte.
  static func bucket(_ message: [UInt8], modulus: Int) -> UInt32 {
    var rest = 0
    for word in digest(message) {
      for shift in stride(from: 24, through: 0, by: -8) {
        rest = (rest << 8 | Int(word >> UInt32(shift) & 0xFF)) % modulus
      }
    }
    return UInt32(rest)
  }

  private static let initialState = primes(8).map { fraction(of: Double($0).squareRoot()) }

  private static let roundConstants = primes(64).map { prime in
    // The cube root, by Newton's method on a good first guess: exact in 32 bits of its fraction.
    var root = 3.0
    for _ in 0..<60 { root -= (root * root * root - Double(prime)) / (3 * root * root) }
    return fraction(of: root)
  }

  private static func primes(_ count: Int) -> [Int] {
    var primes: [Int] = []
    var candidate = 2
    while primes.count < count {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }

  /// The first 32 bits after the point.
  private static func fraction(of number: Double) -> UInt32 {
    UInt32((number - number.rounded(.down)) * 0x1p32)
  }

  private static func compress(_ block: [UInt8], into state: inout [UInt32]) {
    func rotate(_ x: UInt32, _ count: UInt32) -> UInt32 { x >> count | x << (32 - count) }
    var schedule = (0..<16).map { word in
      block[(4 * word)..<(4 * word + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<64 {
      let (early, late) = (schedule[index - 15], schedule[index - 2])
      let first = rotate(early, 7) ^ rotate(early, 18) ^ early >> 3
      let second = rotate(late, 17) ^ rotate(late, 19) ^ late >> 10
      schedule.append(schedule[index - 16] &+ first &+ schedule[index - 7] &+ second)
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for index in 0..<64 {
      let first =
        h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ (e & f ^ ~e & g)
        &+ roundConstants[index] &+ schedule[index]
      let second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
  }
}
