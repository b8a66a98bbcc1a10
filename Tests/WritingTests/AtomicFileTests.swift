import Files
import Foundation
import Platform
import TestSupport
import Testing

@testable import Writing

@Suite struct AtomicFileTests {
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()

  init() throws { directory = try TemporaryDirectory() }

  @Test func `Nothing is left without a commit`() throws {
    do {
      let file = try AtomicFile(path: directory.path("out"), replaces: false, registry: registry)
      try file.write(Array("half".utf8).span)
      #expect(directory.names.count == 1 && !directory.exists("out"))
    }
    #expect(directory.names.isEmpty)
  }

  @Test(arguments: [true, false])
  func `A commit gives the file its name, and leaves no other file`(replaces: Bool) throws {
    let file = try AtomicFile(path: directory.path("out"), replaces: replaces, registry: registry)
    try file.write(Array("who".utf8).span)
    try file.write(Array("le".utf8).span)
    try file.commit()
    #expect(directory.names == ["out"])
    #expect(try directory.read("out") == Data("whole".utf8))
  }

  @Test func `A signal after the last commit doesn't end the finished run`() throws {
    let file = try AtomicFile(path: directory.path("out"), replaces: false, registry: registry)
    try file.commit()
    // Otherwise this call would end the tests.
    registry.unlinkAllAndExit(status: 130)
    #expect(directory.names == ["out"])
  }

