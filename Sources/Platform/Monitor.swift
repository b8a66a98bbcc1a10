/// A value that one thread at a time may use, and for whose changes other threads can wait.
///
///     let queue = Monitor(State())
///     queue.withLock { $0.next += 1 }               // wakes all threads that wait
///     queue.wait { $0.next > 3 ? $0.next : nil }    // until the closure returns a value
@safe package final class Monitor<Value: ~Copyable>: @unchecked Sendable {
  // Sendable because the value is used only while this thread holds the mutex.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private let value: UnsafeMutablePointer<Value>

  package init(_ initial: consuming sending Value) {
    // SAFETY: all three are allocated here, are never moved, and are freed by `deinit`.
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe value = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
    unsafe value.initialize(to: initial)
  }

  deinit {
    unsafe value.deinitialize(count: 1)
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe value.deallocate()
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Calls `body` with the value, and then wakes all threads that wait for a change.
  ///
  /// `body` must not use this monitor, which it would wait for itself.
  ///
  /// - Throws: what `body` throws; the threads are woken all the same.
  package func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer {
      unsafe pthread_cond_broadcast(condition)
      unsafe pthread_mutex_unlock(mutex)
    }
    return try unsafe body(&value.pointee)
  }

  /// Does as ``withLock(_:)`` does, unless another thread uses the value.
  ///
  /// - Returns: nil if one does.
  /// - Throws: what `body` throws.
  package func withLockIfAvailable<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result? {
    guard unsafe pthread_mutex_trylock(mutex) == 0 else { return nil }
    defer {
      unsafe pthread_cond_broadcast(condition)
      unsafe pthread_mutex_unlock(mutex)
    }
    return try unsafe body(&value.pointee)
  }

  /// Calls `body` until it returns a value: at once, and again after each change that another
  /// thread makes.
  ///
  /// A call that returns a value, or throws, counts as a change. One that returns nil must change
  /// nothing.
  ///
  /// - Throws: what `body` throws.
  package func wait<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result?
  ) throws(Failure) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer {
      unsafe pthread_cond_broadcast(condition)
      unsafe pthread_mutex_unlock(mutex)
    }
    while true {
      if let result = try unsafe body(&value.pointee) { return result }
      // SAFETY: this thread holds the mutex.
      unsafe pthread_cond_wait(condition, mutex)
    }
  }
}
