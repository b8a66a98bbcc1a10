import Files
import Foundation
import TestSupport
import Testing

@testable import Writing

@Suite struct AtomicFileTests {
  private let folder: TemporaryDirectory
  private let registry = TemporaryFiles()

  init() throws { folder = try TemporaryDirectory() }

  @Test func `Nothing is left without a commit`() throws {
    do {
      let file = try AtomicFile(path: folder.path("out"), replaces: false, registry: registry)
      try file.write(Array("half".utf8).span)
      #expect(folder.names.count == 1 && !folder.exists("out"))
    }
    #expect(folder.names.isEmpty)
  }

  @Test(arguments: [true, false])
  func `A commit gives the file its name, and leaves nothing beside it`(replaces: Bool) throws {
    let file = try AtomicFile(path: folder.path("out"), replaces: replaces, registry: registry)
    try file.write(Array("who".utf8).span)
    try file.write(Array("le".utf8).span)
    try file.commit()
    #expect(folder.names == ["out"])
    #expect(try folder.read("out") == Data("whole".utf8))
  }

  @Test func `A signal after the last commit ends nothing: the run has done its work`() throws {
    let file = try AtomicFile(path: folder.path("out"), replaces: false, registry: registry)
    try file.commit()
    // Had it not, this would be the end of the tests.
    registry.unlinkAllAndExit(status: 130)
    #expect(folder.names == ["out"])
  }

