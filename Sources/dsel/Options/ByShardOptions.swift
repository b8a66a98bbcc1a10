import ArgumentParser

/// An output for each file of the pool.
struct ByShardOptions: ParsableArguments {
  @Flag(
    help: """
      With --candidates and --output-dir: one file for each pool file that has chosen lines. \
      shard_00000012.jsonl.zst has those of file 12 of the candidates, from 0. Other files stay, so \
      several runs may write to the directory; give each its own --manifest.
      """)
  var byShard = false

  /// - Throws: `ValidationError`
  func validate(_ source: WeightSourceOptions, _ output: OutputOptions) throws {
    guard byShard else { return }
    guard !source.candidates.isEmpty else {
      throw ValidationError(
        "--by-shard needs --candidates, which know the place of each file in the whole pool.")
    }
    guard output.outputDir != nil else {
      throw ValidationError("--by-shard needs --output-dir, a directory for the files.")
    }
    if let option = output.orderOption ?? output.shardBytes.map({ _ in "--shard-bytes" }) {
      throw ValidationError(
        "\(option) can't be used with --by-shard: each file has the lines of one pool file, in its "
          + "order.")
    }
  }
}

extension OutputOptions {
  /// The option that asks for another order than that of the pool; nil if none does.
  fileprivate var orderOption: String? {
    if shuffle { return "--shuffle" }
    return order.flatMap { $0 == .pool ? nil : "--order \($0.rawValue)" }
  }
}
