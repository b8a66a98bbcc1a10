import Compression
import Files
import Foundation
import Platform
import Reading
import TestSupport
import Testing
import Writing

@testable import Pipeline

/// The pass number and the number of passes that a run reports.
@Suite struct ProgressPassTests {
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()
  private let seen = Seen()

  init() throws {
    directory = try TemporaryDirectory()
    let lines = (0..<60).map { number in
      Data(
        "{\"text\":\"document \(number) of words\",\"q\":\(number),\"d\":\"\(number % 3)\"}".utf8)
    }
    try directory.write(lines.joinedLines, to: "pool.jsonl")
    try directory.write(Array(lines.prefix(9)).joinedLines, to: "target.jsonl")
  }

  /// Steps with their passes, each once, in the order of the reports.
  private final class Seen: Sendable {
    private let steps = Lock<[String]>([])

    var meter: ProgressMeter {
      ProgressMeter(interval: .zero) { report in
        let pass = report.pass.map { " \($0.number)/\($0.count)" } ?? ""
        self.steps.withLock { steps in
          let step = report.step.rawValue + pass
          if steps.last != step { steps.append(step) }
        }
      }
    }

    var all: [String] { steps.withLock { $0 } }
  }

  private var pool: String { directory.path("pool.jsonl") }

  private func outputs(remainder: Bool = false) -> OutputSettings {
    var outputs = OutputSettings()
    outputs.output = .file(path: directory.path("out.jsonl"))
    outputs.remainder = remainder ? .file(path: directory.path("rest.jsonl")) : nil
    return outputs
  }

  private func select(_ change: (inout SelectSettings) -> Void) throws -> [String] {
    var settings = SelectSettings(
      targets: [TargetSettings(name: nil, paths: [directory.path("target.jsonl")])], pool: [pool])
    settings.features.bucketCount = 1000
    settings.draw.minimumTokenCount = 0
    settings.size = .documents(5)
    settings.outputs = outputs()
    change(&settings)
    _ = try Select(settings, progress: seen.meter, registry: registry).run()
    return seen.all
  }

  @Test func `Select fits, weighs and copies the pool`() throws {
    #expect(try select { _ in } == ["fitTarget", "fitPool 1/3", "weigh 2/3", "copy 3/3"])
  }

