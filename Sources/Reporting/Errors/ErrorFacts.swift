internal import Compression
internal import Parquet
internal import Pipeline
internal import Platform
internal import Reading
internal import Writing

/// The kind and the place of an error.
///
/// Each stage's enum has a switch without a default, so a case without a code doesn't compile.
/// Documentation/Json.md lists the codes.
struct ErrorFacts {
  var code: String
  var file: String?
  var line: Int?

  init(code: String, _ file: String? = nil, line: Int? = nil) {
    self.code = code
    // Memory and threads have no file.
    self.file = file?.isEmpty == true ? nil : file
    self.line = line
  }
}

extension PipelineError {
  var facts: ErrorFacts {
    switch self {
    case .input(let error): error.facts
    case .output(let error): error.facts
    case .fitting(let error): error.facts
    case .models(let error): error.facts
    case .strata(let error): error.facts
    case .candidates(let error): error.facts
    case .weights(let error): error.facts
    case .merging(let error): error.facts
    case .heldout(let error): error.facts
    case .sizing(let error): error.facts
    case .exclusion(let error): error.facts
    case .verifying(let error): error.facts
    case .report(.notReportData(let path)): ErrorFacts(code: "not_report_data", path)
    case .report(.newer(let path, _)): ErrorFacts(code: "newer_report_data", path)
    }
  }
}

extension VerifyError {
  fileprivate var facts: ErrorFacts {
    switch self {
    case .notManifest(let path), .notVerifiable(let path): ErrorFacts(code: "not_a_manifest", path)
    case .isDirectory(let path): ErrorFacts(code: "is_directory", path)
    case .noCommand(let path), .distributed(let path), .notOfSelect(let path, _),
      .readStandardInput(let path), .hasReaders(let path):
      ErrorFacts(code: "not_repeatable", path)
    case .noDirectory(_, let directory): ErrorFacts(code: "no_such_file", directory)
    case .changedInput(let path, _): ErrorFacts(code: "changed", path)
    case .otherSelection(let manifest, _): ErrorFacts(code: "other_selection", manifest)
    case .severalFiles: ErrorFacts(code: "no_such_line")
    case .noSuchFile(let path): ErrorFacts(code: "no_such_file", path)
    case .tooManyDocuments: ErrorFacts(code: "too_many_documents")
    }
  }
}

extension SystemError {
  var facts: ErrorFacts {
    let code =
      switch operation {
      case .allocate: "out_of_memory"
      case .startThread: "no_thread"
      case .startProgram: "command_not_started"
      case _ where isMissingFile: "no_such_file"
      case _ where isFullDisk: "disk_full"
      case _ where isRefused: "permission_denied"
      default: "system"
      }
    return ErrorFacts(code: code, path)
  }
}

extension InputError {
  fileprivate var facts: ErrorFacts {
    switch self {
    case .reading(let error, let line): error.facts(line)
    case .invalidLine(let path, let line, let error),
      .invalidTargetLine(let path, let line, let error),
      .invalidEvaluationLine(let path, let line, let error),
      .invalidWeightLine(let path, let line, let error):
      // The words by which skipped lines are counted.
      ErrorFacts(code: error.reason.rawValue, path, line: line)
    case .noWeightColumn(let path, _, _): ErrorFacts(code: "missing_column", path)
    case .tooManySkipped(let path, _, _, _): ErrorFacts(code: "too_many_skipped", path)
    case .repeatedFile(let path, _, _): ErrorFacts(code: "repeated_file", path)
    case .empty: ErrorFacts(code: "no_documents")
    case .noTokens: ErrorFacts(code: "no_tokens")
    case .noSuchID: ErrorFacts(code: "no_such_id")
    case .noSuchLine(let path, _, _): ErrorFacts(code: "no_such_line", path)
    case .blankLine(let path, let line): ErrorFacts(code: "blank_line", path, line: line)
    case .notRereadable(let path): ErrorFacts(code: "not_rereadable", path)
    case .list(let error): error.facts
    }
  }
}

