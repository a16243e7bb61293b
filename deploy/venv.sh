#!/bin/sh
# Makes the environment: deploy/venv.sh PYTHON FOLDER. Every package is checked against the hashes in requirements.lock.
set -eu
python=$1
venv=$2

say() { printf '== %s\n' "$*"; }
stop() {
    { echo; printf '%s\n' "$@"; } >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 || stop "There is no $python here." "Debian, Ubuntu:  apt install python3 python3-venv" \
    "Elsewhere:       install Python 3.11 or newer, then: make env PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "$("$python" --version) is too old: Satu Pintu needs Python 3.11 or newer." "Then: make env PYTHON=/path/to/python3"

if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "This Python has no venv; installing Debian's python3-venv"
        { apt-get install -y -qq python3-venv || { apt-get update -qq && apt-get install -y -qq python3-venv; }; } </dev/null >/dev/null || true
    fi
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        stop "This Python cannot make environments (venv or ensurepip is missing)." "Debian, Ubuntu:  sudo apt install python3-venv" "Then again:      make env"
fi

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    say "1/3 new environment in $venv"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi
say "2/3 packages of requirements.lock (the first time about 250 MB; each line is one package)"
{ "$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes --no-deps -r requirements.lock || echo FAILED; } |
    awk '/^Collecting/ {print "   " $2; fflush()} /^FAILED/ {bad = 1} END {exit bad}' ||
    stop "Not every package could be fetched: see above. Without a network, point pip at a folder of wheels (PIP_FIND_LINKS), then: make env"
"$venv/bin/python" -m pip check --disable-pip-version-check >/dev/null || stop "Packages do not fit together: $("$venv/bin/python" -m pip check)"
say "3/3 Satu Pintu itself (satupintu)"
"$venv/bin/python" -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation --no-index -e .
say "ready: $venv"
