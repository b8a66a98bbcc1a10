internal import Files
internal import Reading
internal import Resampling
internal import Weighting
internal import Writing

/// Weighs the documents of one shard and writes one line per document, in the shard's order.
struct WeightLineWriter: Sendable {
  var model: WeighingModel
  var format: WeightFormat
  var idField: String?
  /// The shard's path, as the lines show it.
  var file: String
  var lines: OrderedLines

  /// The fields that consumers need.
  var fields: [String] {
    ownFields + (model.addition?.scales.terms.map(\.field) ?? [])
  }

  /// The fields of the lines that are written.
  private var ownFields: [String] {
    switch format {
    case .jsonl: idField.map { [$0] } ?? []
    case .dolma: [idField ?? "id", "source"]
    }
  }

  /// The outcome of one worker.
  struct Outcome: Sendable {
    var documentCount = 0
    var tokenCount = 0
    var effectiveSampleSizes: [EffectiveSampleSize]

    mutating func merge(_ other: Outcome) {
      documentCount += other.documentCount
      tokenCount += other.tokenCount
      for target in effectiveSampleSizes.indices {
        effectiveSampleSizes[target].merge(other.effectiveSampleSizes[target])
      }
    }
  }

  struct Weigher: DocumentConsumer, ~Copyable {
    private let settings: WeightLineWriter
    private var weigher: DocumentWeigher
    private var outcome: Outcome
    private var block: [UInt8] = []
    /// The index of the first field that is added to log weights.
    private let firstField: Int

    init(_ settings: WeightLineWriter) {
      self.settings = settings
      firstField = settings.ownFields.count
      weigher = DocumentWeigher(settings.model)
      outcome = Outcome(
        effectiveSampleSizes: Array(
          repeating: EffectiveSampleSize(), count: settings.model.targets.count))
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
      let size = try weigher.weigh(text, of: line, firstField: firstField)
      outcome.documentCount += 1
      outcome.tokenCount += size.tokenCount
      for target in settings.model.targets.indices {
        outcome.effectiveSampleSizes[target].add(logWeight: weigher[target].logWeight)
      }
      block.append(UInt8(ascii: "{"))
      block.append(contentsOf: "\"id\":".utf8)
      appendID(line)
      switch settings.format {
      case .jsonl: appendDocument(text, line, size)
      case .dolma: appendAttributes(text, line)
      }
      block.append(contentsOf: "}\n".utf8)
    }

    private mutating func appendID(_ line: DocumentLine) {
      guard firstField > 0 else { return appendPlace(line) }
      switch line.fields.first {
      case .string(let id), .notFinite(let id): block.append(jsonString: id)
      case .number(let id):
        if let id = Int(exactly: id) {
          block.append(contentsOf: "\(id)".utf8)
        } else {
          block.append(contentsOf: "\(id)".utf8)
        }
      case .largeNumber(let id): block.append(contentsOf: id.utf8)
      default: appendPlace(line)
      }
    }

    private mutating func appendPlace(_ line: DocumentLine) {
      let number = line.place.isRow ? line.position.place : line.number
      block.append(jsonString: "\(settings.file)/\(number)")
    }

    private mutating func appendDocument(
      _ text: Span<UInt8>, _ line: DocumentLine, _ size: DocumentSize
    ) {
      block.append(contentsOf: ",\"file\":".utf8)
      block.append(jsonString: settings.file)
      line.place.append(to: &block)
      append(",\"text_bytes\":", text.count)
      append(",\"tokens\":", size.tokenCount)
      append(",\"features\":", size.featureCount)
      appendWeights(",\"log_weight\":") { $0.logWeight }
      // The second part of a draw uses log odds.
      if settings.model.components.drawInTwoParts {
        appendWeights(",\"log_odds\":") { $0.logOdds }
      }
      block.append(contentsOf: ",\"text_hash\":\"".utf8)
      block.append(hexadecimal: TextHash.of(text))
      block.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ name: String, _ value: Int) {
      block.append(contentsOf: name.utf8)
      block.append(decimal: value)
    }

    /// Appends a number for a single target without a name, and an object of numbers otherwise.
    private mutating func appendWeights(_ name: String, _ part: (DocumentWeight) -> Double) {
      block.append(contentsOf: name.utf8)
      let targets = settings.model.targets
      guard targets.count > 1 || targets[0].name != nil else {
        block.append(contentsOf: "\(part(weigher[0]))".utf8)
        return
      }
      for target in targets.indices {
        block.append(target == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
        block.append(jsonString: targets[target].name ?? "\(target)")
        block.append(contentsOf: ":\(part(weigher[target]))".utf8)
      }
      block.append(UInt8(ascii: "}"))
    }

    private mutating func appendAttributes(_ text: Span<UInt8>, _ line: DocumentLine) {
      if case .string(let source) = line.fields[1] {
        block.append(contentsOf: ",\"source\":".utf8)
        block.append(jsonString: source)
      }
      // Spans are in characters as Python counts them: Unicode scalars.
      var characterCount = 0
      for index in text.indices where text[index] & 0xC0 != 0x80 { characterCount += 1 }
      for (target, model) in settings.model.targets.enumerated() {
        block.append(contentsOf: target == 0 ? ",\"attributes\":{".utf8 : ",".utf8)
        let name = model.name.map { "dsel__\($0)__log_weight" } ?? "dsel__log_weight"
        block.append(jsonString: name)
        block.append(contentsOf: ":[[0,\(characterCount),\(weigher[target].logWeight)]]".utf8)
      }
      block.append(UInt8(ascii: "}"))
    }

    mutating func endChunk(_ number: Int) throws {
      var finished: [UInt8] = []
      swap(&finished, &block)
      try settings.lines.put(finished, chunk: number)
    }

    consuming func finish() -> Outcome { outcome }
  }
}
