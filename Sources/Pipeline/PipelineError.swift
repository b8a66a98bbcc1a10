package import Reading
package import Weighting
package import Writing

/// What stopped a run.
package enum PipelineError: Error {
  /// An input can't be read; `line` is the physical line, from 1, where one is known.
  case reading(ReadingError, line: Int?)
  case invalidLine(path: String, line: Int, InvalidLine)
  /// The same, in a target, whose text may be elsewhere than the pool's.
  case invalidTargetLine(path: String, line: Int, InvalidLine)
  /// More lines of a file were skipped than may be. `lineCount` is without blank lines.
  case tooManySkipped(
    path: String, skipped: [InvalidLine.Reason: Int], lineCount: Int, limit: SkipLimit)
  /// A file is named twice; `otherPath` is the one before it.
  case repeatedFile(path: String, otherPath: String, canBeAllowed: Bool)
  case writing(WritingError)
  /// The output is one of the inputs.
  case outputIsInput(path: String)
  /// Two outputs are one file.
  case outputIsOutput(path: String)
  /// No document in any file of that role.
  case empty(role: Role, skippedLines: Int)
  case noTokens(role: Role)
  /// The share of the pool that is fitted has nothing to fit.
  case emptyFitSample(share: Double, chosen: Int, documentCount: Int)
  case noSuchLine(path: String, line: Int, lineCount: Int)
  case blankLine(path: String, line: Int)
  /// A file is no model, or none that can be used.
  case model(path: String, FittedModelError)
  /// Two models don't go together.
  case mismatch(path: String, otherPath: String, FittedModel.Mismatch)
  /// Models whose n-grams are hashed as `--compat dsir` does were to be used without that, or the other way round.
  case otherHashing(path: String, needsCompatibility: Bool)
  /// The regression needs a sample, and the model has none.
  case noSample(path: String)
  /// A model of no n-grams at all: of no documents, or of such without a token.
  case emptyModel(path: String, documentCount: Int)
  /// Attributes mirror documents, and the file is in no directory of that name.
  case notInDocuments(path: String)
  /// Weights are of several targets and none is named, or of none of that name.
  case otherTargets(path: String, name: String?)
  /// Weights are of a file that isn't among the pool's.
  case unknownShard(path: String, pool: [String])
  /// Weights of two files would be those of one of the pool's.
  case ambiguousShard(path: String, otherPath: String, shard: String)
  /// Files of the pool of which no line of weights is: the first, and how many more.
  case shardWithoutWeights(path: String, moreCount: Int)
  /// A document has two lines of weights.
  case repeatedWeight(path: String, offset: Int)
  /// A document's text is another than was weighed.
  case otherText(path: String, field: String)
  /// Candidates were weighed with another field than is asked for.
  case otherTextField(path: String, field: String, wanted: String)
  /// Candidates are of fewer documents than the pool's model.
  case missingDocuments(path: String, found: Int, counted: Int, shardCount: Int)
  /// Candidates know nothing of one of the pool's files.
  case shardWithoutCandidates(path: String, shard: String)
  /// More documents were asked for than candidates were kept for.
  case tooFewCandidates(path: String, kept: Int, wanted: Int)
  /// The stratifying field has more values than are kept apart.
  case tooManyStrata(limit: Int)
  /// No document has the stratifying field.
  case noStrata(field: String)
  /// What is read twice can be read only once.
  case notRereadable(path: String)
  /// No eligible document is in any stratum that is to be drawn from.
  case emptyMixture(field: String, values: [String])
  /// A mixture names a value that no eligible document has.
  case unknownStratum(field: String, name: String, values: [String])
  /// A mixture names a value twice, such as a number in two ways.
  case repeatedStratum(field: String, name: String)
  /// A file has lines that are no documents, which must have been skipped when it was weighed.
  case skippedBefore(path: String)
  /// Some weights have the regression's part, and some don't.
  case mixedWeights(path: String, otherPath: String)
  /// A share was asked for of a part that weights don't have.
  case noLogOdds(path: String)
  /// Files of different kinds were to be merged.
  case mixedKinds(path: String, otherPath: String)
  /// A file has no candidates that can be used.
  case candidates(path: String, CandidateFileError)
  /// Candidates were weighed or kept with another value of an option.
  case candidateMismatch(path: String, option: String)
  /// Candidates of the same shard are in two files.
  case repeatedShard(path: String, shard: String)
  /// Candidates of two files with the same content are in two files.
  case repeatedContent(path: String, shard: String, other: String)
  /// Two models were fitted on the same file, so that their sum would count it twice.
  case repeatedInput(path: String, otherPath: String, input: String)

  /// Does `body`, and tells of an invalid line as one of a target, if it is that.
  static func inTarget<Result>(
    _ isTarget: Bool, _ body: () throws -> Result
  ) throws -> Result {
    do { return try body() } catch PipelineError.invalidLine(let path, let line, let error)
      where isTarget
    {
      throw PipelineError.invalidTargetLine(path: path, line: line, error)
    }
  }

  package enum Role: String, Sendable {
    case target, pool
    /// What a model is fitted on.
    case input
    /// What is drawn by.
    case weights
    case candidates
    /// What is compared with the target.
    case selected
  }
}
