internal import Files
internal import Platform

/// Directories of shards, which get their names together with the other outputs.
extension TemporaryFiles {
  /// A directory that only this run writes shards to.
  struct OpenDirectory: ~Copyable {
    /// Locked, if the file system supports locks and the directory isn't shared.
    let lock: File
    /// Shows other runs that ``staging`` is no leftover, in a directory that they share.
    let stagingLock: File?
    /// The directory in it that holds the shards until all are complete.
    let staging: String
    /// Directories in it that killed runs left, with older shards.
    let leftovers: [String]
  }

  /// Creates the directory if necessary, locks it, removes what killed runs left in it, and creates
  /// a directory in it for incomplete shards.
  ///
  /// - Parameter isShared: whether other runs write to the directory, too.
  /// - Throws: ``WritingError``. Then everything is as it was.
  func openDirectory(_ path: String, isShared: Bool) throws(WritingError) -> OpenDirectory {
    // In the directory itself, since another file system may begin there.
    try state.withLock { state throws(WritingError) in
      let code = File.makeDirectory(path)
      guard code == 0 || code == EEXIST else {
        throw .system(SystemError(.createTemporary, path, code: code))
      }
      state.isDone = false
      if code == 0 { state.made.append(path) }
    }
    do throws(WritingError) {
      let lock = try Self.directory(path)
      try probe(for: "\(path)/shards")
      return try isShared ? share(path, lock) : open(path, lock)
    } catch {
      state.withLock { state in
        guard let index = state.made.lastIndex(where: { ExactString($0) == ExactString(path) })
        else { return }
        state.made.remove(at: index)
        File.removeDirectory(path)
      }
      throw error
    }
  }

  /// Locks the directory, removes what killed runs left in it, and creates a directory in it for
  /// shards.
  private func open(_ path: String, _ lock: consuming File) throws(WritingError) -> OpenDirectory {
    let isLocked: Bool
    switch lock.lock() {
    case .busy: throw .directoryInUse(path: path)
    case .taken: isLocked = true
    case .unsupported: isLocked = false
    }
    let names = TemporaryNames(for: "\(path)/shards")
    // Without a lock nobody knows whether they are leftovers.
    let leftovers = isLocked ? File.names(in: path).filter(names.matches) : []
    for name in leftovers where name.endsInBytes(of: TemporaryNames.temporarySuffix) {
      // A file is what a run left that was killed at its start.
      File.remove("\(path)/\(name)")
      File.removeDirectoryOfFiles("\(path)/\(name)")
    }
    let staging = try state.withLock { state throws(WritingError) in
      let staging = try Self.makeDirectory(names.temporary, path)
      state.isDone = false
      state.staged.insert(ExactString(staging))
      return staging
    }
    return OpenDirectory(
      lock: lock, stagingLock: nil, staging: staging,
      leftovers: leftovers.filter { $0.endsInBytes(of: TemporaryNames.keptSuffix) }
        .map { "\(path)/\($0)" })
  }

  /// Creates a directory in it for the shards of this run, which is locked while the run lives, and
  /// removes those of killed runs.
  private func share(_ path: String, _ lock: consuming File) throws(WritingError) -> OpenDirectory {
    let names = TemporaryNames(for: "\(path)/part")
    for name in File.names(in: path)
    where names.matches(name) && name.endsInBytes(of: TemporaryNames.temporarySuffix) {
      let leftover = "\(path)/\(name)"
      guard let file = try? File(reading: leftover), file.lock() == .taken else { continue }
      File.removeDirectoryOfFiles(leftover)
    }
    // A file is what a run left that was killed at its start.
    Leftovers.remove(beside: "\(path)/shards")
    while true {
      let staging = try state.withLock { state throws(WritingError) in
        let staging = try Self.makeDirectory(names.temporary, path)
        state.isDone = false
        state.staged.insert(ExactString(staging))
        return staging
      }
      let own = try? Self.directory(staging)
      // Another run may have taken it for a leftover between its creation and the lock.
      if own?.lock(.shared) != .busy, (try? FileStatus(path: staging)) != nil {
        return OpenDirectory(lock: lock, stagingLock: own, staging: staging, leftovers: [])
      }
      _ = state.withLock { $0.staged.remove(ExactString(staging)) }
    }
  }

  private static func directory(_ path: String) throws(WritingError) -> File {
    do throws(SystemError) {
      let directory = try File(reading: path)
      if try directory.status().kind == .directory { return directory }
    } catch {
      throw .system(SystemError(error.operation, path, code: error.code))
    }
    throw .notDirectory(path: path)
  }

