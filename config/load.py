"""Reads settings, city profile and secret, and turns every mistake into a sentence that an official can act on.

Order, later wins: built-in values, hub.toml, files of the secrets folder, environment. A secret file is called like its key
(`accounts.kominfo_bot.token`); an environment variable likewise (`SATUPINTU__ACCOUNTS__KOMINFO_BOT__TOKEN`).
Sentences never repeat a value.
"""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource
from pydantic_settings import SettingsError as PydanticSettingsError

from config import advice
from config.profile import Learned, Profile
from config.settings import Settings

PREFIX = "SATUPINTU__"
HERE = Path(__file__).parent
CITIES = HERE / "cities"
TEXTS = HERE / "texts.toml"
CATALOGUE = HERE / "catalogue.toml"
EVERYDAY = HERE / "everyday.toml"
SHORTEST_SECRET = 16
SECRET_ENDINGS = ("token", "password", "secret", "api_key")
ALWAYS: dict[str, Any] = {"accounts": {"chat": {"channel": "webchat"}, "desk": {"channel": "manual"}, "open311": {"channel": "open311"}}}
"""Chat, front desk and the Open311 server are there until an office switches them off (`enabled = false`)."""


class SettingsError(Exception):
    """The hub cannot start like this. The text names each setting and what to do, one sentence a line."""


class _Variables(EnvSettingsSource):
    """Variables of which only lists and tables are JSON: a password of digits stays text."""

    def decode_complex_value(self, field_name: str, field: FieldInfo | None, value: Any) -> Any:
        if not value.startswith(("[", "{")):
            raise ValueError("neither a list nor a table")
        return json.loads(value)


def settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """hub.toml at `path`, else ./hub.toml where there is one, else built-in values; over it the secrets folder and the environment.

    The secrets folder is SATUPINTU_SECRETS, else `secrets` beside hub.toml. Raises SettingsError.
    """
    environ = os.environ if environ is None else environ
    if path is not None and not path.is_file():
        raise SettingsError(f"{path}: berkas tidak ada. Periksa --config, atau mulai dari hub.example.toml.")
    path = path or Path("hub.toml")
    written = read_toml(path) if path.is_file() else {}
    folder = Path(environ.get("SATUPINTU_SECRETS") or path.parent / "secrets")
    sources = {
        "lingkungan (environment)": _exploded({key: value for key, value in environ.items() if key.upper().startswith(PREFIX)}),
        f"folder {folder}": _exploded(_secret_files(folder)),
        path.name: written,
    }
    values: dict[str, Any] = ALWAYS
    for source in reversed(sources.values()):
        values = merged(values, source)
    try:
        found = Settings(**values)
    except ValidationError as error:
        raise SettingsError(advice.sentences(error, Settings, sources, default=path.name)) from None
    return found.model_copy(update={"profile": _beside(path, found.profile)})


def profile(chosen: Settings) -> Profile:
    """The city of `settings.profile` over the shipped texts, under `profile_overrides`. Raises SettingsError."""
    path = Path(chosen.profile) if _is_path(chosen.profile) else CITIES / f"{chosen.profile}.toml"
    if not path.is_file():
        cities = sorted(file.stem for file in CITIES.glob("*.toml"))
        raise SettingsError(f"profile: {chosen.profile} tidak ada. Pilih {', '.join(cities)}, atau tulis jalur berkas TOML.")
    city = read_toml(path)
    shipped = {"texts": read_toml(TEXTS)} if TEXTS.is_file() else {}
    reports = {"reports": chosen.reports.model_dump(exclude_unset=True)}
    values = _worded(_catalogued(merged(merged(merged(shipped, city), chosen.profile_overrides), reports)))
    try:
        found = advice.texts_checked(Profile.model_validate(values), shipped.get("texts", {}))
        return found.model_copy(update={"learned": _learned(learned_path(chosen))})
    except ValidationError as error:
        sources = {"hub.toml: profile_overrides": chosen.profile_overrides, path.name: city}
        raise SettingsError(advice.sentences(error, Profile, sources, default=path.name)) from None
    except ValueError as error:
        raise SettingsError(f"{path.name}: {error}") from None


def learned_path(chosen: Settings) -> Path:
    """Where `run.py learn` keeps its model: beside the blobs."""
    return chosen.store.blobs.parent / "learned.json"


