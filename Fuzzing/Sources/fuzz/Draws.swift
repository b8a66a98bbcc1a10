import Dispatch
import Glibc

@testable import Pipeline
@testable import Resampling
@testable import Writing

/// A draw by numbers in lines equals a sort of keys, for any numbers and options.
///
/// Its record is JSON with statistics that are possible. The draw is refused only for a number that
/// is too large.
///
/// The first bytes are options, and the others are ratings: see ``DrawCase``.
func fuzzDraws(_ input: [UInt8]) -> Int32 {
  var bits = Bits(input)
  guard let options = DrawCase(&bits) else { return -1 }
  let path = "/dev/shm/dsel-fuzz-draws-\(getpid())"
  let output = path + ".out"
  defer {
    unlink(path)
    unlink(output)
  }
  write(options.lines, to: path)
  var settings = options.settings
  settings.pool = [path]
  settings.outputs.output = .file(path: output)
  settings.outputs.replaces = true
  settings.reading.threadCount = 1
  switch run(settings) {
  case .success(let manifest): options.check(manifest, read(output))
  case .failure(let error): options.check(error)
  }
  return 0
}

/// Takes numbers from the front of the input.
private struct Bits {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  mutating func byte() -> UInt8? { bytes.popFirst() }

  mutating func word() -> UInt64? {
    guard bytes.count >= 8 else { return nil }
    defer { bytes.removeFirst(8) }
    return bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A number as it could stand in a line or after an option.
  ///
  /// Small and extreme numbers are more frequent than at random.
  mutating func number() -> (text: String, value: Float80)? {
    guard let kind = byte(), let bits = word() else { return nil }
    let ends: [Double] = [
      1e308, -1e308, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 0,
      -0.0, 1e15, 0x1p63, 0x1p53, 1, -1, 1e-300, 1e305, 1.7e18,
    ]
    switch kind % 6 {
    case 0:
      let value = Double(bitPattern: bits)
      return value.isFinite ? ("\(value)", Float80(value)) : nil
    case 1: return ("\(Int64(bitPattern: bits))", Float80(Int64(bitPattern: bits)))
    case 2: return ("\(bits)", Float80(bits))
    case 3: return ("\(bits % 7)", Float80(bits % 7))
    case 4:
      // Times in nanoseconds.
      let time = 1_732_500_000_000_000_000 + bits % 1000
      return ("\(time)", Float80(time))
    default:
      let value = ends[Int(bits % UInt64(ends.count))]
      return ("\(value)", Float80(value))
    }
  }
}

private struct DrawCase {
  var settings: ResampleSettings
  /// The exact sum of each document, as long doubles have it.
  private var weights: [Float80] = []
  /// The largest product of a number and its scale.
  private var largestPart: Float80 = 0
  private(set) var lines = ""

  init?(_ bits: inout Bits) {
    guard let flags = bits.byte(), let sizes = bits.byte(), let seed = bits.word(),
      let amount = bits.word(), let heat = bits.number(), let goal = bits.word()
    else { return nil }
    var scales: [Float80] = []
    for _ in 0..<(flags & 1 == 0 ? 1 : 2) {
      guard let scale = bits.number() else { return nil }
      // Most draws are by the numbers themselves.
      let isOne = flags & 2 == 0 || abs(scale.value) > 1e300
      scales.append(isOne ? 1 : Float80(Double(scale.value)))
    }
    let size: SelectionSize =
      switch sizes % 4 {
      case 0: .documents(Int(amount % 64) + 1)
      case 1: .fraction(max(1e-300, Double(amount) * 0x1p-64))
      case 2: .tokens(Int(amount % 100_000_000_000_000) + 1)
      default: .bytes(Int(amount % 4096) + 1)
      }
    settings = ResampleSettings(
      source: .fields(
        scales.enumerated().map { FieldWeight(field: "q\($0.offset)", scale: Double($0.element)) },
        size: size, remainder: nil),
      pool: [])
    settings.draw.seed = seed
    settings.draw.minimumTokenCount = 0
    settings.draw.addsNoise = flags & 4 == 0
    let share = (Double(goal >> 11) + 0.5) * 0x1p-53
    switch flags >> 3 & 3 {
    case 0: settings.draw.temperature = .effectiveSampleSize(flags & 32 == 0 ? nil : Double(goal))
    case 1: settings.draw.temperature = .overlap(share)
    case 2: settings.draw.temperature = .fixed(1)
    default: settings.draw.temperature = .fixed(max(1e-6, abs(Double(heat.value))))
    }
    if flags & 64 != 0 { settings.replay = share }
    while weights.count < 48 {
      var weight: Float80 = 0
      var fields = ""
      for (index, scale) in scales.enumerated() {
        guard let number = bits.number() else { break }
        weight += scale * number.value
        largestPart = max(largestPart, abs(scale * number.value))
        fields += ",\"q\(index)\":\(number.text)"
      }
      guard fields.utf8.count(where: { $0 == UInt8(ascii: ":") }) == scales.count else { break }
      lines += "{\"text\":\"d\(weights.count)\"\(fields)}\n"
      weights.append(weight)
    }
    guard !weights.isEmpty else { return nil }
  }

