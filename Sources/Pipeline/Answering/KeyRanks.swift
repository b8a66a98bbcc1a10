internal import Reading
internal import Resampling

/// Counts, in one pass over the pool, how many documents are before given weights and keys.
///
/// It also finds the lines of some documents of which only the places are known.
struct KeyRanks: Sendable {
  /// Values among which the pool's are counted.
  struct Scale: Sendable {
    /// Each once, from the smallest.
    private let values: [Double]
    /// For each number of values, how many documents have just so many smaller ones.
    private var slotCounts: [Int]
    /// How many documents have the same value.
    private var equalCounts: [Int]
    private(set) var documentCount = 0

    init(_ wanted: some Sequence<Double>) {
      values = Set(wanted).sorted()
      slotCounts = Array(repeating: 0, count: values.count + 1)
      equalCounts = Array(repeating: 0, count: values.count)
    }

    mutating func count(_ value: Double) {
      documentCount += 1
      let place = place(of: value)
      slotCounts[place] += 1
      if place < values.count, values[place] == value { equalCounts[place] += 1 }
    }

    mutating func merge(_ other: Scale) {
      documentCount += other.documentCount
      for index in slotCounts.indices { slotCounts[index] += other.slotCounts[index] }
      for index in equalCounts.indices { equalCounts[index] += other.equalCounts[index] }
    }

    /// The number of documents with larger values.
    ///
    /// - Parameter value: one of the wanted values.
    func largerCount(than value: Double) -> Int {
      slotCounts[(place(of: value) + 1)...].reduce(0, +)
    }

    /// The number of documents whose values are no smaller.
    func count(from value: Double) -> Int {
      largerCount(than: value) + equalCounts[place(of: value)]
    }

    /// The number of wanted values that are smaller.
    private func place(of value: Double) -> Int {
      var (low, high) = (0, values.count)
      while low < high {
        let middle = (low + high) / 2
        if values[middle] < value { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  /// A document that is named in the answer about another one.
  struct Reference: Sendable {
    var line: Int
    var id: FieldValue
  }

  /// One per target, for log weights of eligible documents.
  var weights: [Scale]
  /// One per part of the draw, for keys of the documents that it may draw.
  var partScales: [Scale]
  /// The places of documents to find.
  var wantedPositions: Set<Position> = []
  /// Those that were found.
  private(set) var referenceByPosition: [Position: Reference] = [:]

  fileprivate mutating func found(_ reference: Reference, at position: Position) {
    referenceByPosition[position] = reference
  }

  mutating func merge(_ other: KeyRanks) {
    for index in weights.indices { weights[index].merge(other.weights[index]) }
    for index in partScales.indices { partScales[index].merge(other.partScales[index]) }
    referenceByPosition.merge(other.referenceByPosition) { one, _ in one }
  }

  /// - Parameter idField: names the documents that are found.
  /// - Throws: ``PipelineError``
  func counted(in selection: RepeatedSelection, idField: String) throws -> KeyRanks {
    let pool = selection.files.pool
    selection.select.begin(.explain, pool, .none)
    let firstParts = selection.firstParts
    let (results, _) = try selection.workers([idField]).run(pool.shards) { [self] in
      Counter(ranks: self, reader: selection.eligibleReader(), firstParts: firstParts)
    }
    var sum = results[0]
    for result in results.dropFirst() { sum.merge(result) }
    return sum
  }

  private struct Counter: DocumentConsumer, ~Copyable {
    private var ranks: KeyRanks
    private var reader: EligibleReader
    private let firstParts: [Int]

    init(ranks: KeyRanks, reader: consuming EligibleReader, firstParts: [Int]) {
      self.ranks = ranks
      self.reader = reader
      self.firstParts = firstParts
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
      let (document, outcome) = try reader.read(text, of: line)
      if ranks.wantedPositions.contains(line.position) {
        ranks.found(
          Reference(line: line.number, id: line.fields.last ?? .missing), at: line.position)
      }
      guard case .eligible(let groups) = outcome else { return }
      for target in ranks.weights.indices {
        ranks.weights[target].count(reader.weight(target).logWeight)
      }
      for group in groups {
        for (place, arm) in reader.plan.groups[group].arms.enumerated()
        where reader.mayDraw(arm) {
          ranks.partScales[firstParts[group] + place].count(reader.key(arm, of: document))
        }
      }
    }

    mutating func endChunk(_ number: Int) {}

    consuming func finish() -> KeyRanks { ranks }
  }
}
