"""`run.py import-entries`: a week's letters from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from desk import upkeep

SHEET = """No Agenda;Tanggal;Nama;Isi;Berkas
1;2026-03-02;Siti;Lampu jalan mati;a.pdf
2;besok;Budi;Sampah;
3;;Rina;Jalan rusak;C:\\scan\\B.PDF
"""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "hub.toml").write_text(f'[store]\nurl = "sqlite:///{tmp_path}/hub.db"\nblobs = "{tmp_path}/blobs"\n')
    (tmp_path / "surat.csv").write_text(SHEET)
    (tmp_path / "scans").mkdir()
    for name in ("a.pdf", "b.pdf", "lain.pdf"):
        (tmp_path / "scans" / name).write_bytes(b"%PDF-1.4 " + name.encode())
    return tmp_path


def run(office: Path, *more: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(upkeep.import_entries)
    wanted = [str(office / "surat.csv"), "--scans", str(office / "scans"), "--config", str(office / "hub.toml"), *more]
    result = CliRunner().invoke(app, wanted)
    return result.exit_code, result.output


def kept(office: Path) -> int:
    engine = create_engine(f"sqlite:///{office}/hub.db")
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM inbox WHERE channel = 'manual'")).scalar_one())


def test_without_yes_it_only_looks(office: Path) -> None:
    """Every row's mistakes, the scan that nobody names, nothing entered, exit 1 because a row is wrong."""
    status, said = run(office)
    assert status == 1
    for expected in ("Baris 2     siap", "besok", "lain.pdf", "--yes"):
        assert expected in said
    assert kept(office) == 0
    assert not list((office / "blobs").rglob("*.*")) if (office / "blobs").exists() else True


def test_with_yes_the_good_rows_are_entered_once(office: Path) -> None:
    """However often it is called; only the scans that are named lie in the blob store."""
    for _ in range(2):
        status, said = run(office, "--yes", "--operator", "rina")
        assert status == 1
        assert said.count("tercatat") == 2
    assert kept(office) == 2
    assert len([file for file in (office / "blobs").rglob("*") if file.is_file()]) == 2


def test_a_file_that_is_none_is_told(office: Path) -> None:
    (office / "surat.csv").write_bytes(b"PK\x03\x04")
    status, said = run(office)
    assert status == 1
    assert "tidak terbaca" in said
