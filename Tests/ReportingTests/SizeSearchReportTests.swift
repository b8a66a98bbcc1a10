import Testing

@testable import Pipeline
@testable import Reporting

@Suite struct SizeSearchReportTests {
  /// A search of sizes 1, 2, 4, …, with these bits per byte.
  private func record(_ bits: [Double], end: SizeSearchRecord.End) -> SizeSearchRecord {
    let trials = bits.enumerated().map { place, bits in
      SizeSearchRecord.Trial(
        size: 1 << place, documents: 1, tokens: 1, bitsPerByte: bits, perplexity: 1)
    }
    let best = trials.min { $0.bitsPerByte < $1.bitsPerByte }
    let half = SizeSearchRecord.Half(documents: 1, tokens: 1)
    return SizeSearchRecord(
      unit: "documents", best: best?.size ?? 0, trials: trials, end: end, selecting: half,
      predicted: half, leftOut: 0)
  }

  @Test func `The summary shows two sizes on either side of the best`() {
    #expect(
      record([9, 8, 7, 6, 5, 6, 7, 8, 9], end: .turned).summary
        == [
          "sizes in documents: …, 4, 8, 16 (best), 32, 64, …",
          "held-out bits per byte: …, 7.000, 6.000, 5.000, 6.000, 7.000, …",
        ])
    #expect(
      record([5, 6], end: .turned).summary
        == ["sizes in documents: 1 (best), 2", "held-out bits per byte: 5.000, 6.000"])
  }

  /// 1 − 3.9 / 4 = 2.5 %.
  @Test func `Advice says how much the largest size gained`() {
    let gained =
      "the largest size that was tried serves the target best, with 2.5 % fewer bits per "
    #expect(
      record([5, 4, 3.9], end: .limit).advice
        == gained + "byte than 2. To try larger sizes, use --auto-limit 8 or more.")
    #expect(
      record([5, 4, 3.9], end: .pool).advice
        == gained + "byte than 2. The pool is too small for the next one: more text may serve it "
        + "better.")
    #expect(
      record([5], end: .limit).advice
        == "the largest size that was tried serves the target best. To try larger sizes, use "
        + "--auto-limit 2 or more.")
    #expect(record([5, 6], end: .limit).advice == nil)
    #expect(record([5, 4, 5, 6], end: .turned).advice == nil)
  }
}
