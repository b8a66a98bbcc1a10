import Files
import Foundation
import Platform
import Reading
import TestSupport
import Testing

@testable import Pipeline

@Suite struct ChunkQueueTests {
  private struct Ended: Sendable {
    var documentBytes = 0
    var wasBeforeThereWasAnything: [Bool] = []
  }

  @Test(arguments: [2, 5])
  func `Workers that arrive while a shard is being opened wait for it`(workerCount: Int) throws {
    // Opening a named pipe takes until it has a writer.
    let directory = try TemporaryDirectory()
    let path = directory.path("pipe")
    let status = unsafe mkfifo(path, 0o600)
    try #require(status == 0)
    let queue = try ChunkQueue(
      [Shard(path: path)],
      ChunkQueue.Settings(
        chunks: ChunkSettings(chunkByteCount: 64), progress: ProgressMeter(show: nil)))
    let isWritten = Lock(false)
    let ended = Lock(Ended())
    let all = DispatchGroup()
    for worker in 0..<workerCount {
      all.enter()
      Thread.detachNewThread {
        var chunk = Chunk()
        var shard: ChunkQueue.OpenShard?
        var byteCount = 0
        while queue.next(into: &chunk, from: &shard, worker: worker) {
          byteCount += chunk.bytes.count
        }
        let wasEarly = isWritten.withLock { !$0 }
        ended.withLock {
          $0.documentBytes += byteCount
          $0.wasBeforeThereWasAnything.append(wasEarly)
        }
        all.leave()
      }
    }
    // Long enough for all of them to arrive; the test holds for any length.
    Thread.sleep(forTimeInterval: 0.1)
    isWritten.withLock { $0 = true }
    let lines = String(repeating: #"{"text":"one"}"# + "\n", count: 100)
    try Data(lines.utf8).write(to: URL(filePath: path))
    all.wait()
    let result = ended.withLock { $0 }
    #expect(result.wasBeforeThereWasAnything == Array(repeating: false, count: workerCount))
    #expect(result.documentBytes == lines.utf8.count)
  }
}
