import Foundation

@testable import Reading

/// `benchmark FILE [--repeat N] [--megabytes M] [--keys N] [--drawn K] [--text-field F] [STAGE...]`
///
/// Times the stages of dsel one by one, on one thread, with the first M megabytes (100) of a file
/// of JSON lines.
///
/// A stage that needs the work of others first (`features` needs `tokens`) is timed with them: its
/// own cost is the difference. The figures are processor time, the median of N runs (5).
@main struct Benchmark {
  static func main() throws {
    var path: String?
    var repeatCount = 5
    var megabytes = 100
    var keys = (count: 20_000_000, drawn: 2_000_000)
    var textField: TextField = "text"
    var names: [String] = []
    var arguments = CommandLine.arguments.dropFirst().makeIterator()
    while let argument = arguments.next() {
      switch argument {
      case "--repeat": repeatCount = Int(arguments.next() ?? "") ?? repeatCount
      case "--megabytes": megabytes = Int(arguments.next() ?? "") ?? megabytes
      case "--keys": keys.count = Int(arguments.next() ?? "") ?? keys.count
      case "--drawn": keys.drawn = Int(arguments.next() ?? "") ?? keys.drawn
      case "--text-field": textField = TextField(arguments.next() ?? "text")
      default:
        if path == nil { path = argument } else { names.append(argument) }
      }
    }
    guard let path else {
      print(
        "usage: benchmark FILE [--repeat N] [--megabytes M] [--keys N] [--drawn K] [--text-field F] "
          + "[STAGE...]")
      exit(64)
    }
    let directory = FileManager.default.temporaryDirectory.appending(
      path: "dsel-benchmark-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let corpus = try Corpus(
      path, textField, byteLimit: megabytes * 1_000_000, directory: directory)
    let stages = Stage.all(corpus, keys: keys) { names.isEmpty || names.contains($0) }

    print("| stage | MB/s of JSONL | best | ns a token | ns a document or key |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for stage in stages {
      var times: [Double] = []
      for _ in 0..<repeatCount {
        let begin = processorTime()
        try stage.run()
        times.append(processorTime() - begin)
      }
      print(stage.row(times, corpus))
      fflush(nil)
    }
  }

  private static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
