internal import Writing

extension OutputSettings.Place {
  /// nil for standard output.
  var path: String? {
    switch self {
    case .standardOutput: nil
    case .file(let path), .directory(let path): path
    }
  }
}

extension RunOutputs {
  /// The records of a run's outputs, without the manifest.
  func records(
    _ output: borrowing FinishedOutput, remainder: borrowing FinishedOutput?,
    rejects: borrowing FinishedRejects?, excluded: borrowing FinishedOutput?,
    nearDuplicates: borrowing FinishedOutput?
  ) -> [OutputRecord] {
    let path = settings.writer.map(\.name) ?? settings.output.path
    var selected = OutputRecord(.selected, path, output)
    selected.writer = settings.writer?.command.text
    var records = [selected]
    records += OutputRecord.of(.remainder, settings.remainder?.path, remainder)
    switch rejects {
    case .some(let rejects):
      records += rejects.records(settings.rejects, reasons: settings.rejectReasons)
    case nil: break
    }
    records += OutputRecord.of(.excluded, settings.excluded, excluded)
    return records + OutputRecord.of(.nearDuplicates, settings.nearDuplicates, nearDuplicates)
  }
}
