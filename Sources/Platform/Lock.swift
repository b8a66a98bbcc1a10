#if THREAD_SANITIZER
  /// ``Lock`` around a lock of the C library, which the thread sanitizer understands.
  ///
  /// On Linux, Swift's own lock is a bare futex. The sanitizer would report every use of the
  /// guarded value as a race.
  @safe package struct Lock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    // Sendable because the value is used only while this thread holds the mutex.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    package init(_ initial: consuming sending Value) {
      // SAFETY: both are allocated here, are never moved, and are freed by `deinit`.
      unsafe mutex = .allocate(capacity: 1)
      unsafe pthread_mutex_init(mutex, nil)
      unsafe value = .allocate(capacity: 1)
      unsafe value.initialize(to: initial)
    }

    deinit {
      unsafe value.deinitialize(count: 1)
      unsafe value.deallocate()
      unsafe pthread_mutex_destroy(mutex)
      unsafe mutex.deallocate()
    }

    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
      _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      unsafe pthread_mutex_lock(mutex)
      defer { unsafe _ = pthread_mutex_unlock(mutex) }
      return try unsafe body(&value.pointee)
    }

    package borrowing func withLockIfAvailable<Result: ~Copyable, Failure: Error>(
      _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result? {
      guard unsafe pthread_mutex_trylock(mutex) == 0 else { return nil }
      defer { unsafe _ = pthread_mutex_unlock(mutex) }
      return try unsafe body(&value.pointee)
    }
  }
#else
  package import Synchronization

  /// A value that one thread at a time may use: Swift's `Mutex`, except under the thread sanitizer.
  package typealias Lock<Value: ~Copyable> = Mutex<Value>
#endif
