/// Bytes that compress like text: words drawn from a small vocabulary, in a fixed order.
func sampleText(byteCount: Int, seed: UInt64 = 1) -> [UInt8] {
  var generator = SplitMix64(state: seed)
  let words = (0..<500).map { _ in
    (0..<UInt64.random(in: 2...9, using: &generator)).map { _ in
      UInt8.random(in: 0x61...0x7A, using: &generator)
    }
  }
  var text: [UInt8] = []
  while text.count < byteCount {
    text += words[Int.random(in: 0..<words.count, using: &generator)]
    text.append(Int.random(in: 0..<12, using: &generator) == 0 ? 0x0A : 0x20)
  }
  return Array(text.prefix(byteCount))
}

/// Bytes that no compressor can make smaller.
func sampleNoise(byteCount: Int, seed: UInt64 = 1) -> [UInt8] {
  var generator = SplitMix64(state: seed)
  return (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}

/// The generator of Steele, Lea and Flood (2014), which gives the same samples in every run.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The content of the two files below.
let twoLines = Array(#"{"text": "one"}"#.utf8 + [0x0A] + #"{"text": "two"}"#.utf8 + [0x0A])

/// `twoLines` as the `zstd` command 1.5.4 writes it, with a checksum.
let twoLinesZstd: [UInt8] = [
  0x28, 0xB5, 0x2F, 0xFD, 0x24, 0x20, 0xE5, 0x00, 0x00, 0xB0, 0x7B, 0x22,
  0x74, 0x65, 0x78, 0x74, 0x22, 0x3A, 0x20, 0x22, 0x6F, 0x6E, 0x65, 0x22,
  0x7D, 0x0A, 0x74, 0x77, 0x6F, 0x22, 0x7D, 0x0A, 0x01, 0x00, 0x66, 0x9B,
  0x4B, 0x6F, 0x2D, 0x2A, 0x9F,
]

/// `twoLines` as the `gzip` command 1.12 writes it, with the name two.jsonl.
let twoLinesGzip: [UInt8] = [
  0x1F, 0x8B, 0x08, 0x08, 0x6E, 0x62, 0x01, 0x6B, 0x00, 0x03, 0x74, 0x77,
  0x6F, 0x2E, 0x6A, 0x73, 0x6F, 0x6E, 0x6C, 0x00, 0xAB, 0x56, 0x2A, 0x49,
  0xAD, 0x28, 0x51, 0xB2, 0x52, 0x50, 0xCA, 0xCF, 0x4B, 0x55, 0xAA, 0xE5,
  0xAA, 0x86, 0xF3, 0x4B, 0xCA, 0xF3, 0x81, 0x7C, 0x00, 0xD1, 0x5B, 0x69,
  0xD5, 0x20, 0x00, 0x00, 0x00,
]
