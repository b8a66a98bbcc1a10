#if THREAD_SANITIZER
  /// ``Lock`` around a lock of the C library, which the thread sanitizer knows. Swift's own is on Linux a bare
  /// futex: what it guards would be reported as a race at every use.
  @safe package struct Lock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    // Sendable because all use of the two is between locking and unlocking.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    package init(_ initial: consuming sending Value) {
      // SAFETY: both are allocated here and freed by `deinit`, and stay where they are.
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
  }
#else
  package import Synchronization

  /// A value that one thread at a time may use: Swift's `Mutex`, but for the thread sanitizer.
  package typealias Lock<Value: ~Copyable> = Mutex<Value>
#endif
