#!/usr/bin/env bash
# Builds dsel and installs it with manual pages and shell completions, or removes an installation.
#
#   scripts/install.sh [--prefix DIR] [--binary FILE] [--uninstall]
#
# --prefix     the destination: DIR/bin, DIR/share/… (default: /usr/local)
# --binary     install this dsel instead of building one
# --uninstall  remove the files from the same prefix
# DESTDIR, from the environment, is put before all paths: for packages.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=/usr/local
binary=
uninstall=false
while [ $# -gt 0 ]; do
  case "$1" in
    --prefix | --binary)
      [ $# -gt 1 ] || { echo "install.sh: $1 needs a value." >&2; exit 64; }
      if [ "$1" = --prefix ]; then prefix=$2; else binary=$2; fi
      shift 2
      ;;
    --prefix=*) prefix=${1#*=}; shift ;;
    --binary=*) binary=${1#*=}; shift ;;
    --uninstall) uninstall=true; shift ;;
    -h | --help) sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p;}' scripts/install.sh; exit 0 ;;
    *) echo "install.sh: unknown argument '$1'. See --help." >&2; exit 64 ;;
  esac
done
case "$prefix" in
  /*) ;;
  *) echo "install.sh: --prefix '$prefix' must begin with a slash." >&2; exit 64 ;;
esac
root=${DESTDIR:-}${prefix%/}
pages=$root/share/man/man1
bash_completion=$root/share/bash-completion/completions/dsel
zsh_completion=$root/share/zsh/site-functions/_dsel
fish_completion=$root/share/fish/vendor_completions.d/dsel.fish

if [ "$uninstall" = true ]; then
  # Removes all pages, including those of commands that only another version had.
  rm -f "$root/bin/dsel" "$pages"/dsel.1 "$pages"/dsel-*.1 "$bash_completion" "$zsh_completion" "$fish_completion"
  echo "removed dsel from $root"
  exit 0
fi

if [ -z "$binary" ]; then
  flags=(-c release --product dsel)
  # Swift's own libraries are linked into the program, so that it runs where Swift isn't installed.
  # A Mac has them.
  [ "$(uname)" = Linux ] && flags+=(--static-swift-stdlib)
  swift build "${flags[@]}" >&2
  binary=$(swift build "${flags[@]}" --show-bin-path)/dsel
fi
[ -x "$binary" ] || { echo "install.sh: $binary: no such program." >&2; exit 1; }

# Everything is made before anything is installed.
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
for shell in bash zsh fish; do
  "$binary" --generate-completion-script "$shell" > "$made/$shell"
done
mkdir "$made/man1"
names=$("$binary" generate-manual)
for name in $names; do
  "$binary" generate-manual "$name" > "$made/man1/$name.1"
done

install -d "$root/bin" "$pages"
install -m 755 "$binary" "$root/bin/dsel"
install -m 644 "$made"/man1/*.1 "$pages"
for target in "bash $bash_completion" "zsh $zsh_completion" "fish $fish_completion"; do
  shell=${target%% *}
  file=${target#* }
  install -d "$(dirname "$file")"
  install -m 644 "$made/$shell" "$file"
done
echo "installed dsel in $root: bin/dsel, $(echo "$names" | wc -l | tr -d ' ') manual pages, completions for bash, zsh and fish"