  /// For 5 documents, 5 + 5/4 + 1024 = 1,030 are kept, of each 2,060. 2,000 are nearly the same.
  @Test func `Passes that are made again are counted`() throws {
    let words = (0..<130).map { "word\($0)" }
    let similar = (0..<2000).map { number in
      let text = (words[..<60] + ["w\(number)"] + words[61...]).joined(separator: " ")
      return Data("{\"text\":\"\(text)\"}".utf8)
    }
    try directory.write(
      (similar + [try directory.read("pool.jsonl")]).joinedLines, to: "pool.jsonl")
    try directory.write(Array(similar.prefix(9)).joinedLines, to: "target.jsonl")
    #expect(
      try select {
        $0.nearDuplicates = 0.8
        $0.reading.threadCount = 1
      }
        == ["fitTarget", "fitPool 1/4", "weigh 2/4", "compareCandidates 3/4", "weigh 4/6"]
        + ["compareCandidates 5/6", "copy 6/6"])
  }

  @Test func `Every further pass of select is counted`() throws {
    let pipe = directory.path("pipe")
    try #require(Program.run("/usr/bin/mkfifo", [pipe], in: directory).status == 0)
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/bin/sh")
    writer.arguments = ["-c", "cat \"$0\" >\"$1\"", pool, pipe]
    try writer.run()
    let steps = try select {
      $0.pool = [pipe]
      $0.draw.temperature = .effectiveSampleSize(20)
      $0.outputs = outputs(remainder: true)
    }
    writer.waitUntilExit()
    #expect(
      steps == [
        "spool 1/6", "fitTarget", "fitPool 2/6", "measure 3/6", "weigh 4/6", "copy 5/6",
        "remainder 6/6",
      ])
  }

  private func resample(
    size: SelectionSize = .documents(5), remainder: OutputSettings.Place? = nil,
    _ change: (inout ResampleSettings) -> Void = { _ in }
  ) throws -> [String] {
    var settings = ResampleSettings(
      source: .fields([FieldWeight(field: "q", scale: 1)], size: size, remainder: remainder),
      pool: [pool])
    settings.draw.minimumTokenCount = 0
    settings.outputs = outputs()
    change(&settings)
    _ = try Resample(settings, progress: seen.meter, registry: registry).run()
    return seen.all
  }

  @Test func `A draw by fields of a known size takes two passes`() throws {
    #expect(try resample() == ["draw 1/2", "copy 2/2"])
  }

  @Test func `A fraction needs a pass for counting`() throws {
    #expect(
      try resample(size: .fraction(0.5)) == ["measure 1/3", "draw 2/3", "copy 3/3"])
  }

  @Test func `The default size is a fraction`() throws {
    #expect(
      try resample(size: .standard) == ["measure 1/3", "draw 2/3", "copy 3/3"])
  }

  @Test func `Strata, epochs and the remainder take one pass each`() throws {
    let steps = try resample(remainder: outputs(remainder: true).remainder) {
      $0.stratify = StratifySettings(field: "d")
      $0.epochCount = 2
      $0.draw.temperature = .overlap(0.5)
    }
    #expect(
      steps == [
        "countStrata 1/6", "measure 2/6", "draw 3/6", "copy 4/6", "copy 5/6", "remainder 6/6",
      ])
  }

  @Test func `Fit has one pass`() throws {
    var settings = FitSettings(inputs: [pool])
    settings.features.bucketCount = 1000
    settings.output = .file(path: directory.path("model"))
    _ = try Fit(settings, progress: seen.meter, registry: registry).run()
    #expect(seen.all == ["fit 1/1"])
  }

  @Test func `Weights are read once for a known size, and twice for a fraction`() throws {
    for (input, output) in [("target.jsonl", "target.model"), ("pool.jsonl", "pool.model")] {
      var fit = FitSettings(inputs: [directory.path(input)])
      fit.features.bucketCount = 1000
      fit.minimumTokenCount = 0
      fit.output = .file(path: directory.path(output))
      _ = try Fit(fit, progress: ProgressMeter(show: nil), registry: registry).run()
    }
    var weigh = WeighSettings(
      .weights(targets: [NamedModel(name: nil, path: directory.path("target.model"))]),
      poolModel: directory.path("pool.model"), pool: [pool])
    weigh.output = .file(path: directory.path("weights"))
    _ = try Weigh(weigh, progress: seen.meter, registry: registry).run()
    #expect(seen.all == ["weigh 1/1"])
    let known = Seen()
    let fraction = Seen()
    for (seen, size) in [(known, SelectionSize.documents(5)), (fraction, .fraction(0.5))] {
      var settings = ResampleSettings(
        source: .weights([directory.path("weights")], target: nil, size: size), pool: [pool])
      settings.draw.minimumTokenCount = 0
      settings.outputs = outputs()
      settings.outputs.replaces = true
      _ = try Resample(settings, progress: seen.meter, registry: registry).run()
    }
    #expect(known.all == ["draw 1/2", "copy 2/2"])
    #expect(fraction.all == ["measure 1/3", "draw 2/3", "copy 3/3"])
  }

  @Test func `Compare reads the pool twice, and reports no pass without one`() throws {
    var settings = CompareSettings(
      targets: [directory.path("target.jsonl")], selected: [directory.path("target.jsonl")])
    settings.features.bucketCount = 1000
    _ = try Compare(settings, progress: seen.meter, registry: TemporaryFiles()).run()
    #expect(seen.all == ["fitTarget", "countSelected"])
    let other = Seen()
    settings.pool = [pool]
    _ = try Compare(settings, progress: other.meter, registry: TemporaryFiles()).run()
    #expect(other.all == ["fitTarget", "countSelected", "fitPool 1/2", "countRandom 2/2"])
  }

  @Test func `Judging by held-out text reads the pool a third time`() throws {
    var settings = CompareSettings(
      targets: [directory.path("target.jsonl")], selected: [directory.path("target.jsonl")],
      pool: [pool])
    settings.features.bucketCount = 1000
    settings.heldout = HeldoutSettings(files: [directory.path("target.jsonl")])
    _ = try Compare(settings, progress: seen.meter, registry: TemporaryFiles()).run()
    #expect(
      seen.all == [
        "fitTarget", "countSelected", "fitPool 1/3", "countRandom 2/3", "readHeldout",
        "readSelections", "countRandom 3/3", "judge",
      ])
  }
}
