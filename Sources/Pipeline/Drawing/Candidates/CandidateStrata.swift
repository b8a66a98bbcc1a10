internal import Files
internal import Reading
internal import Resampling

/// The strata of candidates: the values of a field, with the eligible documents of each.
///
/// Candidates have the numbers of their strata.
struct CandidateStrata: Sendable, Equatable {
  /// Sorted by their bytes, except while files are merged.
  private(set) var names: [ExactString] = []
  private(set) var counts: [Int] = []
  /// The sizes of the eligible documents in the unit of the draw; 0 if that is documents.
  private(set) var sizes: [Int] = []
  private var numberByName: [ExactString: Int] = [:]

  init() {}

  /// The number of a stratum, to which eligible documents are added.
  mutating func add(_ name: ExactString, count: Int, size: Int) -> Int {
    if let number = numberByName[name] {
      counts[number] += count
      sizes[number] += size
      return number
    }
    numberByName[name] = names.count
    names.append(name)
    counts.append(count)
    sizes.append(size)
    return names.count - 1
  }

  /// Adds the strata of another file.
  ///
  /// - Returns: the number here of each of them.
  /// - Throws: ``StrataError/tooManyStrata(limit:)``
  mutating func add(_ other: CandidateStrata) throws(PipelineError) -> [Int] {
    let places = other.names.indices.map { number in
      add(other.names[number], count: other.counts[number], size: other.sizes[number])
    }
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
    sizes = order.map { sizes[$0] }
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
    var last: ExactString?
    try stream.readArray { stream throws(JSONStreamError) in
      guard names.count < FitStep.mostStrata else {
        throw .tooLarge("strata", limit: FitStep.mostStrata)
      }
      var (text, count, size): (String?, Int?, Int?)
      try stream.readObject { key, stream throws(JSONStreamError) in
        switch key {
        case "name": text = try stream.readString()
        case "eligible_documents": count = try stream.readCount()
        case "eligible_tokens", "eligible_bytes": size = try stream.readCount()
        default: try stream.skipValue()
        }
      }
      guard let text else { throw .missing("strata.name") }
      guard let count else { throw .missing("strata.eligible_documents") }
      let name = ExactString(text)
      if let last, !(last < name) { throw .invalid("strata") }
      last = name
      _ = add(name, count: count, size: size ?? 0)
    }
  }

  /// Checks that the counts and sizes are possible.
  ///
  /// - Parameters:
  ///   - count: the sum of the counts.
  ///   - size: the sum of the sizes.
  func check(count: Int, size: Int) throws(JSONStreamError) {
    var (leftCount, leftSize) = (count, size)
    for number in names.indices {
      guard (1...max(1, leftCount)).contains(counts[number]), sizes[number] <= leftSize else {
        throw .invalid("strata")
      }
      leftCount -= counts[number]
      leftSize -= sizes[number]
    }
    guard leftCount == 0, leftSize == 0 else { throw .invalid("strata") }
  }
}
