internal import Compression
package import Files
package import Platform

/// A directory for shards, held from before the first line is read until they have their names.
///
/// It is made if there is none, and removed again if the run doesn't come to its end. One run at a time writes to
/// it: it is locked, and who holds the lock knows that other runs' temporary directories in it are left over. Shards are
/// temporary, in `.shards.PID.dsel-tmp` in it, until all are whole.
package final class ShardDirectory: Sendable {
  package let path: String
  let replaces: Bool
  let registry: TemporaryFiles
  private let directory: TemporaryFiles.OpenDirectory

  /// - Parameter replaces: whether shards that are there may be replaced: all of them, also those that the new ones
  ///   leave no need for.
  /// - Throws: ``WritingError``
  package init(
    path: String, replaces: Bool, registry: TemporaryFiles
  ) throws(WritingError) {
    var path = path
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") {
      path.unicodeScalars.removeLast()
    }
    self.path = path
    self.replaces = replaces
    self.registry = registry
    directory = try registry.openDirectory(path)
  }

  deinit { registry.discardDirectory(directory.staging) }

  /// The names of the shards that are there.
  package var olderShards: [String] { File.names(in: path).filter(ShardName.matches) }

  /// - Throws: ``WritingError/shardsExist(path:)`` if there are shards, which mustn't be replaced.
  package func checkReplaceable() throws(WritingError) {
    if !replaces, !olderShards.isEmpty { throw .shardsExist(path: path) }
  }

  /// - Throws: ``SystemError`` of operation `inspect`.
  package func isSameDirectory(as status: FileStatus) throws(SystemError) -> Bool {
    try directory.lock.status().isSameFile(as: status)
  }

  /// Whether `place` is in this directory and has a shard's name.
  ///
  /// - Throws: ``SystemError`` of operation `inspect`.
  package func hasShard(at place: AtomicFile.Place) throws(SystemError) -> Bool {
    guard ShardName.matches(place.name.string), let other = place.directory else { return false }
    return try isSameDirectory(as: other)
  }

  /// Takes the name of an older run's manifest away, as ``AtomicFile/retire(_:registry:)`` does, if there are shards that
  /// it tells of.
  ///
  /// - Throws: ``WritingError/system(_:)``; then all names are as they were.
  package func retireManifest() throws(WritingError) {
    guard replaces, !olderShards.isEmpty else { return }
    try AtomicFile.retire("\(path)/\(Self.manifestName)", registry: registry)
  }

  /// The name of the manifest of the shards in a directory.
  package static let manifestName = "manifest.json"

  /// A new temporary shard, without a line yet.
  ///
  /// - Throws: ``WritingError``
  func openShard(_ number: Int, _ container: Container) throws(WritingError) -> LineWriter {
    let name = ShardName.name(number, container)
    let finalPath = "\(path)/\(name)"
    let file: File
    do throws(SystemError) {
      file = try registry.createStaged("\(directory.staging)/\(name)")
    } catch {
      throw .system(SystemError(error.operation, finalPath, code: error.code))
    }
    return try LineWriter(shard: file, path: finalPath, container: container)
  }

  /// Gives shards their names, and takes those away that were there before.
  ///
  /// - Throws: ``WritingError/system(_:)``; then all names are as they were.
  func commit(count: Int, _ container: Container) throws(WritingError) {
    let code = registry.commit(
      TemporaryFiles.StagedShards(
        directory: path, staging: directory.staging, leftovers: directory.leftovers, count: count,
        name: { ShardName.name($0, container) }, replaces: replaces))
    guard code == 0 else { throw .system(SystemError(.rename, path, code: code)) }
  }
}
