#!/usr/bin/env bash
# Runs the checks step by step, and stops at the first step that fails.
#
#   scripts/test.sh                       the steps for a change: 10 minutes at most on 2 cores from
#                                         a fresh clone, and 4 after a change
#   scripts/test.sh --all                 all steps, as CI runs them: some 70 minutes
#   scripts/test.sh --only STEP [OPTION…] one step, as in --all; options go to pytest or swift test,
#                                         for example: --only faults -k older-files
#   scripts/test.sh --list                the steps
#
# Without --all, faults and limits are a sample that is the same each time. Some checks take
# longer than --all may, and are run by hand: test_soak.py at full size (63 GB), test_memory.py with
# 1 GB, and fuzzing for more than seconds. Documentation/Guarantees.md has the commands.
set -euo pipefail
cd "$(dirname "$0")/.."

release=(--configuration release -Xswiftc -enable-testing --scratch-path .build-release)
dsel=.build-release/release/dsel
suite=Tests/Robustness
sample=1
seed=1

quick_steps=(setup format rules build tests python faults limits)
all_steps=("${quick_steps[@]}" answers kills readers kernels mounts files streams distributed report engines package benchmarks fuzzing address thread)

describe() {
  case $1 in
    setup) echo "install what the checks need" ;;
    format) echo "swift format lint" ;;
    rules) echo "rooms, lengths, unsafe code, orders of dictionaries, test targets, quality.py" ;;
    build) echo "dsel and all tests, one release build" ;;
    tests) echo "all Swift tests" ;;
    python) echo "the Python package" ;;
    answers) echo "explanations of selections, and the schemas of all JSON" ;;
    faults) echo "each system call fails once, or waits while a second run writes the same files" ;;
    kills) echo "kills, signals, full disks, changing pools" ;;
    limits) echo "hostile and huge inputs" ;;
    readers) echo "commands that read and write files, and fail; with --all, a stand-in for S3" ;;
    kernels) echo "the kernels against plain code, here and for arm64 under qemu" ;;
    mounts) echo "file systems without fsync, rename or locks; no /proc" ;;
    files) echo "ten thousand files with 64 descriptors" ;;
    streams) echo "memory stays flat on long streams and large pools" ;;
    distributed) echo "a pool in five shards, separately and as one" ;;
    report) echo "pages about runs: their figures, and in a browser nothing of a text runs or loads" ;;
    engines) echo "one selection on Ray, Dask, datatrove and a stand-in for Slurm, whose machines fail" ;;
    package) echo "wheel, tarball and .deb: what they need, the same bytes on an old Debian; three Pythons" ;;
    benchmarks) echo "the benchmarks can be built, and write their tables" ;;
    fuzzing) echo "each fuzz target for 10 seconds" ;;
    address) echo "all tests and whole commands under the address sanitizer" ;;
    thread) echo "unit tests and whole commands under the thread sanitizer" ;;
    *) return 1 ;;
  esac
}

step_setup() { scripts/setup.sh --tests; }

step_format() { swift format lint --strict --recursive Package.swift Sources Tests; }

step_rules() { check test_rooms.py test_sources.py test_order.py test_quality.py "$@"; }

step_build() { swift build "${release[@]}" --build-tests --quiet 2>&1 | without_flag_warnings; }

# Debug builds have no step: an optimised build keeps all preconditions and overflow checks, and the
# address sanitizer's build has the assertions.
step_tests() {
  step_build
  # Only some machines have the large corpora beside the project. They test quality, not function.
  # SameResultTests repeats each command: 15 times, or 6 times in the sample.
  local skipped=() repeats=15
  [ "$mode" != quick ] || { skipped=(--skip SharedCorporaTests) repeats=6; }
  DSEL_TEST_REPEATS=$repeats swift test "${release[@]}" --skip-build --disable-xctest ${skipped[@]+"${skipped[@]}"} "$@" 2>&1 |
    scripts/quiet-tests.sh
}

# With --all, the packages whose data frames and data sets dsel takes are installed, and mypy and
# ruff; else tests that need them are skipped, and so are selections by many tasks.
step_python() {
  local skipped=()
  [ -x "$dsel" ] || step_build
  local environment=$suite/.venv requirements=Python/tests/requirements.txt
  if [ "$mode" != quick ]; then
    environment=Python/.venv
    make_environment $environment $requirements
  else
    skipped=(--ignore-glob "Python/tests/test_distributed*.py" --ignore Python/tests/test_ranks.py)
    [ -x $environment/bin/pytest ] || scripts/setup.sh --tests
  fi
  $environment/bin/python -m pytest -q -p no:cacheprovider Python/tests --dsel "$dsel" \
    ${skipped[@]+"${skipped[@]}"} "$@"
}