  @Test func `An existing file is refused and stays unchanged`() throws {
    let path = try directory.write("old", to: "out")
    #expect(throws: WritingError.outputExists(path: path)) {
      _ = try AtomicFile(path: path, replaces: false, registry: registry)
    }
    #expect(directory.names == ["out"])
    #expect(try directory.read("out") == Data("old".utf8))
  }

  @Test func `A file is replaced at the commit, not before`() throws {
    let path = try directory.write("old", to: "out")
    let file = try AtomicFile(path: path, replaces: true, registry: registry)
    try file.write(Array("new".utf8).span)
    #expect(try directory.read("out") == Data("old".utf8))
    try file.commit()
    #expect(try directory.read("out") == Data("new".utf8))
    #expect(directory.names == ["out"])
  }

  @Test func `A replacement that isn't committed leaves the old file`() throws {
    let path = try directory.write("old", to: "out")
    do {
      let file = try AtomicFile(path: path, replaces: true, registry: registry)
      try file.write(Array("new".utf8).span)
    }
    #expect(directory.names == ["out"])
    #expect(try directory.read("out") == Data("old".utf8))
  }

  @Test func `A directory can't be an output, and a missing directory can't hold one`() throws {
    #expect(throws: WritingError.isDirectory(path: directory.url.path)) {
      try AtomicFile.check(path: directory.url.path, replaces: true)
    }
    let path = directory.path("none/out")
    let missing = SystemError(.createTemporary, path, code: ENOENT)
    #expect(throws: WritingError.system(missing)) {
      try AtomicFile.check(path: path, replaces: true)
    }
  }

  @Test func `A failed commit leaves no file`() throws {
    let path = directory.path("out")
    let file = try AtomicFile(path: path, replaces: true, registry: registry)
    // A directory takes the name before the commit.
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    do {
      try file.commit()
      Issue.record("no error")
    } catch {
      guard case .system(let failure) = error else { throw error }
      #expect(failure.operation == .rename)
    }
    #expect(directory.names == ["out"])
  }

  @Test(arguments: [true, false])
  func `Several outputs all get their names, or none does`(fails: Bool) throws {
    try directory.write("old", to: "first")
    let first = try AtomicFile(path: directory.path("first"), replaces: true, registry: registry)
    let second = try AtomicFile(path: directory.path("second"), replaces: true, registry: registry)
    let third = try AtomicFile(path: directory.path("third"), replaces: true, registry: registry)
    try first.write(Array("new".utf8).span)
    try first.commit()
    try second.commit()
    #expect(try directory.read("first") == Data("new".utf8))
    if fails {
      let files = FileManager.default
      try files.createDirectory(
        atPath: directory.path("third"), withIntermediateDirectories: false)
      do { try third.commit() } catch {}
      #expect(directory.names == ["first", "third"])
      #expect(try directory.read("first") == Data("old".utf8))
    } else {
      try third.commit()
      #expect(directory.names == ["first", "second", "third"])
      #expect(try directory.read("first") == Data("new".utf8))
    }
  }

  @Test func `Leftovers of a killed run are removed, and nothing else is`() throws {
    let names = [".out.4711.dsel-tmp", ".out.4711-2.dsel-tmp", ".out.4711.dsel-old"]
    let others = [".out.dsel-tmp", ".out.x.dsel-tmp", ".out2.4711.dsel-tmp", "out.4711.dsel-tmp"]
    for name in names + others { try directory.write("left", to: name) }
    do {
      _ = try AtomicFile(path: directory.path("out"), replaces: false, registry: registry)
    }
    #expect(directory.names == others.sorted())
  }

  @Test func `A run leaves the temporary file of another one alone`() throws {
    let other = try AtomicFile(path: directory.path("out"), replaces: true, registry: registry)
    let file = try AtomicFile(
      path: directory.path("out"), replaces: true, registry: TemporaryFiles())
    #expect(directory.names.count == 2)
    try file.write(Array("one".utf8).span)
    try file.commit()
    try other.commit()
    #expect(directory.names == ["out"])
    #expect(try directory.read("out").isEmpty)
  }

  @Test func `A temporary file is private, and the finished file has the usual mode`()
    throws
  {
    // The mode that the shell's > would set.
    try directory.write("", to: "plain")
    let expected = try mode("plain")
    let file = try AtomicFile(path: directory.path("out"), replaces: false, registry: registry)
    let temporary = try #require(directory.names.first { $0.hasSuffix(".dsel-tmp") })
    #expect(try mode(temporary) == 0o600)
    try file.commit()
    #expect(try mode("out") == expected)
  }

  private func mode(_ name: String) throws -> Int? {
    let attributes = try FileManager.default.attributesOfItem(atPath: directory.path(name))
    return (attributes[.posixPermissions] as? NSNumber)?.intValue
  }

  @Test func `Pipes and links named like leftovers neither stop a run nor are followed`()
    throws
  {
    try directory.write("precious", to: "precious")
    let status = unsafe mkfifo(directory.path(".out.1.dsel-tmp"), 0o600)
    #expect(status == 0)
    try FileManager.default.createSymbolicLink(
      atPath: directory.path(".out.2.dsel-tmp"), withDestinationPath: "precious")
    // The name that this process would use.
    try FileManager.default.createSymbolicLink(
      atPath: directory.path(".out.\(getpid()).dsel-tmp"), withDestinationPath: "precious")
    let file = try AtomicFile(path: directory.path("out"), replaces: false, registry: registry)
    try file.write(Array("new".utf8).span)
    try file.commit()
    #expect(try directory.read("precious") == Data("precious".utf8))
    #expect(try directory.read("out") == Data("new".utf8))
  }

  @Test func `A directory is emptied and removed, but the target of a link stays`() throws {
    let files = FileManager.default
    for name in ["gone", "kept"] {
      try files.createDirectory(atPath: directory.path(name), withIntermediateDirectories: false)
      try directory.write("x", to: "\(name)/file")
    }
    try files.createSymbolicLink(atPath: directory.path("link"), withDestinationPath: "kept")
    File.removeDirectoryOfFiles(directory.path("gone"))
    File.removeDirectoryOfFiles(directory.path("link"))
    #expect(directory.names == ["kept", "link"])
    #expect(directory.exists("kept/file"))
  }

  @Test func `Names are synchronized to disk, and a lack of support is no error`() {
    #expect(File.synchronizeDirectory(directory.url.path) == 0)
    #expect(File.synchronizeDirectory(directory.path("none")) == ENOENT)
    // procfs has no fsync for directories: EINVAL.
    if FileManager.default.fileExists(atPath: "/proc/self") {
      #expect(File.synchronizeDirectory("/proc/self") == 0)
    }
  }
}
