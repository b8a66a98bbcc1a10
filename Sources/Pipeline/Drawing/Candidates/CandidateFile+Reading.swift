internal import Reading

/// Reads candidates.
extension CandidateFile {
  /// True if the file begins like a file of candidates.
  ///
  /// - Throws: ``PipelineError``
  static func isOne(_ shard: Shard, limits: ReadingLimits) throws(PipelineError) -> Bool {
    do throws(ReadingError) {
      let head = try ByteSource.head(of: shard, byteCount: 64, limits: limits)
      return String(decoding: head, as: UTF8.self).contains("\"\(Self.format)\"")
    } catch {
      throw .input(.reading(error, line: nil))
    }
  }

  /// - Throws: ``PipelineError``
  init(reading path: String, limits: ReadingLimits) throws(PipelineError) {
    let shard: Shard
    do throws(ReadingError) { shard = try Shard(path: path) } catch {
      throw .input(.reading(error, line: nil))
    }
    self = try CandidateFile(reading: shard, limits: limits)
  }

  /// - Throws: ``PipelineError``
  init(reading shard: Shard, limits: ReadingLimits) throws(PipelineError) {
    var lines = try CandidateLines(shard, limits: limits)
    header = lines.header
    candidates = []
    while let line = try lines.next() {
      candidates.append(line.candidate)
      if header.isExhausted != nil { partNumbers.append(line.part) }
      if header.hasRoles { roles.append(line.role) }
    }
    while let line = try lines.nextExcluded() {
      excluded.add(line.candidate, line.reason ?? .target, line.role)
    }
    while let document = try lines.nextNearDuplicate() { nearDuplicates.append(document) }
  }
}