def _learned(path: Path) -> Learned | None:
    """A model that cannot be read is left aside: the rules do without it."""
    try:
        return Learned.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _catalogued(values: dict[str, Any]) -> dict[str, Any]:
    """The city's categories first, then the topics of the shipped catalogue; what the city says of one counts."""
    own = values.get("categories", {})
    if values.get("catalogue") is False or not isinstance(own, Mapping):
        return values
    topics = read_toml(CATALOGUE)["categories"] if CATALOGUE.is_file() else {}
    routed = {key: {**topic, "agency": values.get("default_agency")} for key, topic in topics.items()}
    touched = {key: merged(routed.get(key, {}), said) if isinstance(said, Mapping) else said for key, said in own.items()}
    untouched = {key: {**topic, "shipped": True} for key, topic in routed.items() if key not in own}
    return {**values, "categories": {**touched, **untouched}}


def _worded(values: dict[str, Any]) -> dict[str, Any]:
    """Each category with the everyday words that it names, its own first."""
    known = read_toml(EVERYDAY)

    def words(key: str, said: Mapping[str, Any]) -> list[str]:
        named = said["everyday"]
        if unknown := [name for name in named if name not in known]:
            raise SettingsError(f"categories.{key}.everyday: {unknown[0]} tidak ada. Pilih dari {', '.join(known)}.")
        return list(dict.fromkeys([*said.get("words", ()), *(word for name in named for word in known[name])]))

    own = values.get("categories", {})
    named = {
        key: {**said, "words": words(key, said)}
        for key, said in (own.items() if isinstance(own, Mapping) else ())
        if isinstance(said, Mapping) and isinstance(said.get("everyday"), list)
    }
    return {**values, "categories": {**own, **named}} if named else values


def secret(chosen: Settings) -> bytes:
    """What signs sessions and mail tokens: the setting, else a file of ours beside the blobs (var/secret), made once with mode 0600."""
    value = chosen.secret.get_secret_value().encode() if chosen.secret else _kept(chosen.store.blobs.parent / "secret")
    if len(value) < SHORTEST_SECRET:
        raise SettingsError(f"secret: terlalu pendek; pakai sekurangnya {SHORTEST_SECRET} huruf acak, misalnya `openssl rand -hex 32`.")
    return value


def exposed(path: Path) -> list[str]:
    """Keys of hub.toml that hold a secret in plain sight, each as a sentence; `check` shows them."""

    def walk(table: Mapping[str, Any], above: tuple[str, ...]) -> list[str]:
        found: list[str] = []
        for key, value in table.items():
            if isinstance(value, Mapping):
                found += walk(value, (*above, key))
            elif key.endswith(SECRET_ENDINGS):
                name = ".".join((*above, key))
                found.append(f"{path.name}: {name} adalah rahasia; pindahkan ke berkas secrets/{name}.")
        return found

    return walk(read_toml(path), ()) if path.is_file() else []


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path.name}: bukan TOML yang sah: {error}. Perbaiki baris itu.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: tidak terbaca ({type(error).__name__}). Periksa izin berkas dan pengodean UTF-8.") from None


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables key by key, anything else replaced by `over`."""
    result = dict(under)
    for key, value in over.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return result


def _exploded(variables: Mapping[str, str]) -> dict[str, Any]:
    """SATUPINTU__A__B=x -> {"a": {"b": "x"}}; first parts that are no setting are kept, so that they are refused by name."""
    source = _Variables(Settings)
    source.env_vars = {key.lower(): value for key, value in variables.items()}
    try:
        found = source()
    except PydanticSettingsError as error:
        raise SettingsError(f'lingkungan (environment): {error}. Daftar dan tabel ditulis sebagai JSON, misalnya ["a", "b"].') from None
    for key in source.env_vars:
        first = key.removeprefix(PREFIX.lower()).split("__")[0]
        if first not in Settings.model_fields:
            found[first] = ""
    return found


def _secret_files(folder: Path) -> dict[str, str]:
    """One file, one value. Hidden files and folders are passed over (an orchestrator's bookkeeping)."""
    if not folder.is_dir():
        return {}
    files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    try:
        return {PREFIX + file.name.removeprefix(PREFIX).replace(".", "__"): file.read_text("utf-8").strip() for file in files}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"folder {folder}: ada berkas yang tidak terbaca ({type(error).__name__}). Periksa izinnya.") from None


def _is_path(name: str) -> bool:
    return name.endswith(".toml") or os.sep in name


def _beside(config: Path, name: str) -> str:
    """A profile's path is meant from where hub.toml lies."""
    return str(config.parent / name) if _is_path(name) and (config.parent / name).is_file() else name


def _kept(path: Path) -> bytes:
    """The file's content; made first where it is missing. Two hubs that start together end with the same one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".secret.{os.getpid()}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32), "ascii")
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes().strip()
