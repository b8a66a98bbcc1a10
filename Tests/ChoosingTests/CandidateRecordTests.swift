import Foundation
import TestSupport
import Testing

@testable import Choosing

/// Profiles, collectors, records and tables against dictionaries.
@Suite struct CandidateRecordTests {
  private static let bucketCount = 64

  /// Counts of a target in some 40 of 64 buckets.
  private static func bucketCounts(using random: inout SplitMix64) -> [UInt64] {
    (0..<bucketCount).map { _ in random.next() % 3 == 0 ? 0 : 1 + random.next() % 100 }
  }

  /// A document's features in blocks, as a featurizer gives them.
  private static func blocks(using random: inout SplitMix64) -> [[UInt32]] {
    (0..<Int.random(in: 0...4, using: &random)).map { _ in
      (0..<Int.random(in: 0...30, using: &random)).map { _ in
        UInt32.random(in: 0..<UInt32(bucketCount), using: &random)
      }
    }
  }

  /// The record's counts by rank.
  private static func counts(_ record: CandidateRecord, in words: [UInt32]) -> [UInt32: UInt32] {
    var counts: [UInt32: UInt32] = [:]
    for index in record.single { counts[words[index], default: 0] += 1 }
    for index in stride(from: record.repeated.lowerBound, to: record.repeated.upperBound, by: 2) {
      #expect(words[index + 1] > 1)
      counts[words[index], default: 0] += words[index + 1]
    }
    #expect(counts.count == record.featureCount, "each rank once")
    return counts
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `A profile ranks the target's buckets, the fullest first`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let bucketCounts = Self.bucketCounts(using: &random)
    let profile = TargetProfile(bucketCounts: bucketCounts, tokenCount: 1000)
    // Sorted by buckets already, and the sort by counts is stable.
    let used = bucketCounts.indices.filter { bucketCounts[$0] > 0 }
      .sorted { bucketCounts[$0] > bucketCounts[$1] }
    #expect(profile.rankCount == used.count)
    #expect(profile.counts == used.map { bucketCounts[$0] })
    #expect(profile.shares == used.map { Double(bucketCounts[$0]) / 1000 })
    #expect(profile.shareSum == Double(bucketCounts.reduce(0, +)) / 1000)
    for bucket in bucketCounts.indices {
      let rank = used.firstIndex(of: bucket).map { UInt32($0) }
      #expect(profile.ranks[bucket] == rank ?? TargetProfile.noRank)
    }
    let read = TargetProfile(counts: profile.counts, tokenCount: 1000)
    #expect(read.shares == profile.shares && read.shareSum == profile.shareSum)
  }

  @Test func `A target without tokens has no shares`() {
    let profile = TargetProfile(bucketCounts: [0, 0], tokenCount: 0)
    #expect(profile.rankCount == 0)
    #expect(profile.shareSum == 0)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `Records count the features that the target has too`(seed: UInt64) {
    var random = SplitMix64(state: 100 + seed)
    let bucketCounts = Self.bucketCounts(using: &random)
    let profile = TargetProfile(bucketCounts: bucketCounts, tokenCount: 1000)
    var collector = FeatureCollector(profile)
    var words: [UInt32] = []
    var expected: [[UInt32: UInt32]] = []
    for number in 0..<5 {
      let blocks = Self.blocks(using: &random)
      for block in blocks { collector.add(block.span) }
      collector.finish(candidate: 10 + number, into: &words)
      var counts: [UInt32: UInt32] = [:]
      for bucket in blocks.joined() where bucketCounts[Int(bucket)] > 0 {
        counts[profile.ranks[Int(bucket)], default: 0] += 1
      }
      expected.append(counts)
    }
    let records = CandidateRecords(words)
    #expect((0..<records.count).map { records[$0].candidate } == [10, 11, 12, 13, 14])
    #expect(
      (0..<records.count).map { Self.counts(records[$0], in: records.words) } == expected)
    #expect(records[4].end == words.count)

