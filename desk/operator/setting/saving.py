"""Keeps a change of a setting: judged with everything else in force, written with its line in the trail, told to every hub."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from config import load
from config.overlay import Change, ChangeRefused
from config.profile import Profile
from desk.context import Desk
from dispatcher import overlaying
from dispatcher.in_force import laid
from store import setting_changes
from store.setting_changes import SettingChangeRow, Superseded


@dataclass(frozen=True, slots=True)
class Known:
    """The settings as the store has them now, which the running hub may learn a moment later. `file`: without any change."""

    file: Profile
    profile: Profile
    changes: dict[Change, Any]
    refused: dict[Change, ChangeRefused]
    seen: int
    """The newest change of all: a form carries it back."""


async def known(desk: Desk) -> Known:
    file = await asyncio.to_thread(load.profile, desk.settings)
    changes, newest = await desk.db.read(lambda session: setting_changes.newest(session.connection()))
    profile, refused = laid(file, changes)
    return Known(file, profile, changes, refused, newest)


async def keep(desk: Desk, operator: str, change: Change, value: Any, seen: int) -> None:
    """`value` None: back to the file's. `seen`: the newest change of all when the form was drawn.

    Raises ChangeRefused; `superseded` where somebody was quicker.
    """
    file, now = await asyncio.to_thread(load.profile, desk.settings), desk.clock()
    if change[0] == "routing" and value and value["door"] not in (None, "desk", *desk.settings.doors):
        raise ChangeRefused("door")

    def write(connection: Connection) -> None:
        before, _ = setting_changes.newest(connection)
        after = {each: was for each, was in before.items() if each != change} | ({change: value} if value is not None else {})
        stale, refused = laid(file, before)[1], laid(file, after)[1]
        for each, reason in refused.items():
            if each == change:
                raise reason
            if each not in stale:
                raise _elsewhere(each, reason, file)
        area, key = change
        setting_changes.add(connection, at=now, operator=operator, area=area, key=key, value=value, seen=seen, was=before.get(change))

    try:
        await desk.db.write(write)
    except Superseded:
        raise ChangeRefused("superseded") from None
    desk.bell.ring(overlaying.TOPIC)


def _elsewhere(each: Change, reason: ChangeRefused, file: Profile) -> ChangeRefused:
    """Another change of the desk does not fit any more: told from the side of the one that is made now."""
    if reason.code == "in_use":
        return ChangeRefused("inactive")
    return ChangeRefused("in_use", used=file.categories[each[1]].name) if reason.code == "inactive" else reason


async def put_back(desk: Desk, operator: str, row: SettingChangeRow) -> None:
    """What the key held before that change; which is a change again. Raises ChangeRefused."""
    older = await desk.db.read(lambda session: setting_changes.before(session, row))
    await keep(desk, operator, (row.area, row.key), older, row.id or 0)
