extension SHA256 {
  /// The hash of a text's UTF-8 in base 64, as pages name their scripts and styles.
  package static func base64(of text: String) -> String {
    var hash = SHA256()
    for byte in text.utf8 { hash.update(byte) }
    let digest = hash.digest()
    var bytes: [UInt8] = []
    for index in digest.indices {
      for shift in stride(from: 24, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: digest[index] >> UInt32(shift)))
      }
    }
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        result.append(place <= group.count ? letters[bits >> 18 & 63] : UInt8(ascii: "="))
        bits <<= 6
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
