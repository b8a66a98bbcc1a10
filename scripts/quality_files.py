"""Files and processes, for quality.py and the modules beside it."""
import hashlib, os, shlex, subprocess, sys


def content_hash(path, memo={}):
    """Returns 16 hex digits that stand for the file's bytes."""
    status = os.stat(path)
    key = path, status.st_mtime_ns, status.st_size
    if key not in memo:
        with open(path, "rb") as file:
            memo[key] = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    return memo[key]


def run(command, **options):
    environment = os.environ | {"PYTHONUTF8": "1", "TQDM_DISABLE": "1"}
    # A child's standard output must not end up in the report.
    options = {"stdout": sys.stderr} | options
    result = subprocess.run(command, env=environment, text=True, **options)
    if result.returncode:
        fail(f"exit status {result.returncode} from: {shlex.join(command)}")
    return result


def output_of(command):
    return run(command, stdout=subprocess.PIPE).stdout


def environment_python(cache, name, packages, options=()):
    """Returns the Python of an environment in the cache that has these packages. Makes the environment if needed."""
    folder = os.path.join(cache, name)
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(os.path.join(folder, "whole")):
        run([sys.executable, "-m", "venv", "--clear", folder])
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([python] + install + list(options) + packages)
        write(os.path.join(folder, "whole"), "")
    return python


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    """Writes a file whole or not at all. Without a path, writes to standard output."""
    if not path:
        sys.stdout.write(text)
        return
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".part", path)


def fail(text):
    note(f"quality.py: {text}")
    sys.exit(2)


def note(text):
    print(text, file=sys.stderr, flush=True)
