internal import Files
internal import Reading
internal import Resampling

/// The documents that a question is about.
package struct WantedDocuments: Sendable {
  package struct Line: Sendable {
    /// The file, as the manifest names it or by the end of its path; nil if there is only one.
    package var file: String?
    /// From 1.
    package var number: Int

    package init(file: String?, number: Int) {
      self.file = file
      self.number = number
    }
  }

  /// The values of the field with documents' names, as they are written.
  package var ids: [String] = []
  package var idField: String
  package var lines: [Line] = []

  /// The largest number of documents, whose texts are held in memory.
  package static let limit = 10_000

  package init(idField: String) { self.idField = idField }
}

/// A document that a question is about, with all that weighing it needs.
struct FoundDocument: Sendable {
  var line: DocumentLine
  var id: FieldValue
  var text: [UInt8]
  /// Why the line is no document; nil if it is one.
  var fault: InvalidLine?

  var textKey: Candidate.TextKey {
    Candidate(
      key: 0, textHash: TextHash.of(text.span), position: line.position,
      lineByteCount: line.byteCount, textByteCount: text.count, tokenCount: 0
    ).textKey
  }
}

/// Finds documents by their names or lines.
struct DocumentSearch: Sendable {
  private struct Place: Hashable, Comparable {
    var shard: Int
    var number: Int

    static func < (one: Place, other: Place) -> Bool {
      (one.shard, one.number) < (other.shard, other.number)
    }
  }

  private let wanted: WantedDocuments
  private let wantedIDs: Set<ExactString>
  private let wantedPlaces: Set<Place>
  private let shards: [Shard]

  /// - Throws: ``VerifyError`` if a line's file isn't one of the pool.
  init(_ wanted: WantedDocuments, _ pool: Inputs) throws(PipelineError) {
    self.wanted = wanted
    shards = pool.shards
    wantedIDs = Set(wanted.ids.map { ExactString($0) })
    var linePlaces: Set<Place> = []
    for line in wanted.lines {
      linePlaces.insert(
        Place(shard: try Self.shard(line.file, pool.shards), number: line.number))
    }
    wantedPlaces = linePlaces
  }

  private static func shard(_ file: String?, _ shards: [Shard]) throws(PipelineError) -> Int {
    guard let file else {
      guard shards.count == 1 else { throw .verifying(.severalFiles(count: shards.count)) }
      return 0
    }
    let exact = shards.firstIndex { ExactString($0.name) == ExactString(file) }
    if let exact { return exact }
    // A file may be named from another directory.
    let ends = shards.indices.filter { shards[$0].name.endsInBytes(of: "/" + file) }
    guard ends.count == 1 else { throw .verifying(.noSuchFile(path: file)) }
    return ends[0]
  }

  /// Finds the documents in one pass over the pool, in pool order.
  ///
  /// - Throws: ``PipelineError``, also if one of them isn't there.
  func run(_ select: Select) throws -> [FoundDocument] {
    var workers = select.settings.reading.workers(select.progress)
    workers.fields = select.poolFields + [wanted.idField]
    workers.countsLines = true
    workers.keepsRejects = true
    let (results, report) = try workers.run(shards) { [self] in Finder(search: self) }
    var found = results.flatMap { $0 }
    for reject in report.rejects {
      let place = Place(shard: reject.place.position.shard, number: reject.number)
      guard wantedPlaces.contains(place) else { continue }
      let line = DocumentLine(
        position: reject.place.position, byteCount: reject.place.byteCount,
        number: reject.number, fields: [])
      found.append(FoundDocument(line: line, id: .missing, text: [], fault: reject.error))
    }
    found.sort { $0.line.position < $1.line.position }
    try check(found, skippedCount: report.skippedCount, select.settings.reading)
    return found
  }

  private func check(
    _ found: [FoundDocument], skippedCount: Int, _ reading: ReadingSettings
  ) throws {
    guard found.count <= WantedDocuments.limit else {
      throw PipelineError.verifying(.tooManyDocuments(limit: WantedDocuments.limit))
    }
    let foundIDs = Set(found.compactMap { $0.id.name }.map { ExactString($0) })
    for id in wanted.ids where !foundIDs.contains(ExactString(id)) {
      throw PipelineError.input(
        .noSuchID(id: id, field: wanted.idField, skippedCount: skippedCount))
    }
    let foundPlaces = Set(
      found.map { Place(shard: $0.line.position.shard, number: $0.line.number) })
    for place in wantedPlaces.sorted() where !foundPlaces.contains(place) {
      // Says whether the line is blank, or beyond the end.
      try DocumentLines(reading: reading).document(at: place.number, of: shards[place.shard]) {
        _, _ in
      }
    }
  }

  private struct Finder: DocumentConsumer, ~Copyable {
    let search: DocumentSearch
    private var found: [FoundDocument] = []

    init(search: DocumentSearch) { self.search = search }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {
      let id = line.fields.last ?? .missing
      let isNamed =
        !search.wantedIDs.isEmpty && id.name.map { search.wantedIDs.contains(.init($0)) } ?? false
      let place = Place(shard: line.position.shard, number: line.number)
      guard isNamed || search.wantedPlaces.contains(place) else { return }
      guard found.count <= WantedDocuments.limit else { return }
      var copy: [UInt8] = []
      copy.append(copying: text)
      found.append(FoundDocument(line: line, id: id, text: copy, fault: nil))
    }

    mutating func endChunk(_ number: Int) {}

    consuming func finish() -> [FoundDocument] { found }
  }
}
