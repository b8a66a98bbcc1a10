internal import Files
internal import Reading

/// Counts eligible documents by stratum.
struct StratumCounter: DocumentConsumer, ~Copyable {
  private var reader: FieldWeightReader
  private let field: Int
  private let minimumLength: Int
  private var counts: [ExactString: Int] = [:]

  init(_ reader: consuming FieldWeightReader, field: Int, minimumLength: Int) {
    self.reader = reader
    self.field = field
    self.minimumLength = minimumLength
  }

  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
    // Read also for the errors: a document without a number isn't drawn from.
    let document = try reader.read(text, of: line)
    guard document.size.length >= minimumLength, counts.count <= FitStep.mostStrata
    else { return }
    counts[ExactString(line.fields[field].stratum), default: 0] += 1
  }

  mutating func endChunk(_ number: Int) {}

  consuming func finish() -> [ExactString: Int] { counts }
}
