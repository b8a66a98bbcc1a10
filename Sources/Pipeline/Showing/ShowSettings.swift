/// The settings of `dsel show`.
package struct ShowSettings: Sendable {
  package enum Source: Sendable {
    /// A selection that is made again.
    case selection(RepeatSettings)
    /// Documents, and the models to weigh them by. Without documents, the pool's are shown.
    case pool(ExplainSettings)
  }

  package var source: Source
  /// The numbers of documents of each group.
  package var top = 0
  package var atCut = 0
  package var random = 0
  package var seed: UInt64 = 0
  package var idField = "id"
  package var domainField: String?
  package var version = ""

  /// The largest number of documents of a group.
  package static let limit = 10_000
  /// The number of documents that are shown if no number is given.
  package static let defaultTop = 10

  package init(_ source: Source) { self.source = source }
}
