import Foundation
import TestSupport
import Testing

#if os(Linux)
  /// `--threads` means threads of the system, as many as it says.
  @Suite struct ThreadCountTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// While a pipe gives no more, the run waits with all of its threads.
    ///
    /// A few more belong to the libraries.
    @Test(arguments: [1, 50])
    func `A run has as many threads as were asked for, more than there are processors`(
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

    /// 1,000 stacks of 8 MiB don't fit into 3 GB of addresses: some threads start, and the run
    /// ends all the same.
    @Test func `Where the system starts no more threads, the message says so`() throws {
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
