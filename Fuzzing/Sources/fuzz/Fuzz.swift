import CFuzzer

/// `fuzz TARGET [options and directories of libFuzzer]`
@main struct Fuzz {
  private static let targets: [String: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32] = [
    "documents": { fuzzDocuments(bytes($0, $1)) },
    "tokens": { fuzzTokens(bytes($0, $1)) },
    "containers": { fuzzContainers(bytes($0, $1)) },
    "models": { fuzzModels(bytes($0, $1)) },
    "candidates": { fuzzCandidates(bytes($0, $1)) },
    "weights": { fuzzWeights(bytes($0, $1)) },
    "draws": { fuzzDraws(bytes($0, $1)) },
    "parquet": { fuzzParquet(bytes($0, $1)) },
  ]

  static func main() {
    guard let target = targets[CommandLine.arguments.dropFirst().first ?? ""] else {
      fatalError("name one of: \(targets.keys.sorted().joined(separator: ", "))")
    }
    // libFuzzer gets the arguments without the target.
    var count = CommandLine.argc - 1
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
      CommandLine.unsafeArgv + 1
    arguments?[0] = CommandLine.unsafeArgv[0]
    _ = LLVMFuzzerRunDriver(&count, &arguments, target)
  }

  private static func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: start, count: count))
  }
}

/// Works as `precondition`, but says what broke in a release build, too.
func require(_ condition: Bool, _ message: @autoclosure () -> String = "") {
  if !condition { fatalError(message()) }
}
