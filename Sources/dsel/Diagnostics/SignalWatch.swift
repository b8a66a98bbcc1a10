import Dispatch
import Writing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ends the process on SIGINT, SIGTERM and SIGHUP, without leaving temporary files behind: with
/// 128 plus the signal's number, as a shell would report it.
struct SignalWatch {
  private let sources: [any DispatchSourceSignal]

  init(_ registry: TemporaryFiles) {
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      // Otherwise the default action would come first.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: DispatchQueue.global(qos: .userInteractive))
      source.setEventHandler { registry.unlinkAllAndExit(status: 128 + number) }
      source.resume()
      return source
    }
  }

  func stop() {
    for source in sources { source.cancel() }
  }
}

/// Environment variables.
enum Environment {
  static subscript(name: String) -> String? {
    // SAFETY: nothing here changes the environment while the string is copied.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