step_answers() { check_dsel test_explain.py test_show.py test_notes.py test_schemas.py "$@"; }
step_faults() { check_dsel test_faults.py test_two_runs.py "$@"; }
# These run on the disk, so that the kills come at the moments at which dsel is killed in practice.
step_kills() { TMPDIR=$disk check_dsel test_kills.py test_disturbances.py test_disk_room.py "$@"; }
step_limits() { check_dsel test_input_limits.py test_file_limits.py test_parquet_damage.py "$@"; }
# With --all, moto stands in for S3, in an environment of its own (160 MB).
step_readers() {
  local store=$suite/.venv-store requirements=$suite/requirements-store.txt
  [ "$mode" = quick ] || make_environment $store $requirements || true
  check_dsel test_readers.py test_writers.py test_flush.py test_object_store.py "$@"
}
step_kernels() { scripts/kernels.sh; }
step_mounts() { check_dsel test_mounts.py test_without_proc.py "$@"; }
step_files() { check_dsel test_many_files.py "$@"; }
step_streams() { TMPDIR=$disk check_dsel test_soak.py test_memory.py "$@"; }
step_distributed() {
  check_dsel test_distributed.py test_distributed_options.py test_distributed_parts.py \
    test_random_options.py test_plan.py test_plan_directories.py test_by_shard.py test_pile.py test_advice.py "$@"
}

# Pages are opened in Debian's browser, by a package of PyPI in an environment of its own. Without
# these, the other tests of pages run.
step_report() {
  [ -x "$dsel" ] || step_build
  local environment=$suite/.venv-report requirements=$suite/requirements-report.txt without=
  scripts/setup.sh --browser || without="chromium can't be installed"
  [ -n "$without" ] || make_environment $environment $requirements || without="playwright can't be installed"
  if [ -n "$without" ]; then
    echo "skipped what needs a browser: $without"
    environment=$suite/.venv
    [ -x $environment/bin/pytest ] || scripts/setup.sh --tests
  fi
  $environment/bin/pytest $suite/test_report.py --dsel "$dsel" -rs "$@"
}

# The engines listen on the host's address. In a network namespace, nothing else is there.
step_engines() {
  [ -x "$dsel" ] || step_build
  local environment=Python/.venv-engines requirements=Python/tests/requirements-engines.txt
  local namespace=(unshare --net)
  [ "$(id -u)" -eq 0 ] || namespace=(unshare --map-root-user --net)
  if ! "${namespace[@]}" ip link set lo up 2> /dev/null; then
    echo "skipped: there is no unshare or ip, or they may not make a network namespace"
    return 0
  fi
  make_environment $environment $requirements || { echo "skipped: the engines can't be installed"; return 0; }
  # Paths of Ray's sockets must be short.
  TMPDIR=$disk "${namespace[@]}" bash -c 'ip link set lo up; exec "$@"' engines \
    $environment/bin/python -m pytest -q -p no:cacheprovider Python/tests/test_engines.py Python/tests/test_ranks.py \
    --dsel "$dsel" "$@"
}

