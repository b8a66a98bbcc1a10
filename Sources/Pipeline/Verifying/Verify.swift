internal import Files
internal import Reading
internal import Weighting

/// Compares files with the manifests of runs that read or wrote them: `dsel verify`.
package struct Verify: Sendable {
  let settings: VerifySettings
  let progress: ProgressMeter

  package init(_ settings: VerifySettings, progress: ProgressMeter) {
    self.settings = settings
    self.progress = progress
  }

  /// - Throws: ``PipelineError`` if a manifest is none, or a file is there and can't be read.
  package func run() throws -> Verification {
    progress.begin(.verify, totalStoredByteCount: nil, pass: .none)
    return Verification(version: settings.version, try settings.manifests.map(verify))
  }

  private func verify(_ path: String) throws -> Verification.Manifest {
    let manifest: StoredManifest
    do throws(PipelineError) { manifest = try StoredManifest(path: path) } catch {
      if case .verifying(.isDirectory) = error { throw error }
      return try verifyInputs(of: path)
    }
    let directory = settings.directory ?? Self.existing(manifest.timings?.command?.directory)
    // Files of pools have large windows, if somebody asked for them.
    let check = FileCheck(
      limits: ReadingLimits(maximumWindow: Self.largestWindow), progress: progress)
    var files: [Verification.File] = []
    func add(
      _ role: String, _ file: String, command: String? = nil,
      _ state: (String) throws -> Verification.State
    ) rethrows {
      // A manifest may come from anywhere, so none of its commands is started.
      let isUnknown =
        file == File.standardInputName || command != nil || Shard.isRemote(file)
      files.append(
        Verification.File(
          role: role, path: file, through: command,
          state: isUnknown ? .unknown : try state(Self.path(file, in: directory))))
    }
    for input in manifest.readFiles {
      try add(input.role, input.file.path, command: input.file.reader) {
        try check.input(input.file, at: $0)
      }
    }
    for output in manifest.writtenFiles {
      try add(output.role, output.path, command: output.writer) {
        try check.output(textHash: output.hash, at: $0)
      }
    }
    for file in manifest.files ?? [] {
      let place = Self.joined(String(path[..<path.lastPathPart.startIndex]), file.name)
      files.append(
        Verification.File(
          role: "selected", path: place,
          state: try file.textXxh3.map { try check.output(textHash: $0, at: place) }
            ?? (FileStatus(path: place) == nil ? .missing : .unknown)))
    }
    return Verification.Manifest(
      path: path, dselVersion: manifest.dselVersion, directory: directory, files: files,
      command: manifest.timings?.command)
  }

  /// Compares the inputs that a model or candidates name.
  ///
  /// - Throws: ``VerifyError/notVerifiable(path:)``
  private func verifyInputs(of path: String) throws -> Verification.Manifest {
    let limits = ReadingLimits(maximumWindow: Self.largestWindow)
    let shards = try Inputs([path]).shards
    let inputs: [FittedModel.Input]
    if try CandidateFile.isOne(shards[0], limits: limits) {
      inputs = try CandidateLines(shards[0], limits: limits).header.shards
    } else {
      guard let stored = try? StoredModel(reading: path, limits: limits) else {
        throw PipelineError.verifying(.notVerifiable(path: path))
      }
      inputs = stored.model.inputs
    }
    let check = FileCheck(limits: limits, progress: progress)
    let files = try inputs.map { input in
      let file = StoredManifest.File(path: input.path, xxh3: input.contentHash.hexadecimal)
      return Verification.File(
        role: "input", path: input.path,
        state: input.path == File.standardInputName
          ? .unknown : try check.input(file, at: Self.path(input.path, in: settings.directory)))
    }
    return Verification.Manifest(path: path, directory: settings.directory, files: files)
  }

  /// 2 GiB, the largest that dsel ever accepts.
  private static let largestWindow = 1 << 31

  /// The directory, if it is still there.
  static func existing(_ directory: String?) -> String? {
    guard let directory, let status = try? FileStatus(path: directory), status.kind == .directory
    else { return nil }
    return directory
  }

  private static func path(_ path: String, in directory: String?) -> String {
    guard let directory, !path.beginsWithBytes(of: "/") else { return path }
    return joined(directory, path)
  }

  /// The path of a file in a directory, which may end in a slash.
  fileprivate static func joined(_ directory: String, _ name: String) -> String {
    directory.isEmpty || directory.endsInBytes(of: "/") ? directory + name : "\(directory)/\(name)"
  }
}

extension StoredManifest {
  fileprivate struct ReadFile {
    var role: String
    var file: File
  }

  fileprivate struct WrittenFile {
    var role: String
    var path: String
    var writer: String?
    var hash: String
  }

  fileprivate var readFiles: [ReadFile] {
    let targets = [target].compactMap { $0 } + (self.targets ?? []).map(\.side)
    func named(_ role: String, _ files: [File]?) -> [ReadFile] {
      (files ?? []).map { ReadFile(role: role, file: $0) }
    }
    return named("target", targets.flatMap(\.inputs)) + named("pool", pool?.inputs)
      + named("target_model", targetModels) + named("pool_model", poolModel.map { [$0] })
      + named("base", base.map { [$0] }) + named("input", inputs)
      + named("excluded_by", excluded?.files)
  }

  /// The model that a set completes, if its hash is known.
  var base: File? {
    guard let objective = settings?.objective, let path = objective.base else { return nil }
    return objective.baseXxh3.map { File(path: path, xxh3: $0) }
  }

  /// The files that were written, but for standard output.
  fileprivate var writtenFiles: [WrittenFile] {
    (outputs?.records ?? []).flatMap { output -> [WrittenFile] in
      guard let path = output.path else { return [] }
      let role = output.role.rawValue
      if let hash = output.textXxh3 {
        return [WrittenFile(role: role, path: path, writer: output.writer, hash: hash)]
      }
      let shards = output.role == .remainder ? remainder?.shards : self.shards
      return (shards ?? []).compactMap { shard in
        shard.textXxh3.map {
          WrittenFile(role: role, path: Verify.joined(path, shard.path), hash: $0)
        }
      }
    }
  }
}
