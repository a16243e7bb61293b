"""The list of modules with tables is whole."""

from __future__ import annotations

from pathlib import Path

from store import schema


def test_every_module_with_tables_is_listed() -> None:
    """A table that the schema's steps do not know of would be missing from a city's store."""
    room = Path(schema.__file__).parent
    declares = {file.stem for file in room.glob("*.py") if ", table=True)" in file.read_text()}
    assert declares
    assert declares <= set(vars(schema)), "add them to store/schema.py"
