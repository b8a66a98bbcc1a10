/// How a text is cut into tokens.
package enum TokenizerKind: String, CaseIterable, Sendable, Codable {
  /// Runs of word characters, or of other characters that are not blank.
  ///
  /// Combining marks stay with the character before them, and Han, Hiragana, Katakana, Thai, Lao,
  /// Khmer and Myanmar give one token per character.
  case words
  /// The rule of the DSIR reference: `\w+|[^\w\s]+`.
  case wordpunct
}