  /// Creates a directory with the first of the names that is free.
  private static func makeDirectory(
    _ name: (Int) -> String, _ path: String
  ) throws(WritingError) -> String {
    var number = 0
    while true {
      number += 1
      let directory = name(number)
      let code = File.makeDirectory(directory)
      if code == 0 { return directory }
      guard code == EEXIST else {
        throw .system(SystemError(.createTemporary, path, code: code))
      }
    }
  }

  /// Creates a file in a staging directory, and is removed with it.
  ///
  /// - Throws: ``SystemError`` of operation `createTemporary`
  func createStaged(_ path: String) throws(SystemError) -> File {
    try state.withLock { _ throws(SystemError) in try File(creating: path) }
  }

  /// Removes a staging directory, and the other outputs too if some have their names already.
  func discardDirectory(_ staging: String) {
    state.withLock { state in
      guard state.staged.remove(ExactString(staging)) != nil else { return }
      File.removeDirectoryOfFiles(staging)
      state.giveUp()
    }
  }

  /// Shards that are complete and wait for their names.
  struct StagedShards {
    let directory: String
    let staging: String
    /// See ``OpenDirectory/leftovers``.
    let leftovers: [String]
    let fileNames: [String]
    /// Whether a file in the directory is an older shard that makes room for these.
    let replaced: @Sendable (String) -> Bool
    /// Whether older shards may be replaced.
    let replaces: Bool
    /// Whether other runs write to the directory, too.
    let isShared: Bool
  }

  /// Gives shards their names.
  ///
  /// First all older shards are moved away, and then the new ones are moved in. So at no moment
  /// does the directory hold shards of both runs.
  ///
  /// - Returns: zero, or `errno`; then no output of this run has its name.
  func commit(_ shards: StagedShards) -> Int32 {
    state.withLock { state in
      state.staged.remove(ExactString(shards.staging))
      let code = Self.move(shards, &state)
      File.removeDirectoryOfFiles(shards.staging)
      if code == 0 { return state.endIfLast() }
      state.undo()
      return code
    }
  }

  private static func move(_ shards: StagedShards, _ state: inout State) -> Int32 {
    let directory = shards.directory
    let older = File.names(in: directory).filter(shards.replaced)
    let leftovers = shards.isShared ? Self.leftovers(of: shards) : shards.leftovers
    if !older.isEmpty {
      guard shards.replaces else { return EEXIST }
      let kept: KeptFile
      do throws(WritingError) { kept = try keptDirectory(in: directory) } catch {
        guard case .system(let error) = error else { return EIO }
        return error.code
      }
      state.journal.append(.retired(directory: directory, kept: kept))
      for name in older {
        let code = File.rename("\(directory)/\(name)", to: "\(kept.path)/\(name)")
        guard code == 0 else { return code }
      }
    }
    var count = 0
    defer {
      state.journal.append(
        .shards(
          directory: directory, names: Array(shards.fileNames.prefix(count)),
          leftovers: leftovers))
    }
    for name in shards.fileNames {
      let code = File.rename("\(shards.staging)/\(name)", to: "\(directory)/\(name)")
      guard code == 0 else { return code }
      count += 1
    }
    return 0
  }

  /// Creates a directory for older shards, which is locked while the run lives.
  private static func keptDirectory(in directory: String) throws(WritingError) -> KeptFile {
    let names = TemporaryNames(for: "\(directory)/shards")
    while true {
      let kept = KeptFile(try makeDirectory(names.kept, directory))
      if kept.isGuarded { return kept }
      File.removeDirectory(kept.path)
    }
  }

  /// The directories with older shards that killed runs left in a shared directory, and that have
  /// none but those of this run's numbers.
  private static func leftovers(of shards: StagedShards) -> [String] {
    let names = TemporaryNames(for: "\(shards.directory)/shards")
    var found: [String] = []
    for name in File.names(in: shards.directory)
    where names.matches(name) && name.endsInBytes(of: TemporaryNames.keptSuffix) {
      let path = "\(shards.directory)/\(name)"
      guard let file = try? File(locking: path), file.lock() == .taken,
        let older = try? File.entries(of: path)
      else { continue }
      if older.isEmpty {
        File.removeDirectory(path)
      } else if older.allSatisfy(shards.replaced) {
        // Its run had locked it before it moved a shard there, so that run is gone.
        found.append(path)
      }
    }
    return found
  }
}
