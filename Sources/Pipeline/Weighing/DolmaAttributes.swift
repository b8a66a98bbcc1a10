internal import Compression
internal import Files
internal import Platform
internal import Reading

/// Writes each shard's weights to a file beside the documents, like the Dolma toolkit.
struct DolmaAttributes: WeighMode {
  var job: WeighJob

  func weigh(_ shards: [Shard]) throws -> Weighed {
    var weighed = Weighed(targetCount: job.model.targets.count)
    for shard in shards {
      let path = try Self.path(of: shard.name)
      let lines = try job.open(
        .file(path: path), Container(suffixOf: path), replaces: job.settings.replacesOutputs)
      let (outcome, report) = try job.weigh(shard, lines)
      weighed.add(outcome, report)
      weighed.outputs.append(path)
      weighed.files.append(try lines.close())
    }
    return weighed
  }

  /// Returns the path of a shard's attributes, and makes its directories.
  static func makePath(for shard: Shard) throws(PipelineError) -> String {
    // Attributes are files, beside files.
    guard !Shard.isRemote(shard.name) else { throw .output(.notInDocuments(path: shard.name)) }
    let path = try path(of: shard.name)
    if shard.isRereadable, try !Inputs(shards: [shard]).hasLines(0) {
      throw .output(.rows(path: shard.name, .attributes))
    }
    do throws(SystemError) { try File.createDirectories(above: path) } catch {
      throw .output(.writing(.system(error)))
    }
    return path
  }

  /// `a/documents/b/c.jsonl.gz` → `a/attributes/dsel/b/c.jsonl.gz`.
  ///
  /// - Throws: ``OutputError/notInDocuments(path:)``
  static func path(of path: String) throws(PipelineError) -> String {
    var parts = path.pathParts().map(String.init)
    guard let place = parts.dropLast().lastIndex(of: "documents") else {
      throw .output(.notInDocuments(path: path))
    }
    parts.replaceSubrange(place...place, with: ["attributes", "dsel"])
    return parts.joined(separator: "/")
  }
}
