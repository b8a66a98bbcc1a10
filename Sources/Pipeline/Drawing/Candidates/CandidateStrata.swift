internal import Files
internal import Reading
internal import Resampling

/// The strata of candidates: the values of a field, with the number of eligible documents of each.
///
/// Candidates have the numbers of their strata.
struct CandidateStrata: Sendable, Equatable {
  /// Sorted by their bytes, except while files are merged.
  private(set) var names: [ExactString] = []
  private(set) var counts: [Int] = []
  private var numberByName: [ExactString: Int] = [:]

  init() {}

  /// The number of a stratum, to which eligible documents are added.
  mutating func add(_ name: ExactString, count: Int) -> Int {
    if let number = numberByName[name] {
      counts[number] += count
      return number
    }
    numberByName[name] = names.count
    names.append(name)
    counts.append(count)
    return names.count - 1
  }

  /// Adds the strata of another file.
  ///
  /// - Returns: the number here of each of them.
  /// - Throws: ``StrataError/tooManyStrata(limit:)``
  mutating func add(_ other: CandidateStrata) throws(PipelineError) -> [Int] {
    let places = zip(other.names, other.counts).map { add($0, count: $1) }
    guard names.count <= FitStep.mostStrata else {
      throw .strata(.tooManyStrata(limit: FitStep.mostStrata))
    }
    return places
  }

  /// Sorts by name.
  ///
  /// - Returns: the new number of each stratum.
  mutating func sort() -> [Int] {
    let order = names.indices.sorted { names[$0] < names[$1] }
    var places = [Int](repeating: 0, count: order.count)
    for (place, number) in order.enumerated() { places[number] = place }
    names = order.map { names[$0] }
    counts = order.map { counts[$0] }
    for (place, name) in names.enumerated() { numberByName[name] = place }
    return places
  }

  /// The number of a stratum; nil if there is none with this name.
  func number(of name: ExactString) -> Int? { numberByName[name] }

  /// The number of eligible documents by stratum.
  var countsByName: [ExactString: Int] {
    Dictionary(zip(names, counts).map { ($0, $1) }, uniquingKeysWith: +)
  }
}

extension CandidateStrata {
  /// Reads the strata of a header.
  ///
  /// - Throws: ``JSONStreamError``
  init(_ stream: inout JSONStream) throws(JSONStreamError) {
    self.init()
    var strata: [(name: String, count: Int)] = []
    try stream.readArray { stream throws(JSONStreamError) in
      guard strata.count < FitStep.mostStrata else {
        throw .tooLarge("strata", limit: FitStep.mostStrata)
      }
      var (name, count): (String?, Int?)
      try stream.readObject { key, stream throws(JSONStreamError) in
        switch key {
        case "name": name = try stream.readString()
        case "eligible_documents": count = try stream.readCount()
        default: try stream.skipValue()
        }
      }
      guard let name else { throw .missing("strata.name") }
      guard let count else { throw .missing("strata.eligible_documents") }
      strata.append((name, count))
    }
    for stratum in strata {
      let name = ExactString(stratum.name)
      if let last = names.last, !(last < name) { throw .invalid("strata") }
      _ = add(name, count: stratum.count)
    }
  }

  /// Checks that the counts are possible.
  ///
  /// - Parameter sum: of the counts.
  func check(sum: Int) throws(JSONStreamError) {
    var left = sum
    for count in counts {
      guard count > 0, count <= left else { throw .invalid("strata") }
      left -= count
    }
    guard left == 0 else { throw .invalid("strata") }
  }
}