    var sums = [Double](repeating: 0, count: profile.rankCount)
    for number in 0..<5 { records[number].add(to: &sums, from: words.span, sign: 1) }
    records[2].add(to: &sums, from: words.span, sign: -1)
    for rank in sums.indices {
      let counts = [0, 1, 3, 4].map { expected[$0][UInt32(rank)] ?? 0 }
      #expect(sums[rank] == Double(counts.reduce(0, +)))
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `A table gives the same gains however its set came about`(seed: UInt64) {
    var random = SplitMix64(state: 200 + seed)
    let candidates = NaiveCandidates(count: 20, using: &random)
    let records = candidates.records(using: &random)
    let words = records.words.span
    var counts = [Double](repeating: 0, count: candidates.profile.rankCount)
    for number in 0..<6 { records[number].add(to: &counts, from: words, sign: 1) }
    var grown = GainTable(candidates.profile, pseudocount: 0.3)
    for number in 0..<8 { grown.add(records[number], in: words) }
    for number in 6..<8 { grown.add(records[number], in: words, sign: -1) }
    var added = GainTable(candidates.profile, pseudocount: 0.3)
    added.add(counts)
    let made = GainTable(candidates.profile, pseudocount: 0.3, counts: counts)
    // Tables whose memory was used before, and which know terms of other sets.
    var begun = GainTable(candidates.profile, pseudocount: 0.1)
    var copied = begun
    for number in 0..<20 {
      _ = begun.gain(of: records[number], in: words)
      _ = copied.gain(of: records[number], in: words)
    }
    begun.begin(candidates.profile, pseudocount: 0.3, counts: counts)
    copied.copy(grown)
    var set: [Int: Int] = [:]
    for document in candidates.documents[..<6] { set.merge(document.features) { $0 + $1 } }
    for number in 0..<20 {
      let gain = candidates.gain(candidates.documents[number], pseudocount: 0.3, set)
      for var table in [grown, added, made, begun, copied] {
        #expect(table.gain(of: records[number], in: words) == gain)
      }
    }
  }

  /// Counts on both sides of those whose logarithms a table knows, in a set that is made of whole
  /// numbers, and in one that completes something. The table of 5,000 ranks has some that are too
  /// far down to be kept.
  @Test(arguments: [0, 0.25], [0.1, 12.5])
  func `Gains are exact for all counts`(fraction: Double, pseudocount: Double) {
    let rankCount = 5000
    let shares = (0..<rankCount).map { UInt64(3 * (rankCount - $0)) }
    let profile = TargetProfile(counts: shares, tokenCount: 7_000_000)
    let sizes = [0, 1, 2, 63, 64, 65, 4095, 4096, 4097, 1_000_000]
    let occurrences = [1, 2, 14, 15, 16, 17, 31, 32, 33, 70_000]
    let counts = (0..<rankCount).map { Double(sizes[$0 % sizes.count]) + fraction }
    var table = GainTable(profile, pseudocount: pseudocount, counts: counts)
    for rank in [0..<10, 4090..<4110, 4990..<5000].joined() {
      for count in occurrences {
        let words: [UInt32] =
          count == 1 ? [0, 1, 0, UInt32(rank)] : [0, 0, 1, UInt32(rank), UInt32(count)]
        let record = CandidateRecord(in: words.span, at: 0)
        let term =
          profile.shares[rank]
          * Foundation.log(1 + Double(count) / (pseudocount + counts[rank]))
        let expected = Double(Int64((term * 0x1p50).rounded())) * 0x1p-50
        // Once found, and once known.
        #expect(table.gain(of: record, in: words.span) == expected)
        #expect(table.gain(of: record, in: words.span) == expected)
      }
    }
  }

  /// Halves are rounded up, and numbers below 1/2 or beyond 2⁵² are rounded rightly, too. One
  /// feature with ln(1 + c / a) = ln 2 has the gain p ln 2, whatever p is.
  @Test(arguments: [1, 3, 1 << 20, 1 << 40, 1 << 52, 1 << 62] as [Int])
  func `Gains of very small and large shares are exact`(tokenCount: Int) {
    let profile = TargetProfile(counts: [5, 1], tokenCount: tokenCount)
    var table = GainTable(profile, pseudocount: 1)
    for rank in 0..<2 {
      let words: [UInt32] = [0, 1, 0, UInt32(rank)]
      let term = profile.shares[rank] * Foundation.log(2)
      let expected = Double(Int64((term * 0x1p50).rounded())) * 0x1p-50
      let record = CandidateRecord(in: words.span, at: 0)
      #expect(table.gain(of: record, in: words.span) == expected)
    }
  }
}
