"""Reminders: operators before a limit, the supervisor after it. In the desk at once; by e-mail one digest a day, in the office's hours.

A mail names number, agency, limit and link: never what a citizen wrote, nor who it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from babel.dates import format_date
from sqlalchemy import Connection, RowMapping

from config.profile import Profile
from dispatcher.clocks import hours, working
from dispatcher.clocks.post import Post
from dispatcher.workers import Tools
from normalizer import tracking
from store import due, notices, operators
from store.operators import Role
from store.people import OperatorRow

OLDEST = timedelta(days=90)
"""What is late for longer is no news."""
AT_ONCE = 500
LINES = 50
"""In one mail; the desk shows the rest."""
KEPT = timedelta(days=120)
log = structlog.get_logger()


async def remind(tools: Tools, profile: Profile) -> None:
    """Notices in the desk, one for each limit that comes near and one for each that passed."""
    now = tools.clock()
    told = await tools.db.write(lambda connection: _notice(connection, profile, now))
    await tools.db.write(lambda connection: notices.forget(connection, now - KEPT))
    if told:
        log.info("clocks.reminded", count=told)
        tools.bell.ring("desk")


async def digest(tools: Tools, profile: Profile, post: Post) -> None:
    """One mail a day to whoever has an address and something to do. Its key is person and day: it is owed once, whoever owes it."""
    now = tools.clock()
    if post.account is None or not hours.is_open(profile, now):
        return
    people = [row for row in await tools.db.read(operators.listed) if row.email and not row.disabled]
    owed = await tools.db.write(lambda connection: sum(_mail(connection, profile, post, person, now) for person in people))
    if owed:
        log.info("clocks.digest", count=owed)
        tools.bell.ring("outbox")


def _notice(connection: Connection, profile: Profile, now: datetime) -> int:
    soon, late = _soon(connection, profile, now, "soon"), _late(connection, now, "late")
    for kind, level, rows in (("soon", "operator", soon), ("late", "supervisor", late)):
        for row in rows:
            key = f"{kind}:{row['id']}:{row['due_kind']}:{row['due_at'].isoformat()}"
            about = {"complaint_id": row["id"], "due_kind": row["due_kind"], "due_at": row["due_at"]}
            notices.add(connection, key=key, at=now, kind=kind, level=level, **about)
    return len(soon) + len(late)


def _soon(connection: Connection, profile: Profile, now: datetime, untold: str | None = None) -> Sequence[RowMapping]:
    days = working.of_city(profile)
    until = days.end_of(days.after(days.day_of(now), profile.reminders.before)) + timedelta(seconds=1)
    return due.between(connection, due.LIMITS, now, until, AT_ONCE, untold=untold)


def _late(connection: Connection, now: datetime, untold: str | None = None) -> Sequence[RowMapping]:
    return due.between(connection, due.LIMITS, now - OLDEST, now, AT_ONCE, untold=untold)


def _mail(connection: Connection, profile: Profile, post: Post, person: OperatorRow, now: datetime) -> bool:
    role = Role(person.role)
    soon = _soon(connection, profile, now) if role.includes(Role.OPERATOR) else ()
    late = _late(connection, now) if role.includes(Role.SUPERVISOR) else ()
    if not soon and not late:
        return False
    day = now.astimezone(profile.tz).date()
    parts = [profile.text("digest_hello", name=person.full_name)]
    parts += [profile.text("digest_late", count=len(late)), *_lines(profile, post, late)] if late else []
    parts += [profile.text("digest_soon", count=len(soon)), *_lines(profile, post, soon)] if soon else []
    subject = profile.text("digest_subject", late=len(late), soon=len(soon))
    return post.mail(connection, person.email or "", key=f"digest:{person.id}:{day}", subject=subject, text="\n\n".join(parts), now=now)


def _lines(profile: Profile, post: Post, rows: Sequence[RowMapping]) -> list[str]:
    return [
        profile.text(
            "digest_line",
            number=tracking.printed(row["tracking_number"]),
            agency=profile.agencies[row["agency"]].short if row["agency"] in profile.agencies else "–",
            limit=profile.text(f"limit_{row['due_kind']}"),
            day=format_date(row["due_at"].astimezone(profile.tz).date(), "EEEE d MMMM y", locale=profile.language),
            link=post.link(row["tracking_number"]),
        )
        for row in rows[:LINES]
    ]
