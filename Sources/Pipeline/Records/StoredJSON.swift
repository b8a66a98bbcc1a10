internal import Platform
internal import Reading

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Files of JSON that dsel wrote whole.
enum StoredJSON {
  /// Reads members with names in snake case.
  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  /// - Returns: nil for a file of more than `limit` bytes, and for a pipe.
  /// - Throws: ``PipelineError`` if it can't be read, or isn't a file.
  static func read(_ path: String, limit: Int) throws(PipelineError) -> Data? {
    do throws(SystemError) {
      if let bytes = try ContentHash.smallFile(path, limit: limit) { return Data(bytes) }
    } catch {
      throw .input(.reading(.system(error), line: nil))
    }
    // A missing file, or a directory, has an error of its own.
    do throws(ReadingError) { _ = try Shard(path: path) } catch {
      throw .input(.reading(error, line: nil))
    }
    return nil
  }
}
