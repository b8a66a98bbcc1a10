import Files
import Glibc

@testable import Choosing
@testable import Featurizing
@testable import Pipeline
@testable import Reading
@testable import Resampling
@testable import Weighting

/// The file in memory that each input is written to, for readers that need a path.
private let path: String = {
  let path = "/dev/shm/dsel-fuzz-\(getpid())"
  atexit { unlink("/dev/shm/dsel-fuzz-\(getpid())") }
  return path
}()

private func write(_ bytes: [UInt8]) {
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  require(file >= 0, "can't create \(path)")
  let written = Glibc.write(file, bytes, bytes.count)
  require(written == bytes.count, "can't write \(path)")
  close(file)
}

private let limits = ReadingLimits(maximumLine: 1 << 20, maximumWindow: 1 << 20)

/// A model is either refused, or it can be written, read again, merged and learned from.
func fuzzModels(_ input: [UInt8]) -> Int32 {
  write(input)
  guard let model = readModel() else { return 0 }
  var bytes: [UInt8] = []
  model.forEachLine { bytes += $0 + [UInt8(ascii: "\n")] }
  write(bytes)
  require(readModel() == model, "another model")
  require(model.counts.bucketCount == model.settings.bucketCount, "another number of buckets")
  do { try model.checkSum(with: model) } catch { return 0 }
  var twice = model
  do { try twice.merge(model) } catch { fatalError("\(error)") }
  require(twice.counts.featureCount == 2 * model.counts.featureCount, "another sum")
  require(twice.sample == model.sample, "another sample")
  if let sample = model.sample, model.counts.featureCount > 0, sample.documentCount < 8 {
    _ = LogisticTrainer(target: sample, pool: sample).train()
  }
  return 0
}

private func readModel() -> FittedModel? {
  guard let shard = try? Shard(path: path), var stream = try? JSONStream(shard, limits: limits)
  else { return nil }
  do { return try FittedModel(&stream) } catch { return nil }
}

/// Candidates are either refused, or they can be drawn from, in whole and in parts.
func fuzzCandidates(_ input: [UInt8]) -> Int32 {
  write(input)
  guard let shard = try? Shard(path: path),
    let file = try? CandidateFile(reading: path, limits: limits)
  else { return 0 }
  let count = file.header.settings.count
  let all = file.buffers(count: count).flatMap { $0.kept() }
  require(all.count <= file.candidates.count, "more than there are")
  let some = file.buffers(count: min(count, 3)).flatMap { $0.kept() }
  let settings = file.header.settings
  if settings.objective == .weight, settings.nearDuplicates == nil, settings.unit == .documents,
    settings.stratify == nil
  {
    require(all.count <= count && some.count <= 3, "more than were asked for")
  }
  readFeatures(shard, rankCount: file.header.profiles.map(\.rankCount).max() ?? 0)
  require(some.allSatisfy { $0.position.shard < file.header.shards.count }, "no such shard")
  do throws(PipelineError) {
    _ = try CandidateFile(merging: [shard, shard], limits: limits)
    require(file.header.shards.isEmpty, "a shard twice")
  } catch {
    switch error {
    case .candidates: break
    default: fatalError("\(error)")
    }
  }
  return 0
}

/// Features are either refused, or written as they were read.
private func readFeatures(_ shard: Shard, rankCount: Int) {
  guard var lines = try? CandidateLines(shard, limits: limits, content: .features) else { return }
  while let line = try? lines.next() {
    var words: [UInt32] = []
    let bytes = line.features ?? []
    guard FeatureBytes.decode(bytes, candidate: 0, rankCount: rankCount, into: &words) else {
      return require(words.isEmpty, "part of a record")
    }
    let record = CandidateRecord(in: words.span, at: 0)
    require(record.end == words.count, "not a record")
    require(FeatureBytes.encode(record, in: words.span) == bytes, "other features")
  }
}

/// A line of weights is either refused, or its document can be a candidate.
func fuzzWeights(_ input: [UInt8]) -> Int32 {
  guard !input.contains(UInt8(ascii: "\n")), let choice = input.first else { return -1 }
  let line = Array(input.dropFirst())
  let target = choice % 2 == 0 ? nil : "x"
  var buffer = ByteBuffer()
  write([])
  guard let file = try? File(reading: path),
    let shard = try? Shard(name: "two.jsonl", spool: Shard.OpenFile(file)),
    (try? buffer.append(line.span)) != nil
  else { return -1 }
  var parser = DocumentParser(
    textField: TextField(StoredWeightReader.textField), fields: StoredWeightReader.fields(target: target))
  var reader = StoredWeightReader(
    target: target, shards: ShardFinder([shard]), usesLogOdds: choice & 2 != 0)
  try? parser.parse(0..<line.count, of: &buffer) { text, fields in
    let document = try reader.read(
      text,
      of: DocumentLine(
        position: Position(shard: 0, place: 0), byteCount: line.count, number: 1, fields: fields))
    require(document.position.shard == 0 && document.position.place >= 0, "no such place")
    require(reader.weight(0).logWeight.isFinite && reader.weight(0).logOdds.isFinite, "no weight")
    // Whatever the line says, it can be a candidate.
    _ = Candidate(
      key: reader.weight(0).logWeight, textHash: document.textHash, position: document.position,
      lineByteCount: document.lineByteCount, textByteCount: document.textByteCount,
      tokenCount: document.size.tokenCount)
  }
  return 0
}
