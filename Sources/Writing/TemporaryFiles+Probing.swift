internal import Files
internal import Platform

/// Tries out, before any work, what an output will need from its file system.
extension TemporaryFiles {
  /// The time to wait for an answer to a lock.
  ///
  /// A lock service in trouble takes less, and a missing one never answers.
  static let lockSeconds = 10

  /// Does with a tiny temporary file what will be done with the output: creates, locks, writes,
  /// syncs, closes and renames it.
  ///
  /// Each device is tried once per run. A file system without fsync only gives a warning.
  ///
  /// - Parameter path: the path of the output.
  /// - Throws: ``WritingError/noRename(directory:_:)``,
  ///   ``WritingError/noLockAnswer(directory:seconds:)``, ``WritingError/system(_:)``
  package func probe(for path: String) throws(WritingError) {
    let names = TemporaryNames(for: path)
    var number = 1
    let file: File
    do throws(SystemError) {
      guard let device = try FileStatus(path: names.directory)?.device,
        state.withLock({ $0.probed.insert(device).inserted })
      else { return }
      file = try create(names, &number)
    } catch {
      throw .system(SystemError(error.operation, path, code: error.code))
    }
    var name = names.temporary(number)
    defer {
      state.withLock { state in
        state.temporary.remove(ExactString(name))
        File.remove(name)
      }
    }
    guard file.answersToLock(within: .seconds(Self.lockSeconds)) else {
      throw .noLockAnswer(directory: names.directory, seconds: Self.lockSeconds)
    }
    do throws(SystemError) {
      try file.writeAll([UInt8(ascii: "\n")].span)
      if try !file.synchronize() { warnOfNoSync(names.directory) }
      try file.close()
      repeat { number += 1 } while try FileStatus(path: names.temporary(number)) != nil
    } catch {
      throw .system(SystemError(error.operation, path, code: error.code))
    }
    let newName = names.temporary(number)
    let code = state.withLock { state in
      let code = File.rename(name, to: newName)
      if code == 0 {
        state.temporary.remove(ExactString(name))
        state.temporary.insert(ExactString(newName))
      }
      return code
    }
    if code == 0 { name = newName }
    // Another run that writes the same output may have taken it for a leftover.
    guard code == 0 || code == ENOENT else {
      throw .noRename(directory: names.directory, SystemError(.rename, path, code: code))
    }
  }

  /// Creates a temporary file with the first name that is free.
  ///
  /// In a container or on another machine, another process may have our number.
  private func create(
    _ names: TemporaryNames, _ number: inout Int
  ) throws(SystemError) -> File {
    while true {
      do throws(SystemError) { return try create(names.temporary(number)) } catch {
        guard error.code == EEXIST else { throw error }
        number += 1
      }
    }
  }
}