# Packages are built, and three Debians are fetched, side by side. The wheel's package is then tested
# under Python 3.9, 3.11 and 3.13, without any other package.
step_package() {
  [ -e /etc/debian_version ] || { echo "skipped: packages are built on Debian only"; return 0; }
  local debian=$PWD/.build-package/debian-11 built=.build-package/packages system process
  scripts/packaging/tools.sh --tests
  (
    scripts/packaging/old-debian.sh "$debian"
    for system in bookworm trixie; do
      scripts/packaging/old-debian.sh "$PWD/.build-package/$system" $system
    done
  ) &
  local making=$!
  if ! scripts/package.sh --output "$built" > "$scratch/package" 2>&1; then
    tail -n 40 "$scratch/package"
    kill "$making" 2> /dev/null || true
    return 1
  fi
  wait "$making"
  check_dsel test_package.py --packages "$built" --old-debian "$debian" "$@"
  local running=() failed=0
  for system in debian-11 bookworm trixie; do
    scripts/packaging/test-wheel.sh .build-package/$system "$built"/*.whl > "$scratch/$system" 2>&1 &
    running+=($!)
  done
  for process in "${running[@]}"; do wait "$process" || failed=1; done
  tail -n 40 "$scratch"/{debian-11,bookworm,trixie}
  return $failed
}

# Their sources are the present ones, which the older versions' code may no longer fit.
step_benchmarks() {
  (cd Benchmarks && swift build --configuration release --quiet 2>&1) | without_flag_warnings
  check_dsel test_benchmark.py "$@"
}

step_fuzzing() { scripts/fuzz.sh 10; }

step_address() {
  is_linux || return 0
  # The leak checker is off: the test runner itself leaks. ThreadCountTests limits dsel to 3 GB of
  # addresses, where the sanitizer needs terabytes.
  DSEL_TEST_REPEATS=3 ASAN_OPTIONS=detect_leaks=0 swift test --disable-xctest --configuration release --sanitize address \
    -Xswiftc -enable-testing -Xswiftc -assert-config -Xswiftc Debug --scratch-path .build-address \
    --skip ThreadCountTests "$@" 2>&1 |
    scripts/quiet-tests.sh
  check test_sanitizers.py --dsel .build-address/release/dsel
}

step_thread() {
  is_linux || return 0
  # With the define, Lock is one that the sanitizer knows. Tests that run the built dsel are
  # excluded, because each run would take seconds; whole commands cover them.
  swift test --disable-xctest --configuration release --sanitize thread -Xswiftc -enable-testing \
    -Xswiftc -DTHREAD_SANITIZER --scratch-path .build-thread --skip CommandLineTests "$@" 2>&1 |
    scripts/quiet-tests.sh
  check test_sanitizers.py --dsel .build-thread/release/dsel -k "not malformed"
}

is_linux() { [ "$(uname)" = Linux ] || { echo "skipped: only Linux has the sanitizers"; false; }; }

# Makes an environment of Python, unless it has the packages of a list already.
make_environment() {  # DIRECTORY REQUIREMENTS
  if [ -e "$1/installed" ] && [ ! "$1/installed" -ot "$2" ]; then return 0; fi
  python3 -m venv --clear "$1" || return 1
  "$1/bin/pip" install --quiet --disable-pip-version-check --requirement "$2" || return 1
  touch "$1/installed"
}

# Runs tests of the suite for robustness: `check FILE… [OPTION…]`.
check() {
  local files=()
  while [ $# -gt 0 ] && [ "${1%.py}" != "$1" ]; do
    files+=("$suite/$1")
    shift
  done
  [ -x $suite/.venv/bin/pytest ] || scripts/setup.sh --tests
  $suite/.venv/bin/pytest "${files[@]}" --sample "$sample" --seed "$seed" "$@"
}

check_dsel() {
  [ -x "$dsel" ] || step_build
  check "$@" --dsel "$dsel"
}

without_flag_warnings() { { grep -v 'prohibited flag' || true; } }

usage() { sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p;}' scripts/test.sh; }

list() { for step in "${all_steps[@]}"; do printf '%-12s %s\n' "$step" "$(describe "$step")"; done; }

mode=quick
steps=("${quick_steps[@]}")
arguments=()
case ${1:-} in
  '') sample=0.05 ;;
  --all)
    mode=all
    steps=("${all_steps[@]}")
    # The moments for kills differ each day.
    seed=$(date +%Y%m%d)
    ;;
  --only)
    mode=only
    describe "${2:-}" > /dev/null || { echo "test.sh: --only takes one of these steps:" >&2; list >&2; exit 64; }
    steps=("$2")
    arguments=("${@:3}")
    ;;
  --list) list; exit 0 ;;
  -h | --help) usage; list; exit 0 ;;
  *) echo "test.sh: unknown argument '$1'. See --help." >&2; exit 64 ;;
esac

# Tests write thousands of small files, and dsel calls fsync for each output: a directory in memory
# saves minutes of waiting.
disk=${TMPDIR:-/tmp}
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df --output=avail /dev/shm | tail -n 1)" -gt 4000000 ]; then
  scratch=$(mktemp -d -p /dev/shm dsel-tests.XXXXXX)
else
  scratch=$(mktemp -d)
fi
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/tmp"
export TMPDIR=$scratch/tmp

# Sets `processor` to the processor seconds of all steps so far.
measure() {
  times > "$scratch/times"
  processor=$(awk -F '[ms ]+' 'NR == 2 { printf "%.0f", $1 * 60 + $2 + $3 * 60 + $4 }' "$scratch/times")
}

row() { printf '%-12s %8s %8s\n' "$@" | tee -a "$scratch/table"; }

row step seconds CPU > /dev/null
failed=
for step in "${steps[@]}"; do
  printf '\n== %s: %s\n' "$step" "$(describe "$step")"
  measure
  begin=$SECONDS before=$processor
  # This isn't in a condition, where `set -e` would have no effect.
  set +e
  (set -e; "step_$step" ${arguments[@]+"${arguments[@]}"})
  status=$?
  set -e
  measure
  row "$step" $((SECONDS - begin)) $((processor - before))
  if [ $status -ne 0 ]; then
    failed=$step
    break
  fi
done

measure
printf '\n'
row all "$SECONDS" "$processor" > /dev/null
cat "$scratch/table"
if [ -n "$failed" ]; then
  echo "test.sh: the step '$failed' failed. Run it alone: scripts/test.sh --only $failed" >&2
  exit 1
fi
echo "test.sh: all checks passed"
