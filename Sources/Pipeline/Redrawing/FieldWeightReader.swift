internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Takes a document's log weight from its own line, as a sum of numbers.
struct FieldWeightReader: WeightReader, ~Copyable {
  private let fields: [FieldWeight]
  private let windows: [FieldWindow]
  /// The field with the number of a document's tokens; nil to count them.
  private let tokensField: String?
  /// The first fields of a line, in the order of ``read(_:of:)``.
  var fieldNames: [String] { Self.names(fields, windows, tokensField) }
  /// The number to subtract from each field's number; nil if there is nothing to subtract.
  private let origins: [WideNumber]?
  /// nil if lengths don't matter.
  private var featurizer: Featurizer?
  private var weight = DocumentWeight()

  /// - Parameter origins: the result of ``FieldOrigins``; nil until it is known whether any are
  ///   needed.
  init(
    _ fields: [FieldWeight], _ windows: [FieldWindow], tokensField: String? = nil,
    origins: [WideNumber]?, countsTokens: Bool
  ) {
    self.tokensField = tokensField
    self.fields = fields
    self.windows = windows
    self.origins = origins
    if countsTokens {
      featurizer = Featurizer(
        FeatureSettings(maximumOrder: 1, bucketCount: 2), tables: UnicodeTables())
    } else {
      featurizer = nil
    }
  }

  static func names(
    _ fields: [FieldWeight], _ windows: [FieldWindow], _ tokensField: String?
  ) -> [String] {
    fields.map(\.field) + windows.map(\.field) + (tokensField.map { [$0] } ?? [])
  }

  mutating func read(_ text: Span<UInt8>, of line: DocumentLine) throws -> WeighedDocument {
    var sum = 0.0
    for (index, field) in fields.enumerated() {
      let number = try line.fields[index].wideNumber(of: field.field)
      if let origins {
        sum += field.scale * number.distance(from: origins[index])
      } else {
        guard !FieldOrigins.isLarge(number, scale: field.scale) else { throw LargeNumbers() }
        sum += field.scale * number.high
      }
    }
    guard sum.isFinite else { throw InvalidLine.sumTooLarge(paths: fields.map(\.field)) }
    weight = DocumentWeight(logWeight: sum)
    var isInWindows = true
    for (index, window) in windows.enumerated() {
      let number = try line.fields[fields.count + index].double(of: window.field)
      if !window.contains(number) { isInWindows = false }
    }
    var tokenCount = 0
    if featurizer != nil {
      featurizer?.begin()
      while featurizer?.nextBlock(of: text) == true {}
      tokenCount = featurizer?.tokenCount ?? 0
    }
    let givenTokens = try tokensField.map {
      try line.fields[fields.count + windows.count].tokenCount(of: $0)
    }
    return WeighedDocument(
      size: DocumentSize(
        tokenCount: givenTokens ?? tokenCount, featureCount: 0, length: tokenCount),
      textHash: TextHash.of(text), position: line.position,
      lineByteCount: line.byteCount, textByteCount: text.count,
      isOutsideWindows: !isInWindows)
  }

  func weight(_ target: Int) -> DocumentWeight { weight }

  func count(_ text: Span<UInt8>, in counts: inout FeatureCounts) {}
}
