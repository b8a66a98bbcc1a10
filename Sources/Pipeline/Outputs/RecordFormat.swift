internal import Compression
internal import Writing

/// The formats in which records are written.
package enum RecordFormat: String, Sendable, Codable {
  case jsonLines
  /// Lines that say where documents are: see ``PickLines``.
  case picks

  /// Where and how records are written, whatever their format.
  struct Settings {
    var place: LineSink.Place
    var container: Container
    var replaces: Bool
    var registry: TemporaryFiles
    /// nil to write records in the order in which they come.
    var shuffle: ShuffleSettings?
  }

  /// - Throws: ``WritingError``
  func open(_ settings: Settings) throws(WritingError) -> any RecordSink & ~Copyable {
    switch self {
    case .jsonLines: JSONLinesSink(try Self.lines(settings))
    case .picks: PicksSink(try Self.lines(settings))
    }
  }

  /// - Throws: ``WritingError``
  static func lines(_ settings: Settings) throws(WritingError) -> LineSink {
    try LineSink(
      settings.place, container: settings.container, replaces: settings.replaces,
      registry: settings.registry, shuffle: settings.shuffle)
  }
}
