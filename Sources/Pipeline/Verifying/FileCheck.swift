internal import Files
internal import Platform
internal import Reading

/// Compares a file with what a manifest says about it.
struct FileCheck {
  var limits: ReadingLimits
  var progress: ProgressMeter

  /// Compares an input, by its stored bytes, or if these differ by the decompressed ones.
  ///
  /// - Throws: ``PipelineError`` for a file that is there and can't be read.
  func input(_ file: StoredManifest.File, at path: String) throws -> Verification.State {
    try check(path) { shard in
      guard let hash = file.xxh3 else {
        // The pool of a `resample`, of which only the chosen lines are read.
        return shard.status.byteCount == file.bytes ? .sameSize : .changed
      }
      if try ContentHash.of(shard).hash.hexadecimal == hash { return .same }
      guard let text = file.textXxh3 else { return .changed }
      return try textHash(of: shard) == text ? .sameText : .changed
    }
  }

  /// Compares an output, by its decompressed bytes.
  ///
  /// - Throws: ``PipelineError`` for a file that is there and can't be read.
  func output(textHash hash: String, at path: String) throws -> Verification.State {
    try check(path) { try textHash(of: $0) == hash ? .same : .changed }
  }

  private func check(
    _ path: String, _ compare: (Shard) throws -> Verification.State
  ) throws -> Verification.State {
    do {
      guard let status = try FileStatus(path: path) else { return .missing }
      // A directory or a device has taken the file's place.
      guard status.kind == .regular else { return .changed }
      let shard = try Shard(path: path)
      defer { progress.advance(stored: shard.status.byteCount, text: shard.status.byteCount) }
      return try compare(shard)
    } catch ReadingError.damaged {
      return .changed
    } catch let error as ReadingError {
      throw PipelineError.input(.reading(error, line: nil))
    } catch let error as SystemError {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
  }

  private func textHash(of shard: Shard) throws -> String? {
    var source = try ByteSource.open(
      shard, maximumWindow: limits.maximumWindow, hashesContent: true, expecting: .value)
    source.expectation = nil
    var buffer = ByteBuffer()
    try buffer.reserve(additional: Self.blockSize)
    repeat {
      buffer.removeAll(keepingCapacityUpTo: .max)
      try buffer.append(upTo: Self.blockSize) { output throws(ReadingError) in
        try source.read(into: &output)
      }
    } while !buffer.isEmpty
    return source.textHash?.hexadecimal
  }

  private static let blockSize = 512 << 10
}
