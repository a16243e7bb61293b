"""Last month's recap by e-mail: owed on the first working day of a month as the office opens, later in that month where it was missed.

Its key is month, agency and address: it is owed once, whoever owes it. Words and files are made when it leaves (`dispatcher.enclosing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

import structlog
from babel.dates import format_date
from sqlalchemy import Connection
from sqlmodel import Session

from config.profile import Profile
from dispatcher.clocks import hours, working
from dispatcher.clocks.post import Post
from dispatcher.enclosing import Report
from dispatcher.workers import Tools
from store import mailings, rolled

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Letter:
    """What one address gets."""

    address: str
    report: Report


async def mail_recaps(tools: Tools, profile: Profile, post: Post) -> None:
    """Owes what is missing of last month. The calendar is only looked at when something is: it is a large library."""
    now, wanted = tools.clock(), profile.reports
    if post.account is None or not (wanted.recipients or wanted.agencies):
        return
    letters = await tools.db.read(partial(missing, profile=profile, now=now))
    if not letters or not hours.is_open(profile, now):
        return
    owed = await tools.db.write(lambda connection: sum(owe(connection, profile, post, letter, now) for letter in letters))
    if owed:
        log.info("reports.owed", count=owed)
        tools.bell.ring("outbox")


def owe(connection: Connection, profile: Profile, post: Post, letter: Letter, now: datetime, again: int = 0) -> bool:
    """`again`: also where the same was owed before, but once for one `again`."""
    report = letter.report
    subject = profile.text("report_subject", month=format_date(report.month, "MMMM y", locale=profile.language))
    keys = dict.fromkeys([report.key(letter.address), report.key(letter.address, again)])
    return any(post.report(connection, letter.address, report, key=key, subject=subject, now=now) for key in keys)


def letters_of(session: Session, profile: Profile, month: date, by: str | None = None) -> Sequence[Letter]:
    """Whoever gets the recap of a month: nobody for a time before the first complaint, no agency that had none."""
    first = rolled.first(session)
    if first is None or first >= moments(profile, month)[1]:
        return ()
    whole = [Letter(address, Report(month=month, by=by)) for address in profile.reports.recipients]
    return [*whole, *_of_agencies(session, profile, month, by)]


def _of_agencies(session: Session, profile: Profile, month: date, by: str | None) -> Sequence[Letter]:
    reached = {key: agency.email for key, agency in profile.working_agencies.items() if agency.email} if profile.reports.agencies else {}
    counts = mailings.counts(session, *moments(profile, month)) if reached else {}
    return [Letter(email, Report(month=month, agency=key, by=by)) for key, email in reached.items() if counts.get(key)]


def missing(session: Session, profile: Profile, now: datetime) -> Sequence[Letter]:
    """Of last month's, what was never owed."""
    found = letters_of(session, profile, last_month(profile, now))
    owed = mailings.owed(session, [each.report.key(each.address) for each in found])
    return [each for each in found if each.report.key(each.address) not in owed]


def last_month(profile: Profile, now: datetime) -> date:
    """Its first day."""
    return (this_month(profile, now) - timedelta(days=1)).replace(day=1)


def this_month(profile: Profile, now: datetime) -> date:
    return now.astimezone(profile.tz).date().replace(day=1)


def moments(profile: Profile, month: date) -> tuple[datetime, datetime]:
    """From its first moment up to the first of the next one, in the city."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return datetime.combine(month, time(), profile.tz), datetime.combine(following, time(), profile.tz)


def goes_out(profile: Profile, month: date) -> datetime:
    """When the recap of a month is owed: the first working day after it, as the office opens."""
    days = working.of_city(profile)
    return datetime.combine(days.after(moments(profile, month)[1].date() - timedelta(days=1), 1), profile.hours.opens, profile.tz)
