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
    // A signal that the caller has ignored, as nohup does, stays ignored.
    sources = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }.map { number in
      // Otherwise the default action would come first.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: DispatchQueue.global(qos: .userInteractive))
      source.setEventHandler { registry.unlinkAllAndExit(status: 128 + number) }
      source.resume()
      return source
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    // SAFETY: sigaction writes the action that is in force, and changes nothing.
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Glibc)
      let handler = unsafe action.__sigaction_handler.sa_handler
    #else
      let handler = unsafe action.__sigaction_u.__sa_handler
    #endif
    // SAFETY: a handler is a pointer, or one of the small numbers that stand for the standard actions.
    return unsafe unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  func stop() {
    for source in sources { source.cancel() }
  }
}
