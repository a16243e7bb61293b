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

BUILT_IN: Mapping[str, DoorSettings] = MappingProxyType({kind: DoorSettings(kind=kind) for kind in ("desk", "worklist")})
"""Doors that need no table in hub.toml."""
BY_HAND = frozenset(BUILT_IN)
"""Kinds whose complaints people move at our own desk."""
_KINDS = ("desk", "worklist", "open311", "amqp", "lapor", "webhook")
_MODULES: Mapping[str, str] = MappingProxyType({kind: f"dispatcher.doors.{kind}" for kind in _KINDS})


def kinds() -> tuple[str, ...]:
    return tuple(_MODULES)


def by_hand(doors: Mapping[str, DoorSettings]) -> frozenset[str]:
    """Names of the doors whose complaints the desk may move."""
    return frozenset(name for name, door in {**BUILT_IN, **doors}.items() if door.kind in BY_HAND)


def worklists(doors: Mapping[str, DoorSettings]) -> frozenset[str]:
    """Names of the doors whose complaints are keyed into SP4N-LAPOR! by hand."""
    return frozenset(name for name, door in {**BUILT_IN, **doors}.items() if door.kind == "worklist")


def build(name: str, settings: DoorSettings | None, profile: Profile, *, clock: Clock = utc_now, public_url: str = "") -> Door:
    """The door `name`. Raises Misconfigured, which names the wrong key and the nearest valid one.

    public_url: what a door whose settings know `source` calls us by, unless hub.toml says otherwise.
    """
    chosen = settings or BUILT_IN.get(name)
    if chosen is None:
        raise Misconfigured(f'Profil kota memakai pintu "{name}" (door atau routes), tetapi hub.toml tidak punya [doors.{name}].')
    if chosen.kind not in _MODULES:
        near = advice.nearest(chosen.kind, _MODULES)
        hint = f'maksud Anda "{near}"?' if near else f"yang ada: {', '.join(_MODULES)}."
        raise Misconfigured(f'doors.{name}.kind "{chosen.kind}" tidak dikenal, {hint}')
    module = import_module(_MODULES[chosen.kind])
    ours = {"source": public_url} if public_url and "source" in module.Settings.model_fields else {}
    try:
        return cast(Door, module.build(name, ours | chosen.options(), profile, clock))
    except ValidationError as error:
        raise Misconfigured(advice.sentences(error, module.Settings, {}, default=f"doors.{name}")) from None


def build_all(settings: Mapping[str, DoorSettings], profile: Profile, troubled: dict[str, str], *, public_url: str) -> dict[str, Door]:
    """The desk, every door that the profile leads to, and every one of hub.toml. One that cannot be built is told in `troubled`."""
    doors = {}
    for name in sorted({"desk", *profile.doors, *settings}):
        try:
            doors[name] = build(name, settings.get(name), profile, public_url=public_url)
        except Misconfigured as error:
            troubled[f"door:{name}"] = error.sentence
    return doors
