internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Reads what files of candidates have of their texts.
struct StoredCandidates: Sendable {
  var files: [Shard]
  /// The shards of all files, to which candidates' positions belong.
  var shards: [FittedModel.Input]
  var limits: ReadingLimits

  /// The lines that are read, of the documents that are asked for.
  enum Lines {
    /// One of each document: its first.
    case first
    /// The one for this target.
    case ofTarget(Int)
    /// All: each document comes once for each of these roles, one per candidate.
    case ofRoles([CandidateRole])
  }

  /// - Parameters:
  ///   - candidates: in pool order.
  ///   - content: what is read.
  ///   - wanted: the lines that are read.
  ///   - body: gets the number of a candidate, its line, and the file's path.
  /// - Throws: ``PipelineError``
  func read(
    _ candidates: [Candidate], _ content: CandidateLines.Content, _ wanted: Lines = .first,
    _ body: (Int, CandidateLines.Line, String) throws(PipelineError) -> Void
  ) throws(PipelineError) {
    let numbers = Dictionary(
      shards.enumerated().map { (ExactString($0.element.path), $0.offset) },
      uniquingKeysWith: { first, _ in first })
    var count = 0
    for file in files {
      var lines = try CandidateLines(file, limits: limits, content: content)
      let places = lines.header.shards.map { numbers[ExactString($0.path)] }
      var last: Int?
      while let line = try lines.next() {
        guard let shard = places[line.candidate.position.shard] else { continue }
        let position = line.candidate.moved(toShard: shard).position
        var number = Candidates.firstIndex(from: position, in: candidates)
        func isThere() -> Bool {
          number < candidates.count && candidates[number].position == position
        }
        switch wanted {
        case .first: guard number != last else { continue }
        case .ofTarget(let target): guard line.role.target == target else { continue }
        case .ofRoles(let roles):
          while !roles.isEmpty, isThere(), roles[number].target != line.role.target { number += 1 }
        }
        guard isThere() else { continue }
        last = number
        count += 1
        try body(number, line, file.name)
      }
    }
    guard count == candidates.count else {
      // The files were read before, and had more.
      throw .input(.reading(.changed(path: files.last?.name ?? ""), line: nil))
    }
  }
}
