internal import Reading

/// The reason why a run stopped, by stage.
///
/// Each stage has its own enum, whose cases carry facts. `Reporting` turns them into sentences.
package enum PipelineError: Error {
  case input(InputError)
  case output(OutputError)
  case fitting(FittingError)
  case models(ModelError)
  case strata(StrataError)
  case candidates(CandidateError)
  case weights(StoredWeightError)
  case merging(MergeError)
  case heldout(HeldoutError)
  case sizing(SizingError)
  case exclusion(ExclusionError)
  case verifying(VerifyError)
  case report(ReportFileError)

  /// True if the reader of standard output has closed it, which isn't a failure.
  package var isClosedOutput: Bool {
    if case .output(.writing(.system(let error))) = self { return error.isClosedPipe }
    return false
  }

  /// True if memory ran out.
  ///
  /// An orderly end needs Dispatch, which would wait for memory forever.
  package var isOutOfMemory: Bool {
    switch self {
    case .input(.reading(.system(let error), _)), .output(.writing(.system(let error))):
      error.operation == .allocate
    case .input(.reading(.damaged(_, .outOfMemory), _)),
      .output(.writing(.compression(.outOfMemory))):
      true
    default: false
    }
  }

  /// Runs `body`, and reports an invalid line as a target's if `isTarget` is true.
  static func inTarget<Result>(
    _ isTarget: Bool, _ body: () throws -> Result
  ) throws -> Result {
    isTarget ? try mapInvalidLines(to: InputError.invalidTargetLine, body) : try body()
  }

  /// Runs `body`, and reports an invalid line as one of an evaluation file.
  static func inEvaluation<Result>(_ body: () throws -> Result) throws -> Result {
    try mapInvalidLines(to: InputError.invalidEvaluationLine, body)
  }

  /// Runs `body`, and reports an invalid line as one of a file of weights.
  static func inWeights<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try mapInvalidLines(to: InputError.invalidWeightLine, body)
    } catch PipelineError.input(
      .reading(.parquet(let path, .missingColumn(let field, let present)), _))
    {
      throw PipelineError.input(.noWeightColumn(path: path, field: field, present: present))
    }
  }

  private static func mapInvalidLines<Result>(
    to other: (String, Int, InvalidLine) -> InputError, _ body: () throws -> Result
  ) throws -> Result {
    do { return try body() } catch PipelineError.input(.invalidLine(let path, let line, let error))
    {
      throw PipelineError.input(other(path, line, error))
    }
  }
}
