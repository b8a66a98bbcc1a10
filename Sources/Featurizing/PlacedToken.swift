/// A token, and its place in the text.
package struct PlacedToken: Sendable {
  /// Lower-cased.
  package var text: [UInt8]
  /// Its bytes in the text as it is written.
  package var place: Range<Int>
}

extension NGramReader {
  /// All tokens of a text, with their places.
  ///
  /// - Complexity: O(*n*) time and memory, where *n* is the length of the text.
  package mutating func placedTokens(of text: Span<UInt8>) -> [PlacedToken] {
    var placed: [PlacedToken] = []
    // All characters but white space belong to tokens. Lower-casing changes the length of a few.
    var position = 0
    var lowerCount = 0
    var end = 0
    for token in tokens(of: text) {
      let bytes = Array(token.utf8)
      end += bytes.count
      var begin: Int?
      while position < text.count, lowerCount < end {
        let scalar = UTF8Decoding.scalar(in: text, at: position)
        let properties = tables.properties(of: scalar.value)
        if properties.classIndex != Int(UnicodeTables.Class.space.rawValue) {
          if begin == nil { begin = position }
          lowerCount += lowerLength(scalar, properties)
        }
        position += scalar.length
      }
      // A character whose lower-case form is two tokens belongs to the first.
      let start = begin ?? position
      placed.append(PlacedToken(text: bytes, place: start..<max(start, position)))
    }
    return placed
  }

  /// The bytes of a scalar's lower-case form.
  private func lowerLength(
    _ scalar: (value: UInt32, length: Int), _ properties: UnicodeTables.Properties
  ) -> Int {
    // An i and a dot above it.
    if scalar.value == UnicodeTables.capitalIWithDot { return 3 }
    return properties.hasLowercase
      ? UTF8Encoding.length(tables.lowercase(properties)) : scalar.length
  }
}
