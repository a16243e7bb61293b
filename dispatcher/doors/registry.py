"""From a name in hub.toml to a door. The only module that imports doors, each when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

from pydantic import ValidationError

from config import advice
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
        raise Misconfigured(f'Profil kota memakai pintu "{name}" (door atau routes), tetapi hub.toml tidak punya [doors.{name}].')
    if chosen.kind not in _MODULES:
        near = advice.nearest(chosen.kind, _MODULES)
        hint = f'maksud Anda "{near}"?' if near else f"yang ada: {', '.join(_MODULES)}."
        raise Misconfigured(f'doors.{name}.kind "{chosen.kind}" tidak dikenal, {hint}')
    module = import_module(_MODULES[chosen.kind])
    try:
        return cast(Door, module.build(name, chosen.options(), profile, clock))
    except ValidationError as error:
        raise Misconfigured(advice.sentences(error, module.Settings, {}, default=f"doors.{name}")) from None
