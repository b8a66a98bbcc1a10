internal import Files
internal import Reading
internal import Weighting

/// Counts eligible documents by stratum.
struct StratumCounter: DocumentConsumer, ~Copyable {
  private var reader: FieldWeightReader
  private let field: Int
  private let lengths: LengthRange
  private var counts: [ExactString: Int] = [:]

  init(_ reader: consuming FieldWeightReader, field: Int, lengths: LengthRange) {
    self.reader = reader
    self.field = field
    self.lengths = lengths
  }

  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
    // Read also for the errors: a document without a number isn't drawn from.
    let document = try reader.read(text, of: line)
    guard lengths.contains(document.size.length), !document.isOutsideWindows,
      counts.count <= FitStep.mostStrata
    else { return }
    counts[ExactString(line.fields[field].stratum), default: 0] += 1
  }

  mutating func endChunk(_ number: Int) {}

  consuming func finish() -> [ExactString: Int] { counts }
}
