/// Work on threads of its own, all of which have ended when a call returns.
///
/// Workers block while they read and while they wait for one another. Threads of Swift's
/// concurrency must not block, and there are only as many of them as processors. So these are
/// threads of the operating system, as many as the caller asks for.
package enum Threads {
  /// The stack of each thread.
  ///
  /// Musl's default, 128 KiB, is too small.
  private static let defaultStackByteCount = 8 << 20

  /// Calls `body` with each number from 0 up to `count`, each on a thread of its own.
  ///
  /// Number 0 runs on the thread of the caller.
  ///
  /// - Parameter stackByteCount: the stack of each further thread; for tests.
  /// - Returns: the results, in the order of the numbers.
  /// - Throws: ``SystemError`` of operation `startThread` if the system starts no more threads.
  ///   Then `body` was never called, and the threads that had started have ended.
  package static func run<Result: Sendable>(
    _ count: Int, stackByteCount: Int = defaultStackByteCount,
    _ body: @escaping @Sendable (Int) -> Result
  ) throws(SystemError) -> [Result] {
    precondition(count > 0)
    // Every thread waits until all have started. So a call that fails has done nothing.
    let begins = Monitor<Bool?>(nil)
    var handles: [Handle<Result>] = []
    for number in 1..<count {
      do throws(SystemError) {
        handles.append(try Handle(stackByteCount) { begins.wait { $0 } ? body(number) : nil })
      } catch {
        begins.withLock { $0 = false }
        for handle in handles { _ = handle.join() }
        throw error
      }
    }
    begins.withLock { $0 = true }
    var results = [body(0)]
    for handle in handles {
      guard let result = handle.join() else { preconditionFailure("the thread was told to begin") }
      results.append(result)
    }
    return results
  }

  /// Calls `body` with each number from 0 up to `count`, on as many threads as there may be.
  ///
  /// Whichever thread is free takes the next number.
  ///
  /// - Returns: the results, in the order of the numbers.
  /// - Throws: ``SystemError`` of operation `startThread`. Then `body` was never called.
  package static func map<Result: Sendable>(
    _ count: Int, threadCount: Int, _ body: @escaping @Sendable (Int) -> Result
  ) throws(SystemError) -> [Result] {
    guard count > 0 else { return [] }
    let next = Lock(0)
    let found = try run(min(threadCount, count)) { _ in
      var found: [(number: Int, result: Result)] = []
      while true {
        let number = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard number < count else { return found }
        found.append((number, body(number)))
      }
    }
    return found.joined().sorted { $0.number < $1.number }.map(\.result)
  }

  /// Calls two functions at the same time, or, if `threadCount` is 1, `second` and then `first`.
  ///
  /// - Throws: ``SystemError`` of operation `startThread`. Then neither was called.
  package static func both<First: Sendable, Second>(
    threadCount: Int, _ first: @escaping @Sendable () -> First, _ second: () -> Second
  ) throws(SystemError) -> (First, Second) {
    guard threadCount > 1 else {
      let result = second()
      return (first(), result)
    }
    let handle = try Handle<First>(defaultStackByteCount) { first() }
    let result = second()
    guard let other = handle.join() else { preconditionFailure("the thread always has a result") }
    return (other, result)
  }

  /// A thread that is running, which must be joined once.
  @safe private struct Handle<Result: Sendable> {
    private let thread: pthread_t
    private let work: Work<Result>

    init(_ stackByteCount: Int, _ body: @escaping @Sendable () -> Result?) throws(SystemError) {
      let work = Work(body)
      self.work = work
      var attributes = pthread_attr_t()
      unsafe pthread_attr_init(&attributes)
      defer { unsafe _ = pthread_attr_destroy(&attributes) }
      unsafe pthread_attr_setstacksize(&attributes, stackByteCount)
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      // SAFETY: the thread gets an owned reference, which `main` releases.
      let retained = unsafe Unmanaged.passRetained(work as AnyWork)
      let code = unsafe pthread_create(&thread, &attributes, Threads.main, retained.toOpaque())
      guard code == 0 else {
        unsafe retained.release()
        throw SystemError(.startThread, "", code: code)
      }
      #if canImport(Darwin)
        guard let thread = unsafe thread else { preconditionFailure("a thread that started") }
        unsafe self.thread = thread
      #else
        self.thread = thread
      #endif
    }

    /// Waits until the thread has ended.
    func join() -> Result? {
      pthread_join(thread, nil)
      return work.result.withLock { $0.take() }
    }
  }

  /// Work without the type of its result, which a C function can't be generic over.
  private class AnyWork: @unchecked Sendable {
    // Sendable because its only subclass is.
    func run() {}
  }

  private final class Work<Result: Sendable>: AnyWork, @unchecked Sendable {
    // Sendable because both members are, and neither is ever replaced.
    private let body: @Sendable () -> Result?
    let result = Lock<Result?>(nil)

    init(_ body: @escaping @Sendable () -> Result?) { self.body = body }

    override func run() {
      let found = body()
      result.withLock { $0 = found }
    }
  }

  #if canImport(Darwin)
    private typealias Argument = UnsafeMutableRawPointer
  #else
    private typealias Argument = UnsafeMutableRawPointer?
  #endif

  /// The function that each thread runs.
  private static let main: @convention(c) (Argument) -> UnsafeMutableRawPointer? = { argument in
    guard let argument = unsafe argument as UnsafeMutableRawPointer? else { return nil }
    // SAFETY: `Handle` retained the object that it passed.
    unsafe Unmanaged<AnyWork>.fromOpaque(argument).takeRetainedValue().run()
    return nil
  }
}
