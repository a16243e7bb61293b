"""hub.toml, secrets folder and environment become Settings; each mistake becomes a sentence that says what to do."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config import load
from config.load import SettingsError
from config.settings import Settings, Store


def read(folder: Path, toml: str = "", environ: Mapping[str, str] | None = None) -> Settings:
    path = folder / "hub.toml"
    path.write_text(toml, "utf-8")
    return load.settings(path, environ or {})


def refusal(folder: Path, toml: str = "", environ: Mapping[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as refused:
        read(folder, toml, environ)
    return str(refused.value)


def test_without_any_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer's first start: SQLite under ./var, chat and front desk, the desk as the door."""
    monkeypatch.chdir(tmp_path)
    found = load.settings(None, {})
    assert found == Settings()
    assert found.store.url == "sqlite:///var/hub.db"
    assert {name: account.channel for name, account in found.accounts.items()} == {
        "chat": "webchat",
        "desk": "manual",
        "open311": "open311",
    }


def test_hub_toml_in_the_working_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve` without --config takes ./hub.toml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hub.toml").write_text("[http]\nport = 9000\n")
    assert load.settings(None, {}).http.port == 9000


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A wrong --config is no silent start with built-in values."""
    with pytest.raises(SettingsError, match=r"other\.toml: berkas tidak ada"):
        load.settings(tmp_path / "other.toml", {})


def test_environment_over_secrets_over_file(tmp_path: Path) -> None:
    """The stronger source wins, key by key."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "accounts.kominfo_bot.token").write_text("from-folder\n")
    (tmp_path / "secrets" / "store.url").write_text("postgresql://folder")
    found = read(
        tmp_path,
        '[store]\nurl = "sqlite:///file.db"\nblobs = "files"\n[accounts.kominfo_bot]\nchannel = "telegram"\ntoken = "from-file"\n',
        {"satupintu__store__url": "sqlite:///environment.db", "PATH": "/bin"},
    )
    assert found.store.url == "sqlite:///environment.db"
    assert found.store.blobs == Path("files")
    assert found.accounts["kominfo_bot"].options() == {"token": "from-folder"}


def test_secrets_may_lie_elsewhere(tmp_path: Path) -> None:
    """systemd's credentials and container secrets: a folder of their own, hidden bookkeeping passed over."""
    elsewhere = tmp_path / "credentials"
    (elsewhere / "..data").mkdir(parents=True)
    (elsewhere / ".hidden").write_text("x")
    (elsewhere / "SATUPINTU__SECRET").write_text("s" * 32)
    found = read(tmp_path, "", {"SATUPINTU_SECRETS": str(elsewhere)})
    assert load.secret(found) == b"s" * 32


def test_an_account_by_environment_alone(tmp_path: Path) -> None:
    """Names become lower case; values stay the text they are, digits too; lists are JSON."""
    found = read(
        tmp_path,
        "",
        {
            "SATUPINTU__ACCOUNTS__KOMINFO_BOT__CHANNEL": "telegram",
            "SATUPINTU__ACCOUNTS__KOMINFO_BOT__PASSWORD": "00123456",
            "SATUPINTU__ACCOUNTS__KOMINFO_BOT__FOLDERS": '["INBOX"]',
            "SATUPINTU__ACCOUNTS__CHAT__ENABLED": "false",
            "SATUPINTU__HTTP__EMBED_ORIGINS": '["https://example.go.id"]',
            "SATUPINTU__LOG__JSON": "true",
        },
    )
    assert found.accounts["kominfo_bot"].options() == {"password": "00123456", "folders": ["INBOX"]}
    assert not found.accounts["chat"].enabled
    assert found.http.embed_origins == ("https://example.go.id",)
    assert found.log.json_lines


@pytest.mark.parametrize(
    ("toml", "environ", "sentence"),
    [
        ('[store]\nulr = "x"', {}, "hub.toml: store.ulr tidak dikenal, maksud Anda store.url?"),
        ("[stoer]", {}, "hub.toml: stoer tidak dikenal, maksud Anda store?"),
        ("[log]\njsn = true", {}, "hub.toml: log.jsn tidak dikenal, maksud Anda log.json?"),
        ("[http]\nzzzzzz = 1", {}, "hub.toml: http.zzzzzz tidak dikenal. Yang ada di sini: embed_origins, host,"),
        ("", {"SATUPINTU__HTTP__PROT": "1"}, "lingkungan (environment): http.prot tidak dikenal, maksud Anda http.port?"),
        ("", {"SATUPINTU__HTPP__PORT": "1"}, "lingkungan (environment): htpp tidak dikenal, maksud Anda http?"),
        ("", {"SATUPINTU__HTTP__EMBED_ORIGINS": "https://a.id"}, "Daftar dan tabel ditulis sebagai JSON"),
        ('[http]\nport = "web"', {}, "hub.toml: http.port harus bilangan bulat."),
        ("[accounts.bot]\nenabled = true", {}, "hub.toml: accounts.bot.channel wajib diisi."),
        ('[accounts.Bot]\nchannel = "x"', {}, "nama 'Bot' tidak dapat dipakai"),
        ("http = 3", {}, "hub.toml: http harus tabel"),
        ("x =", {}, "hub.toml: bukan TOML yang sah"),
    ],
)
def test_mistakes_are_sentences(tmp_path: Path, toml: str, environ: dict[str, str], sentence: str) -> None:
    """Where it is written, which key, and what was probably meant."""
    assert sentence in refusal(tmp_path, toml, environ)


def test_every_mistake_is_told_at_once_and_no_value(tmp_path: Path) -> None:
    """Nobody mends one line a start, and no sentence shows a token."""
    told = refusal(tmp_path, '[http]\nport = "hunter2"\n[workers]\nsenders = "hunter2"\n[store]\npassword = "hunter2"\n')
    assert len(told.splitlines()) == 3
    assert "hunter2" not in told


def test_an_unreadable_file_is_a_sentence(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 come from a wrong editor, not from a fault of ours."""
    (tmp_path / "hub.toml").write_bytes(b"profile = '\xff\xfe'")
    with pytest.raises(SettingsError, match="UTF-8"):
        load.settings(tmp_path / "hub.toml", {})


def test_secrets_print_as_stars(tmp_path: Path) -> None:
    """repr, str and dump of the settings: no token, no password, not even of a database address."""
    found = read(
        tmp_path,
        'secret = "hunter2hunter2hunter2"\n[store]\nurl = "postgresql://hub:hunter2@db/hub"\n'
        '[accounts.bot]\nchannel = "telegram"\ntoken = "hunter2"\n'
        '[doors.lapor]\nkind = "lapor"\napi_key = "hunter2"\n',
    )
    printed = f"{found!r} {found} {found.accounts} {found.doors['lapor']} {found.accounts['bot'].model_dump_json()}"
    assert "hunter2" not in printed
    assert found.accounts["bot"].options() == {"token": "hunter2"}


def test_a_secret_in_plain_sight_is_pointed_out(tmp_path: Path) -> None:
    """`check` tells which key of hub.toml belongs into the secrets folder."""
    read(tmp_path, '[accounts.bot]\nchannel = "telegram"\ntoken = "hunter2"\n')
    assert load.exposed(tmp_path / "hub.toml") == [
        "hub.toml: accounts.bot.token adalah rahasia; pindahkan ke berkas secrets/accounts.bot.token."
    ]


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    """Readable by nobody else, the same at the next start, also when several hubs start together."""
    chosen = Settings(store=Store(blobs=tmp_path / "var" / "blobs"))
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(load.secret, [chosen] * 8))
    assert len(made) == 1
    assert len(made.pop()) >= 32
    assert [file.name for file in (tmp_path / "var").iterdir()] == ["secret"]
    assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600


def test_a_short_secret_is_refused() -> None:
    """It would sign sessions."""
    with pytest.raises(SettingsError, match="terlalu pendek"):
        load.secret(Settings(secret="short"))