  private var largest: Float80 { weights.map { abs($0) }.max() ?? 0 }

  func check(_ manifest: ResampleManifest, _ output: String) {
    _ = ManifestWriter.encode(manifest)
    let temperature = Float80(manifest.settings.temperature)
    require(manifest.settings.temperature > 0, "no temperature")
    require(manifest.eligibleDocuments == weights.count, "another number of documents")
    let size = manifest.effectiveSampleSize ?? 0
    require((1...Double(weights.count)).contains(size), "an effective sample size of \(size)")
    if largest / temperature < 1e6 {
      let expected = effectiveSampleSize(temperature)
      require(abs(size / expected - 1) < 1e-6, "\(size), not \(expected)")
    }
    if let overlap = manifest.overlapWithTopK {
      require((0...1 + 1e-12).contains(overlap), "an overlap of \(overlap)")
    }
    if let correlation = manifest.weightLengthCorrelation {
      require((-1...1).contains(correlation), "a correlation of \(correlation)")
    }
    checkSelection(output, temperature, manifest.selected.documents)
  }

  /// Checks that the drawn documents have the largest keys, as far as rounding allows.
  private func checkSelection(_ output: String, _ temperature: Float80, _ count: Int) {
    let drawn = output.split(separator: "\n").map { line in
      Int(line.dropFirst(#"{"text":"d"#.count).prefix { $0 != "\"" }) ?? -1
    }
    require(drawn.count == count && Set(drawn).count == count, "a document twice, or not at all")
    require(drawn.allSatisfy(weights.indices.contains), "no such document")
    if case .fields(_, .documents(let wanted), _) = settings.source {
      require(count == min(wanted, weights.count), "\(count), not \(wanted)")
    }
    guard settings.replay == 0 else { return }
    let noise = GumbelNoise(seed: settings.draw.seed)
    let keys = weights.enumerated().map { index, weight in
      let identity = TextHash.of(Array("d\(index)".utf8).span)
      return weight / temperature
        + (settings.draw.addsNoise ? Float80(noise.noise(of: identity)) : 0)
    }
    let isDrawn = Set(drawn)
    let smallest = drawn.map { keys[$0] }.min() ?? .infinity
    let left = weights.indices.filter { !isDrawn.contains($0) }.map { keys[$0] }.max() ?? -.infinity
    let rounding = (largest / temperature + 64) * 0x1p-50
    require(smallest >= left - rounding, "\(smallest) was drawn, and not \(left)")
  }

  /// The result by plain arithmetic.
  private func effectiveSampleSize(_ temperature: Float80) -> Double {
    let largest = weights.max() ?? 0
    let all = weights.map { exp(Double(($0 - largest) / temperature)) }
    let sum = all.reduce(0, +)
    return sum * sum / all.reduce(0) { $0 + $1 * $1 }
  }

  /// A draw is refused only for numbers that are too large.
  func check(_ error: any Error) {
    guard case .input(.invalidLine(_, _, let fault))? = error as? PipelineError else {
      fatalError("\(error)")
    }
    switch fault {
    case .sumTooLarge, .weightTooLarge: break
    default: fatalError("\(error)")
    }
    var temperature: Float80 = 1
    if case .fixed(let value) = settings.draw.temperature { temperature = Float80(value) }
    require(max(largestPart, largestPart / temperature) > 1e300, "refused: \(error)")
  }
}

/// Runs the draw to its end, because libFuzzer's functions are synchronous.
private func run(_ settings: ResampleSettings) -> Result<ResampleManifest, any Error> {
  final class Box: @unchecked Sendable { var result: Result<ResampleManifest, any Error>? }
  let (box, isDone) = (Box(), DispatchSemaphore(value: 0))
  Task {
    do {
      let manifest = try Resample(
        settings, progress: ProgressMeter(show: nil), registry: TemporaryFiles()
      ).run()
      box.result = .success(manifest)
    } catch {
      box.result = .failure(error)
    }
    isDone.signal()
  }
  isDone.wait()
  guard let result = box.result else { fatalError("no result") }
  return result
}

private func write(_ text: String, to path: String) {
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  require(file >= 0, "can't create \(path)")
  let bytes = Array(text.utf8)
  require(Glibc.write(file, bytes, bytes.count) == bytes.count, "can't write \(path)")
  close(file)
}

private func read(_ path: String) -> String {
  let file = open(path, O_RDONLY)
  require(file >= 0, "can't open \(path)")
  defer { close(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 16)
  let count = Glibc.read(file, &bytes, bytes.count)
  require(count >= 0, "can't read \(path)")
  return String(decoding: bytes[..<count], as: UTF8.self)
}
