/// Candidates can't be drawn from.
package enum CandidateError: Error {
  /// Candidates were weighed with another field than is asked for.
  case otherTextField(path: String, field: String, wanted: String)
  /// Candidates are of fewer documents than the pool's model.
  case missingDocuments(path: String, found: Int, counted: Int, shardCount: Int)
  /// Candidates know nothing of one of the pool's files.
  case shardWithoutCandidates(path: String, shard: String)
  /// More documents were asked for than candidates were kept for.
  case tooFewCandidates(path: String, kept: Int, wanted: Int)
  /// A file has no candidates that can be used.
  case unusable(path: String, CandidateFileError)
  /// Candidates were weighed or kept with another value of an option.
  case mismatch(path: String, option: String)
  /// Candidates of the same shard are in two files.
  case repeatedShard(path: String, shard: String)
  /// Candidates of two files with the same content are in two files.
  case repeatedContent(path: String, shard: String, other: String)
}
