"""An answered complaint closes by itself when its citizen says nothing for the days of the rule set. They are told before and after.

Only the desk's own: another door closes its complaints itself. Nobody's complaint closes without a notice that lay with them for the full
`reminders.close_notice` working days, also where the hub was off meanwhile.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import structlog
from babel.dates import format_date
from sqlalchemy import Connection

from config.profile import Profile
from dispatcher.clocks import hours, winding, working
from dispatcher.moving import Move, move
from dispatcher.replies import Replies, to_reporter
from dispatcher.workers import Tools
from normalizer import tracking
from normalizer.complaint import State
from store import complaints, due
from store.complaints import Found

AT_ONCE = 200
SOURCE = "clock"
log = structlog.get_logger()


async def close(tools: Tools, profile: Profile, replies: Replies) -> None:
    """One look, in the office's hours: those that come near are announced, those that are over are closed."""
    now, last, done = tools.clock(), 0, 0
    if not hours.is_open(profile, now):
        return
    days = working.of_city(profile)
    until = days.end_of(days.after(days.day_of(now), profile.reminders.close_notice)) + timedelta(seconds=1)
    while ids := await tools.db.read(partial(due.closing, until=until, after=last, limit=AT_ONCE)):
        for complaint_id in ids:
            work = partial(one, profile=profile, replies=replies, complaint_id=complaint_id, now=now)
            done += await tools.db.write(work)
        last = ids[-1]
    if done:
        log.info("clocks.closing", count=done)
        tools.bell.ring("outbox")
        tools.bell.ring("desk")


def one(connection: Connection, profile: Profile, replies: Replies, complaint_id: int, now: datetime) -> bool:
    """Announce or close one, looked at afresh: True when something was done."""
    winding.wind(connection, profile, complaint_id)
    complaint = complaints.get(connection, complaint_id)
    if complaint is None or complaint["due_kind"] != due.AUTO_CLOSE:
        return False
    days = working.of_city(profile)
    today, ends = days.day_of(now), days.day_of(complaint["due_at"])
    told = due.told_of_closing(connection, complaint_id, SOURCE, complaint["state_at"])
    if told is None:
        return _announce(connection, profile, replies, complaint, max(ends, days.after(today, profile.reminders.close_notice)), now)
    if now <= complaint["due_at"] or days.between(days.day_of(told), today) <= profile.reminders.close_notice:
        return False
    wanted = Move(
        to=State.CLOSED,
        actor="system",
        source=SOURCE,
        at=now,
        text=profile.text("auto_closed", days=profile.rule_set(days.day_of(complaint["registered_at"])).auto_close),
        external_id=f"closed:{complaint['state_at'].isoformat()}",
    )
    return move(connection, profile, replies, complaint, wanted, now)


def _announce(connection: Connection, profile: Profile, replies: Replies, complaint: Found, ends: date, now: datetime) -> bool:
    key, number = f"closing:{complaint['state_at'].isoformat()}", complaint["tracking_number"]
    if not complaints.note(connection, complaint["id"], at=now, kind="told", actor="system", source=SOURCE, external_id=key):
        return False
    day = format_date(ends, "EEEE d MMMM y", locale=profile.language)
    replies.owe(
        connection,
        to_reporter(complaint),
        key=f"closing:{number}:{complaint['version']}",
        text=profile.text("closing", number=tracking.printed(number), day=day),
        now=now,
        complaint_id=complaint["id"],
        number=number,
        subject=profile.text("reply_subject", number=tracking.printed(number)),
        automatic=False,
    )
    return True
