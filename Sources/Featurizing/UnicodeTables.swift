internal import CVector

/// Classes and lower-case mappings of Unicode scalars, in two stages: a block number for every 256
/// scalars, and the blocks, where equal ones are stored once.
///
/// They are built from the generated ranges in about a millisecond, and then shared by all
/// tokenizers.
@safe package final class UnicodeTables: @unchecked Sendable {
  // Sendable because nothing is written after `init`.

  /// The version of Unicode in the tables.
  ///
  /// The meaning of a model depends on it.
  package static let version = UnicodeTableData.version

  /// The class of a scalar, for the tokenizers.
  enum Class: UInt8 {
    /// Neither word nor white space: punctuation, symbols, controls, unassigned.
    case other = 0
    case space = 1
    case word = 2
    /// Combining marks, ZWNJ and ZWJ, which belong to the character before them.
    case extend = 3
    /// A word character of a script written without spaces.
    case single = 4
  }

  /// The properties of a scalar that the final-sigma rule needs.
  enum CaseContext: UInt16 { case neither, cased, ignorable }

  /// The class (bits 0–2), the case context (3–4), and the place of the lower-case mapping plus one
  /// (5–15).
  struct Properties {
    let bits: UInt16
    var classIndex: Int { Int(bits & 7) }
    var caseContext: UInt16 { bits >> 3 & 3 }
    var hasLowercase: Bool { bits >> 5 != 0 }
  }

  static let capitalSigma: UInt32 = 0x3A3
  static let finalSigma: UInt32 = 0x3C2
  static let capitalIWithDot: UInt32 = 0x130
  private static let scalarCount = 0x110000

  private let blockNumbers: UnsafeMutablePointer<UInt16>
  private let blocks: UnsafeMutablePointer<UInt16>
  private let lowercaseTargets: UnsafeMutablePointer<UInt32>
  /// The letters that ``CVector`` knows as single characters, if they are all.
  private static let kana: [ClosedRange<UInt32>] = [
    0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FC...0x30FF,
  ]
  private static let ideographs: Range<UInt32> = 0x4E00..<0xA000

  /// The same tables for all steps of a run.
  package static let shared = UnicodeTables()

  package init() {
    var numbers = [UInt16](repeating: 0, count: Self.scalarCount >> 8)
    var distinct: [UInt16] = []
    var numberOfBlock: [[UInt16]: UInt16] = [:]
    // Blocks in which all scalars have the same properties, by these properties. Most blocks are of
    // this kind, and hashing each would take a third of the start-up time.
    var numberOfUniform: [UInt16: UInt16] = [:]
    var targets: [UInt32] = []

    let ranges = UnicodeTableData.ranges
    let mappings = UnicodeTableData.lowercase
    var range = 0
    var mapping = 0
    var block = [UInt16](repeating: 0, count: 256)
    for number in numbers.indices {
      let first = UInt32(number) << 8
      while range + 1 < ranges.count, ranges[range + 1] >> 8 <= first { range += 1 }
      let isUniform =
        (range + 1 == ranges.count || ranges[range + 1] >> 8 >= first + 256)
        && (mapping == mappings.count || mappings[mapping] >= first + 256)
      let uniform = UInt16(ranges[range] & 0x1F)
      if isUniform, let known = numberOfUniform[uniform] {
        numbers[number] = known
        continue
      }
      var scalar = first
      while scalar < first + 256 {
        while range + 1 < ranges.count, ranges[range + 1] >> 8 <= scalar { range += 1 }
        let nextStart =
          range + 1 < ranges.count ? ranges[range + 1] >> 8 : UInt32(Self.scalarCount)
        let end = min(nextStart, first + 256)
        let properties = UInt16(ranges[range] & 0x1F)
        for index in Int(scalar - first)..<Int(end - first) { block[index] = properties }
        scalar = end
      }
      while mapping < mappings.count, mappings[mapping] < first + 256 {
        targets.append(mappings[mapping + 1])
        block[Int(mappings[mapping] - first)] |= UInt16(targets.count) << 5
        mapping += 2
      }
      if let known = numberOfBlock[block] {
        numbers[number] = known
      } else {
        numbers[number] = UInt16(distinct.count >> 8)
        numberOfBlock[block] = numbers[number]
        distinct += block
      }
      if isUniform { numberOfUniform[uniform] = numbers[number] }
    }
    // SAFETY: allocated and initialised here, freed in `deinit`, and read through
    // `properties(of:)`.
    unsafe blockNumbers = .allocate(capacity: numbers.count)
    unsafe blockNumbers.initialize(from: numbers, count: numbers.count)
    unsafe blocks = .allocate(capacity: distinct.count)
    unsafe blocks.initialize(from: distinct, count: distinct.count)
    unsafe lowercaseTargets = .allocate(capacity: targets.count)
    unsafe lowercaseTargets.initialize(from: targets, count: targets.count)
  }

  deinit {
    unsafe blockNumbers.deallocate()
    unsafe blocks.deallocate()
    unsafe lowercaseTargets.deallocate()
  }

  /// The tables for ``CVector``, valid as long as this object lives.
  @unsafe func scalars(for kind: TokenizerKind) -> dsel_scalars {
    unsafe dsel_scalars(
      block_numbers: blockNumbers, blocks: blocks, lowercase: lowercaseTargets,
      has_kana: Self.kana.joined().allSatisfy(isPlainSingle) ? 1 : 0,
      has_ideographs: Self.ideographs.allSatisfy(isPlainSingle) ? 1 : 0,
      joins_marks: kind == .words ? 1 : 0)
  }

  /// Whether a scalar is a single character without a lower-case form.
  private func isPlainSingle(_ scalar: UInt32) -> Bool {
    let properties = properties(of: scalar)
    return properties.classIndex == Int(Class.single.rawValue) && !properties.hasLowercase
  }

  /// - Precondition: `scalar` is below 0x110000.
  @inline(__always) func properties(of scalar: UInt32) -> Properties {
    // SAFETY: the first stage has a number for every scalar, and each number has a complete block.
    let block = unsafe Int(blockNumbers[Int(scalar >> 8)])
    return unsafe Properties(bits: blocks[block << 8 | Int(scalar & 0xFF)])
  }

  /// The lower-case mapping of a scalar that has one, regardless of its context.
  @inline(__always) func lowercase(_ properties: Properties) -> UInt32 {
    // SAFETY: bits 5 and up hold the place of a mapping plus one.
    unsafe lowercaseTargets[Int(properties.bits >> 5) - 1]
  }

  /// Whether the capital sigma at `position` of `text` ends a word: a cased letter precedes it and
  /// none follows it, case-ignorable scalars aside (the Unicode Standard, table 3-17,
  /// `Final_Sigma`).
  ///
  /// - Complexity: O(*n*), where *n* is the number of case-ignorable bytes around it.
  func isFinalSigma(in text: Span<UInt8>, at position: Int) -> Bool {
    var before = position
    var isBehindLetter = false
    while before > 0 {
      before -= 1
      while before > 0, text[before] & 0xC0 == 0x80 { before -= 1 }
      let context = properties(of: UTF8Decoding.scalar(in: text, at: before).value).caseContext
      if context == CaseContext.ignorable.rawValue { continue }
      isBehindLetter = context == CaseContext.cased.rawValue
      break
    }
    guard isBehindLetter else { return false }
    var behind = position + 2
    while behind < text.count {
      let scalar = UTF8Decoding.scalar(in: text, at: behind)
      let context = properties(of: scalar.value).caseContext
      if context != CaseContext.ignorable.rawValue {
        return context != CaseContext.cased.rawValue
      }
      behind += scalar.length
    }
    return true
  }
}
