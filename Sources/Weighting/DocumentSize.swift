/// How long a document is.
package struct DocumentSize: Sendable {
  package var tokenCount: Int
  package var featureCount: Int
  /// The length that a minimum length is compared with.
  package var length: Int

  package init(tokenCount: Int, featureCount: Int, length: Int) {
    self.tokenCount = tokenCount
    self.featureCount = featureCount
    self.length = length
  }
}
