import Foundation
import TestSupport
import Testing

#if os(Linux)
  /// `--threads` is the exact number of the system's threads.
  @Suite struct ThreadCountTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// While a pipe gives no bytes, the run waits with all of its threads.
    ///
    /// Libraries may add a few more.
    @Test(arguments: [1, 50])
    func `A run has the requested number of threads, even above the number of processors`(
      threadCount: Int
    ) throws {
      let script = """
        mkfifo pipe
        "$0" fit --quiet --threads "$1" pipe -o out.model & run=$!
        exec 3> pipe
        cat "$2" >&3
        tries=0
        while [ "$(ls /proc/$run/task | wc -l)" -lt "$1" ] && [ $tries -lt 400 ]; do
          tries=$((tries + 1)); sleep 0.05
        done
        ls /proc/$run/task | wc -l
        exec 3>&-
        wait $run
        """
      let run = try Program.shell(script, ["\(threadCount)", Fixtures.wiki], in: directory)
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      let found = try #require(Int(run.lines[0].trimmingCharacters(in: .whitespaces)))
      #expect((threadCount...threadCount + 8).contains(found))
    }

    /// Some threads start, and the run must end all the same.
    ///
    /// 1,000 stacks of 8 MiB don't fit into 3 GB of addresses.
    @Test func `A run that can't start more threads says so`() throws {
      let script = """
        ulimit -v 3000000
        exec "$0" fit --quiet --threads 1000 "$1" -o out.model
        """
      let run = try Program.shell(script, [Fixtures.wiki], in: directory)
      #expect(run.status == 1)
      #expect(
        run.errors == """
          the system can't start another thread (resource temporarily unavailable). Use fewer \
          --threads, or raise the limit of processes (ulimit -u).

          """)
      #expect(directory.names.isEmpty)
    }
  }
#endif
