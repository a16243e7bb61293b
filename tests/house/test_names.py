"""Fences of the house: our names are ours alone, modules say what they are, files stay small, nothing of a machine is committed."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("config", "connectors", "normalizer", "store", "dispatcher", "desk", "demo")
NOT_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc", "service", "services"}
LONGEST = 300


def product_code() -> list[Path]:
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")] + [ROOT / "run.py"]
    return [path for path in files if "versions" not in path.parts]


def committed() -> list[Path]:
    """Files that git keeps; without git (a downloaded archive) all but what is ignored anyway."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: run the tests in one to search what is committed")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("name", [*ROOMS, "run"])
def test_our_top_level_names_have_one_owner(name: str) -> None:
    """Plain names such as `config` and `store` are safe as long as no other installed distribution brings them (decision 0001)."""
    owners = set(packages_distributions().get(name, []))
    assert owners <= {"satu-pintu"}, f"{name} also belongs to {owners - {'satu-pintu'}}"


def test_no_module_is_called_anything() -> None:
    """A name says what lives there; `utils` does not."""
    found = [str(path.relative_to(ROOT)) for path in product_code() if NOT_NAMES & {path.stem, *path.parent.relative_to(ROOT).parts}]
    assert not found


def test_no_file_is_two() -> None:
    """A file over 300 lines asks to be two."""
    long = {str(path.relative_to(ROOT)): lines for path in product_code() if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST}
    assert not long


def test_every_module_says_what_it_is_for() -> None:
    """A docstring opens every module that holds anything."""
    silent = [path for path in product_code() if (text := path.read_text("utf-8").strip()) and not text.startswith(('"""', 'r"""'))]
    assert not [str(path.relative_to(ROOT)) for path in silent]


def test_nothing_of_a_machine_is_committed() -> None:
    """No home folder, no registry or index address, no private key: a clone works anywhere and tells nothing."""
    marks = re.compile(rb"/home/[a-z]|/root/|/Users/[A-Za-z]|--(?:extra-)?index-url|--find-links|BEGIN [A-Z ]*PRIVATE KEY")
    found = []
    for path in committed():
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if marks.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert not found


def test_the_product_does_not_need_what_lies_beside_it() -> None:
    """Only .ci/run looks outside the checkout, and says so when nothing is there."""
    found = [path for path in committed() if b"../shared" in path.read_bytes() and path != Path(__file__)]
    assert {str(path.relative_to(ROOT)) for path in found} <= {".ci/run", "CONTRIBUTING.md"}


def test_the_lock_holds_hashes_only() -> None:
    """Every package is pinned and hashed; no address stands in the lock."""
    lines = (ROOT / "requirements.lock").read_text("ascii").splitlines()
    assert all(re.match(r"[A-Za-z0-9._-]+==\S+|    --hash=sha256:[0-9a-f]{64}", line) for line in lines)
    assert not any("://" in line for line in lines)
