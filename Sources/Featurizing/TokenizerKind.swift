/// How text becomes tokens.
package enum TokenizerKind: String, CaseIterable, Sendable, Codable {
  /// Runs of word characters or of other non-blanks; combining marks stay with what they follow, and
  /// Han, Hiragana, Katakana, Thai, Lao, Khmer and Myanmar give one token a character.
  case words
  /// The rule of the DSIR reference: `\w+|[^\w\s]+`.
  case wordpunct
}
