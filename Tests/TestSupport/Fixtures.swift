import Foundation

/// The files of the project's `Fixtures` directory.
public enum Fixtures {
  public static let projectRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  public static let wiki = path("wiki.jsonl")
  public static let crawl = path("crawl.jsonl.zst")

  public static func path(_ name: String) -> String {
    projectRoot.appendingPathComponent("Fixtures").appendingPathComponent(name).path
  }

  public static func malformed(_ name: String) -> String { path("malformed/\(name)") }

  public static func read(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path(name)))
  }

  /// The lines of the pool, decompressed by `zstd` itself, each with its line feed.
  public static func crawlText() throws -> Data {
    try Containers.decompress(Fixtures.crawl, in: TemporaryDirectory())
  }
}

/// The large labelled corpora, which only some machines have beside the project.
public enum SharedCorpora {
  static let directory = Fixtures.projectRoot.appendingPathComponent("../shared/corpora")

  public static var isThere: Bool {
    FileManager.default.fileExists(atPath: path("pool.jsonl.zst"))
  }

  public static func path(_ name: String) -> String {
    directory.appendingPathComponent(name).standardizedFileURL.path
  }
}
