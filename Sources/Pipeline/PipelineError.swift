/// What stopped a run, by the stage that it stopped.
package enum PipelineError: Error {
  case input(InputError)
  case output(OutputError)
  case fitting(FittingError)
  case models(ModelError)
  case strata(StrataError)
  case candidates(CandidateError)
  case weights(StoredWeightError)
  case merging(MergeError)

  /// Does `body`, and tells of an invalid line as one of a target, if it is that.
  static func inTarget<Result>(
    _ isTarget: Bool, _ body: () throws -> Result
  ) throws -> Result {
    do { return try body() } catch PipelineError.input(.invalidLine(let path, let line, let error))
      where isTarget
    {
      throw PipelineError.input(.invalidTargetLine(path: path, line: line, error))
    }
  }
}
