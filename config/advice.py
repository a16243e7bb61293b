"""Mistakes in TOML files and environment, told so that an official can mend them: which file, which key, what to write instead."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import AliasChoices, BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.profile import Profile

KINDS = {
    "missing": "wajib diisi",
    "int_parsing": "harus bilangan bulat",
    "int_type": "harus bilangan bulat",
    "int_from_float": "harus bilangan bulat",
    "float_parsing": "harus bilangan",
    "float_type": "harus bilangan",
    "bool_parsing": "harus true atau false",
    "bool_type": "harus true atau false",
    "string_type": "harus teks di antara tanda kutip",
    "tuple_type": "harus daftar, misalnya [1, 2]",
    "list_type": "harus daftar, misalnya [1, 2]",
    "dict_type": "harus tabel, misalnya [nama]",
    "model_type": "harus tabel, misalnya [nama]",
    "date_from_datetime_parsing": "harus tanggal, misalnya 2026-01-31",
    "time_parsing": "harus jam, misalnya 08:00:00",
    "string_too_short": "terlalu pendek",
    "too_short": "terlalu sedikit isinya",
}


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The one of `choices` that was probably meant; None when none is close."""
    close = get_close_matches(word.lower(), list(choices), n=1, cutoff=0.5)
    return close[0] if close else None


def sentences(error: ValidationError, model: type[BaseModel], sources: Mapping[str, Mapping[str, Any]], *, default: str) -> str:
    """One sentence a mistake; `sources` by name, the strongest first, to say where the key was written. Values are never shown."""
    return "\n".join(_sentence(detail, model, sources, default) for detail in error.errors(include_input=False, include_url=False))


def _sentence(detail: ErrorDetails, model: type[BaseModel], sources: Mapping[str, Mapping[str, Any]], default: str) -> str:
    place = tuple(str(step) for step in detail["loc"])
    written = ".".join(place)
    where = next((name for name, values in sources.items() if _holds(values, place)), default)
    if detail["type"] == "extra_forbidden":
        return f"{where}: {written} tidak dikenal{_meant(place, model)}"
    if detail["type"] == "literal_error":
        return f"{where}: {written} harus salah satu dari {detail['ctx']['expected']}."
    if detail["type"] == "string_pattern_mismatch":
        return f"{where}: {written} harus berbentuk {detail['ctx']['pattern']}."
    if detail["type"] == "value_error":
        told = f"{written + ': ' if written else ''}{detail['ctx']['error']}"
        return f"{where}: {told}" if told.endswith("?") else f"{where}: {told}."
    return f"{where}: {written} {KINDS.get(detail['type'], detail['msg'])}."


def _meant(place: tuple[str, ...], model: type[BaseModel]) -> str:
    valid = list(_keys_at(place[:-1], model))
    near = nearest(place[-1], valid)
    if near:
        return f", maksud Anda {'.'.join((*place[:-1], near))}?"
    return f". Yang ada di sini: {', '.join(sorted(valid))}." if valid else "."


def _keys_at(place: tuple[str, ...], model: type[BaseModel]) -> Iterator[str]:
    """The keys that may be written in the table at `place`."""
    here: Any = model
    for step in place:
        field = here.model_fields.get(step) if _is_model(here) else None
        here = field.annotation if field else next((kind for kind in get_args(here) if _is_model(kind)), None)
    if _is_model(here):
        for name, field in here.model_fields.items():
            alias = field.validation_alias
            yield str(alias.choices[0]) if isinstance(alias, AliasChoices) else name


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _holds(values: Any, place: tuple[str, ...]) -> bool:
    for step in place:
        if isinstance(values, (list, tuple)) and step.isdigit() and int(step) < len(values):
            values = values[int(step)]
        elif isinstance(values, Mapping) and step in values:
            values = values[step]
        else:
            return False
    return True


def fields_of(text: str) -> set[str]:
    """The {fields} of a text. ValueError when a brace is left open."""
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def texts_checked(profile: Profile, shipped: Mapping[str, Mapping[str, str]]) -> Profile:
    """The same profile. ValueError when a city rewrote a text that nobody sends, or put a {field} into it that will not be filled."""
    known = shipped.get("id", {})
    for language, texts in profile.texts.items():
        for name, text in texts.items():
            if known and name not in known:
                near = nearest(name, known)
                raise ValueError(f"texts.{language}.{name} tidak dikenal" + (f", maksud Anda texts.{language}.{near}?" if near else "."))
            _filled(language, name, text, fields_of(known.get(name, text)) | {"city", "office"})
    return profile


def _filled(language: str, name: str, text: str, offered: set[str]) -> None:
    try:
        stray = sorted(fields_of(text) - offered)
    except ValueError:
        raise ValueError(f"texts.{language}.{name}: ada kurung kurawal yang tidak ditutup.") from None
    if stray:
        usable = ", ".join(f"{{{field}}}" for field in sorted(offered))
        raise ValueError(f"texts.{language}.{name}: {{{stray[0]}}} tidak ada artinya di sini. Yang dapat dipakai: {usable}.")
