"""From a name in hub.toml to a door. The only module that imports doors, each when it is first needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib import import_module
from types import MappingProxyType
from typing import cast

from pydantic import BaseModel, ValidationError

from config.profile import Profile
from config.settings import DoorSettings
from connectors.errors import Misconfigured
from dispatcher.doors.contract import Clock, Door, utc_now

DESK = DoorSettings(kind="desk")
_MODULES: Mapping[str, str] = MappingProxyType({"desk": "dispatcher.doors.desk", "open311": "dispatcher.doors.open311"})


def kinds() -> tuple[str, ...]:
    return tuple(_MODULES)


def build(name: str, settings: DoorSettings | None, profile: Profile, *, clock: Clock = utc_now) -> Door:
    """The door `name`. "desk" needs no settings. Raises Misconfigured, which names the wrong key and the nearest valid one."""
    chosen = settings or (DESK if name == "desk" else None)
    if chosen is None:
        raise Misconfigured(f"door = {name!r} in the profile, but hub.toml has no [doors.{name}]")
    if chosen.kind not in _MODULES:
        raise Misconfigured(f"doors.{name}.kind: no kind of door called {chosen.kind!r}{_nearest(chosen.kind, _MODULES)}")
    module = import_module(_MODULES[chosen.kind])
    try:
        return cast(Door, module.build(name, chosen.options(), profile, clock))
    except ValidationError as error:
        raise Misconfigured("; ".join(_sentences(name, error, module.Settings))) from None


def _sentences(name: str, error: ValidationError, fields: type[BaseModel]) -> Iterable[str]:
    """One sentence for each wrong key. Values stay out of it: they may be secrets."""
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        key = ".".join(str(part) for part in detail["loc"])
        known = detail["type"] != "extra_forbidden"
        yield f"doors.{name}.{key}: {detail['msg']}" if known else f"doors.{name}.{key}: no such key{_nearest(key, fields.model_fields)}"


def _nearest(word: str, words: Iterable[str]) -> str:
    close = get_close_matches(word, list(words), n=1)
    return f" (did you mean {close[0]!r}?)" if close else f" (known: {', '.join(words)})"
