/// Everything that a page about a run shows, without a word of its text.
///
/// It is written as JSON by `--report-data`, and read by `dsel report`. Equal runs have equal data,
/// except for ``timings``.
package struct ReportData: Codable, Sendable {
  package static let formatName = "dsel-report"
  package static let newestVersion = 1
  /// The number of characters that samples are cut to.
  package static let sampleLength = 480

  /// A setting of the run, with its name in the manifest.
  package struct Setting: Codable, Sendable {
    package var name: String
    package var value: String
  }

  /// Documents of one side.
  package struct Side: Codable, Sendable {
    package var documents: Int
    package var tokens: Int
    /// nil if it isn't known.
    package var bytes: Int?
  }

  package struct Target: Codable, Sendable {
    /// nil if there is only one.
    package var name: String?
    package var documents: Int
    package var tokens: Int
    /// The share of the selection that was drawn for it.
    package var share: Double
    /// The documents that it drew.
    package var drawn: Side?
    package var nearness: Double?
    /// KL divergences in nats.
    package var klPool: Double?
    package var klRandom: Double?
    package var klSelected: Double?
    /// The share of its n-grams that each side has; only from `compare`.
    package var coveragePool: Double?
    package var coverageRandom: Double?
    package var coverageSelected: Double?
  }

  /// What became of some documents of the pool.
  package struct Fate: Codable, Sendable {
    package enum Kind: String, Codable, Sendable {
      case selected, copies, shorter, longer
      case lighter
      case outsideMixture = "outside_mixture"
      case outsideWindows = "outside_windows"
      case excluded
      case nearDuplicates = "near_duplicates"
      /// Documents that might have been selected.
      case others
    }

    package var kind: Kind
    package var documents: Int
  }

  /// How the log weights for one target are spread.
  ///
  /// Bin i has the weights from (first + i) × width up to the next bin.
  package struct Weights: Codable, Sendable {
    package var target: String?
    package var width: Double
    package var first: Int
    /// Numbers of documents by bin.
    package var pool: [Int]
    package var selected: [Int]
    /// The documents below the first bin, and above the last.
    package var poolBelow: Int
    package var poolAbove: Int
    package var selectedBelow: Int
    package var selectedAbove: Int
    /// The smallest key that was drawn, times the temperature; nil without such a cut.
    package var cut: Double?
    package var hasNoise: Bool
  }

  /// How the size was found.
  package struct Sizes: Codable, Sendable {
    package struct Trial: Codable, Sendable {
      package var size: Int
      package var bitsPerByte: Double
      package var perplexity: Double
    }

    /// `documents` or `tokens`.
    package var unit: String
    package var best: Int
    package var trials: [Trial]
    /// Why no larger size was tried: see ``SizeSearchRecord/End``.
    package var end: String
  }

  /// How long the documents of one side are.
  package struct Lengths: Codable, Sendable {
    package enum Role: String, Codable, Sendable { case pool, selected, target }

    package var role: Role
    package var documents: Int
    package var tokens: Int
    package var median: Int
    package var smallest: Int
    package var largest: Int
    /// Numbers of documents from each of ``LengthBins/edges`` up to the next.
    package var counts: [Int]
  }

  /// Numbers of documents by the value of a field.
  package struct Domains: Codable, Sendable {
    package struct Row: Codable, Sendable {
      /// nil for rows that aren't one domain.
      package var name: String?
      package var pool: Int?
      package var selected: Int
      package var target: Int?
    }

    package var field: String
    /// By falling number in the selection.
    package var rows: [Row]
    /// The number of domains that have no row, and their documents.
    package var others: Int
    package var other: Row
    /// Documents without such a field.
    package var none: Row
  }

  /// Words and pairs of words by how much more frequent they are in the selection.
  package struct Phrases: Codable, Sendable {
    package struct Row: Codable, Sendable {
      package var phrase: String
      package var selected: Int
      package var base: Int
      package var target: Int
      /// The likelihood ratio G² of selection and base.
      package var score: Double
    }

    /// What the selection is compared with: the pool, or without one the target.
    package var base: Lengths.Role
    /// The documents and words that were read.
    package var selectedRead: Side
    package var baseRead: Side
    package var targetRead: Side
    package var more: [Row]
    package var less: [Row]
  }

  /// A part of a draw.
  package struct Part: Codable, Sendable {
    package var epoch: Int?
    package var stratum: String?
    package var target: String?
    /// As in ``PartRecord``.
    package var by: String
    package var documents: Int
    package var tokens: Int
    package var bytes: Int
    package var shortfall: Int
    /// KL(target ‖ part); nil if it wasn't measured.
    package var kl: Double?
  }

  package struct Parts: Codable, Sendable {
    package var rows: [Part]
    /// The parts that have no row, and their documents.
    package var others: Int
    package var otherDocuments: Int
  }

  /// Some documents, and why they were or weren't selected.
  package struct SampleGroup: Codable, Sendable {
    package enum Reason: String, Codable, Sendable {
      case best, cut, below, unselected
      case selected
      case nearDuplicate = "near_duplicate"
      case pool, target
    }

    package struct Sample: Codable, Sendable {
      package var file: String
      /// The place in the decompressed file, or the number of a row.
      package var place: Int
      package var isRow: Bool
      /// nil where only the place is known.
      package var line: Int?
      package var id: String?
      package var tokens: Int?
      package var logWeight: Double?
      package var key: Double?
      /// The beginning of the text.
      package var text: String
      package var isCut: Bool
      /// The size of the whole text.
      package var bytes: Int
      /// The document that it is similar to.
      package var similarFile: String?
      package var similarPlace: Int?
      package var similarLine: Int?
      package var similarId: String?
      package var similarity: Double?
    }

    package var reason: Reason
    package var target: String?
    package var samples: [Sample]
  }

  /// The judgement of one selection by held-out text.
  package struct Judged: Codable, Sendable {
    /// The files of a further selection; nil for the run's own, and for a random one.
    package var file: String?
    package var isRandom: Bool
    package var tokens: Int
    package var bitsPerByte: Double
    package var perplexity: Double
    package var smallest: Double?
    package var largest: Double?
  }

  package struct File: Codable, Sendable {
    package var role: String
    /// nil for standard output.
    package var path: String?
    package var bytes: Int
    package var documents: Int?
    /// XXH3-64 of an input's bytes, or of an output's lines; nil if it isn't known.
    package var xxh3: String?
  }

  /// A section that a run can't have, and why.
  package enum Lack: String, Codable, Sendable {
    /// Candidates don't have the other documents of the pool.
    case poolOfCandidates = "pool_of_candidates"
    /// Files of weights don't have the fields of documents.
    case domainsOfWeights = "domains_of_weights"
    case domainsOfCandidates = "domains_of_candidates"
    /// `resample` reads no target.
    case target
    /// `compare` doesn't weigh.
    case weights
    /// No pool was named.
    case pool
  }

  package struct Timings: Codable, Sendable {
    package var command: Invocation?
    package var seconds: Double
    package var threads: Int
  }

  package var format = Self.formatName
  package var formatVersion = Self.newestVersion
  package var dselVersion: String
  package var command: String
  package var seed: UInt64
  package var settings: [Setting] = []
  package var targets: [Target] = []
  package var selected: Side
  package var pool: Side?
  /// nil if the pool wasn't read.
  package var fates: [Fate]?
  package var isOfSet = false
  package var weights: [Weights] = []
  package var sizes: Sizes?
  package var lengths: [Lengths] = []
  package var domains: Domains?
  package var phrases: Phrases?
  package var parts: Parts?
  package var judged: [Judged] = []
  package var samples: [SampleGroup] = []
  package var lacks: [Lack] = []
  package var files: [File] = []
  /// The files that aren't listed.
  package var otherFiles = 0
  package var timings: Timings
}