  @Test func `An existing file is refused and stays as it was`() throws {
    let path = try folder.write("old", to: "out")
    #expect(throws: WritingError.outputExists(path: path)) {
      _ = try AtomicFile(path: path, replaces: false, registry: registry)
    }
    #expect(folder.names == ["out"])
    #expect(try folder.read("out") == Data("old".utf8))
  }

  @Test func `A file is replaced at the commit, not before`() throws {
    let path = try folder.write("old", to: "out")
    let file = try AtomicFile(path: path, replaces: true, registry: registry)
    try file.write(Array("new".utf8).span)
    #expect(try folder.read("out") == Data("old".utf8))
    try file.commit()
    #expect(try folder.read("out") == Data("new".utf8))
    #expect(folder.names == ["out"])
  }

  @Test func `A replacement that isn't committed leaves the old file`() throws {
    let path = try folder.write("old", to: "out")
    do {
      let file = try AtomicFile(path: path, replaces: true, registry: registry)
      try file.write(Array("new".utf8).span)
    }
    #expect(folder.names == ["out"])
    #expect(try folder.read("out") == Data("old".utf8))
  }

  @Test func `A folder is no output, and a missing folder holds none`() throws {
    #expect(throws: WritingError.isDirectory(path: folder.url.path)) {
      try AtomicFile.check(path: folder.url.path, replaces: true)
    }
    let path = folder.path("none/out")
    let missing = SystemError(.createTemporary, path, code: ENOENT)
    #expect(throws: WritingError.system(missing)) {
      try AtomicFile.check(path: path, replaces: true)
    }
  }

  @Test func `A failed commit leaves nothing behind`() throws {
    let path = folder.path("out")
    let file = try AtomicFile(path: path, replaces: true, registry: registry)
    // A folder that takes the name in the meantime.
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    do {
      try file.commit()
      Issue.record("no error")
    } catch {
      guard case .system(let failure) = error else { throw error }
      #expect(failure.operation == .rename)
    }
    #expect(folder.names == ["out"])
  }

  @Test(arguments: [true, false])
  func `Of several outputs, all get their names or none does`(fails: Bool) throws {
    try folder.write("old", to: "first")
    let first = try AtomicFile(path: folder.path("first"), replaces: true, registry: registry)
    let second = try AtomicFile(path: folder.path("second"), replaces: true, registry: registry)
    let third = try AtomicFile(path: folder.path("third"), replaces: true, registry: registry)
    try first.write(Array("new".utf8).span)
    try first.commit()
    try second.commit()
    #expect(try folder.read("first") == Data("new".utf8))
    if fails {
      let files = FileManager.default
      try files.createDirectory(
        atPath: folder.path("third"), withIntermediateDirectories: false)
      do { try third.commit() } catch {}
      #expect(folder.names == ["first", "third"])
      #expect(try folder.read("first") == Data("old".utf8))
    } else {
      try third.commit()
      #expect(folder.names == ["first", "second", "third"])
      #expect(try folder.read("first") == Data("new".utf8))
    }
  }

  @Test func `What a killed run left is removed, and nothing else`() throws {
    let names = [".out.4711.dsel-tmp", ".out.4711-2.dsel-tmp", ".out.4711.dsel-old"]
    let others = [".out.dsel-tmp", ".out.x.dsel-tmp", ".out2.4711.dsel-tmp", "out.4711.dsel-tmp"]
    for name in names + others { try folder.write("left", to: name) }
    do {
      _ = try AtomicFile(path: folder.path("out"), replaces: false, registry: registry)
    }
    #expect(folder.names == others.sorted())
  }

  @Test func `A run leaves the temporary file of another one alone`() throws {
    let other = try AtomicFile(path: folder.path("out"), replaces: true, registry: registry)
    let file = try AtomicFile(
      path: folder.path("out"), replaces: true, registry: TemporaryFiles())
    #expect(folder.names.count == 2)
    try file.write(Array("one".utf8).span)
    try file.commit()
    try other.commit()
    #expect(folder.names == ["out"])
    #expect(try folder.read("out").isEmpty)
  }

  @Test func `A temporary file is its owner's alone, and the file has the mode of any new one`()
    throws
  {
    // What the shell's > would give it.
    try folder.write("", to: "plain")
    let expected = try mode("plain")
    let file = try AtomicFile(path: folder.path("out"), replaces: false, registry: registry)
    let temporary = try #require(folder.names.first { $0.hasSuffix(".dsel-tmp") })
    #expect(try mode(temporary) == 0o600)
    try file.commit()
    #expect(try mode("out") == expected)
  }

  private func mode(_ name: String) throws -> Int? {
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
    return (attributes[.posixPermissions] as? NSNumber)?.intValue
  }

  @Test func `Pipes and links with the names of leftovers neither stop a run nor are followed`()
    throws
  {
    try folder.write("precious", to: "precious")
    let status = unsafe mkfifo(folder.path(".out.1.dsel-tmp"), 0o600)
    #expect(status == 0)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(".out.2.dsel-tmp"), withDestinationPath: "precious")
    // The name that this process would take.
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(".out.\(getpid()).dsel-tmp"), withDestinationPath: "precious")
    let file = try AtomicFile(path: folder.path("out"), replaces: false, registry: registry)
    try file.write(Array("new".utf8).span)
    try file.commit()
    #expect(try folder.read("precious") == Data("precious".utf8))
    #expect(try folder.read("out") == Data("new".utf8))
  }

  @Test func `A folder is emptied and removed, but what a link points to stays`() throws {
    let files = FileManager.default
    for name in ["gone", "kept"] {
      try files.createDirectory(atPath: folder.path(name), withIntermediateDirectories: false)
      try folder.write("x", to: "\(name)/file")
    }
    try files.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "kept")
    File.removeFolderOfFiles(folder.path("gone"))
    File.removeFolderOfFiles(folder.path("link"))
    #expect(folder.names == ["kept", "link"])
    #expect(folder.exists("kept/file"))
  }

  @Test func `Names are waited for, and where that can't be is no error`() {
    #expect(File.synchronizeFolder(folder.url.path) == 0)
    #expect(File.synchronizeFolder(folder.path("none")) == ENOENT)
    // procfs has no fsync for folders: EINVAL.
    if FileManager.default.fileExists(atPath: "/proc/self") {
      #expect(File.synchronizeFolder("/proc/self") == 0)
    }
  }
}