extension ListError {
  fileprivate var facts: ErrorFacts {
    switch self {
    case .noDocuments(let directory, _): ErrorFacts(code: "no_documents", directory)
    case .isDirectory(let path): ErrorFacts(code: "is_directory", path)
    case .documents(let path), .endsInNUL(let path), .endsInLineEnds(let path):
      ErrorFacts(code: "not_a_list", path)
    case .empty(let path): ErrorFacts(code: "empty_list", path)
    case .nameTooLong(let path, let line): ErrorFacts(code: "not_a_list", path, line: line)
    case .noFile(let path, let line, let error):
      ErrorFacts(code: error.facts(nil).code, path, line: line)
    case .standardInput(let path, let line):
      ErrorFacts(code: "standard_input_in_list", path, line: line)
    }
  }
}

extension ReadingError {
  fileprivate func facts(_ line: Int?) -> ErrorFacts {
    switch self {
    case .system(let error): error.facts
    case .isDirectory(let path): ErrorFacts(code: "is_directory", path)
    case .damaged(let path, let error): ErrorFacts(code: error.code, path)
    case .foreign(let path, _, _): ErrorFacts(code: "other_format", path)
    case .parquet(let path, let fault): ErrorFacts(code: fault.code, path)
    case .remote(let path): ErrorFacts(code: "remote_name", path)
    case .lineTooLong(let path, _, _): ErrorFacts(code: "line_too_long", path, line: line)
    case .changed(let path): ErrorFacts(code: "changed", path)
    case .reader(let path, let fault): ErrorFacts(code: fault.code, path)
    }
  }
}

extension ReaderFault {
  fileprivate var code: String {
    switch kind {
    case .notStarted: "command_not_started"
    case .status, .signal: "command_failed"
    case .silence: "command_silent"
    case .empty: "empty_output"
    case .otherContent: "changed"
    }
  }
}

extension WriterFault {
  fileprivate var code: String {
    switch kind {
    case .notStarted: "command_not_started"
    case .status, .signal, .unread: "command_failed"
    }
  }
}

extension ParquetFault {
  fileprivate var code: String {
    switch self {
    case .file(.system): "system"
    case .file(.damaged), .file(.checksumMismatch): "corrupt"
    case .file(.unsupported): "unsupported_parquet"
    case .missingColumn: "missing_column"
    case .unsupportedColumn: "unsupported_column"
    case .pipe, .reader: "not_rereadable"
    }
  }
}

extension CompressionError {
  fileprivate var code: String {
    switch self {
    case .outOfMemory: "out_of_memory"
    case .corrupt, .checksumMismatch, .trailingGarbage: "corrupt"
    case .truncated: "truncated"
    case .windowTooLarge: "window_too_large"
    case .needsDictionary: "needs_dictionary"
    }
  }
}

extension OutputError {
  fileprivate var facts: ErrorFacts {
    switch self {
    case .writing(let error): error.facts
    case .isInput(let path): ErrorFacts(code: "output_is_input", path)
    case .isOutput(let path): ErrorFacts(code: "repeated_output", path)
    case .notInDocuments(let path): ErrorFacts(code: "not_in_documents", path)
    case .rows(let path, _): ErrorFacts(code: "rows_not_lines", path)
    case .noRoom(let directory, _, _, _): ErrorFacts(code: "no_room", directory)
    }
  }
}

extension WritingError {
  fileprivate var facts: ErrorFacts {
    switch self {
    case .system(let error): error.facts
    case .compression(let error): ErrorFacts(code: error.code)
    case .outputExists(let path), .linkExists(let path, _), .shardsExist(let path):
      ErrorFacts(code: "output_exists", path)
    case .isDirectory(let path): ErrorFacts(code: "is_directory", path)
    case .notDirectory(let path): ErrorFacts(code: "not_a_directory", path)
    case .directoryInUse(let path): ErrorFacts(code: "directory_in_use", path)
    case .noRename(let directory, _): ErrorFacts(code: "no_rename", directory)
    case .noLockAnswer(let directory, _): ErrorFacts(code: "no_lock_answer", directory)
    case .writer(let fault): ErrorFacts(code: fault.code, fault.name)
    }
  }
}
