"""Trouble that people must hear of: once when it has lasted, and once when it is over. Deciding is pure; `watch` is the job around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from types import MappingProxyType
from zoneinfo import ZoneInfo

import structlog
from babel.dates import format_date
from sqlalchemy import Connection
from sqlmodel import Session

from config.profile import Profile
from config.settings import Alerts
from dispatcher.clocks.post import Post
from dispatcher.workers import Tools
from store import alarms, health, notices, pockets
from store.alarms import AlarmRow, Rhythm
from store.health import Vitals
from store.tables import Work

PASSING = frozenset({"throttled", "budget_spent", "spending_limit"})
"""Told on the health page; they end by themselves or were wanted."""
ENDED = frozenset({"subscriber_gone", "subscriber_failed"})
"""A subscriber to events was paused by the hub; an admin lets it go on."""
POCKETS = ("quarantined", "dead", "uncertain")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Trouble:
    """`text`: the name of its sentence in the profile's texts."""

    text: str
    fields: Mapping[str, object]
    patience: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    begin: Mapping[str, Trouble] = field(default_factory=dict)
    tell: Mapping[str, Trouble] = field(default_factory=dict)
    recovered: Sequence[AlarmRow] = ()
    """Told before, over now."""
    forget: Sequence[AlarmRow] = ()
    """Over before anybody was told."""


async def watch(
    tools: Tools, profile: Profile, post: Post, wanted: Alerts, accounts: Sequence[str], until: Mapping[str, date] = MappingProxyType({})
) -> None:
    """One look at accounts, doors, queues and pockets. `until`: the last day of a credential, by account or door."""
    now = tools.clock()
    troubles = dict(await tools.db.read(partial(_troubles, accounts=accounts, wanted=wanted, now=now)))
    troubles |= expiring(until, now.astimezone(profile.tz).date(), wanted.expiry_days, profile.language)
    told = await tools.db.write(partial(_settle, profile=profile, post=post, wanted=wanted, troubles=troubles, now=now))
    if told:
        log.warning("alarms.told", count=told)
        tools.bell.ring("outbox")
        tools.bell.ring("desk")


def _troubles(session: Session, accounts: Sequence[str], wanted: Alerts, now: datetime) -> dict[str, Trouble]:
    vitals, counts = health.vitals(session, accounts), pockets.counts(session)
    return troubles_in(vitals, counts, alarms.rhythms(session, accounts), wanted, now)


def troubles_in(
    vitals: Vitals, counts: Mapping[str, int], rhythms: Mapping[str, Rhythm], wanted: Alerts, now: datetime
) -> dict[str, Trouble]:
    """Everything that is wrong at this moment, by name."""
    found: dict[str, Trouble] = {}
    lasting = timedelta(minutes=wanted.failing_minutes)
    for name, pulse in vitals.pulses.items():
        code = (pulse.last_error or "").partition(":")[0]
        if pulse.stopped:
            found[f"stopped:{name}"] = Trouble("alarm_stopped", {"name": name})
        elif code in ENDED:
            found[f"ended:{name}"] = Trouble("alarm_subscriber", {"name": name.partition(":")[2]})
        elif pulse.last_error and code not in PASSING:
            shown = name.replace(f"{Work.TELL}:", "webhook ", 1)
            found[f"failing:{name}"] = Trouble("alarm_failing", {"name": shown, "code": code}, lasting)
    outward = [queue for queue in vitals.outward if not queue.name.startswith(f"{Work.TELL}:")]  # those have an alarm of their own
    waiting = sum(queue.waiting for queue in (*vitals.inward.values(), *outward))
    if waiting > wanted.backlog:
        found["backlog"] = Trouble("alarm_backlog", {"count": waiting}, lasting)
    for pocket in POCKETS:
        if counts.get(pocket):
            found[f"pocket:{pocket}"] = Trouble(f"alarm_{pocket}", {"count": counts[pocket]})
    for name, rhythm in rhythms.items():
        silent = now - rhythm.last
        if wanted.silence_hours and silent > max(timedelta(hours=wanted.silence_hours), wanted.silence_times * rhythm.usual):
            found[f"silence:{name}"] = Trouble("alarm_silence", {"name": name, "hours": round(silent / timedelta(hours=1))})
    return found


def expiring(until: Mapping[str, date], today: date, days: int, language: str) -> dict[str, Trouble]:
    """Credentials that end within so many days, or have ended."""
    return {
        f"expiring:{name}": Trouble("alarm_expiring", {"name": name, "day": format_date(last, "d MMMM y", locale=language)})
        for name, last in until.items()
        if last - today <= timedelta(days=days)
    }


def decide(standing: Sequence[AlarmRow], troubles: Mapping[str, Trouble], now: datetime, *, quiet: bool) -> Decision:
    """Nothing is told twice, nothing before its patience is over, and nothing in the quiet hours: it is told after them."""
    known = {row.name: row for row in standing}
    over = [row for name, row in known.items() if name not in troubles and not (quiet and row.told_at)]
    since = {name: known[name].since if name in known else now for name in troubles}
    due = {} if quiet else {name: each for name, each in troubles.items() if now - since[name] >= each.patience}
    return Decision(
        begin={name: each for name, each in troubles.items() if name not in known},
        tell={name: each for name, each in due.items() if name not in known or known[name].told_at is None},
        recovered=[row for row in over if row.told_at is not None],
        forget=[row for row in over if row.told_at is None],
    )


def is_quiet(wanted: Alerts, zone: ZoneInfo, now: datetime) -> bool:
    """Between quiet_from and quiet_until, also over midnight."""
    at, begins, ends = now.astimezone(zone).time(), wanted.quiet_from, wanted.quiet_until
    return begins <= at < ends if begins <= ends else at >= begins or at < ends


def _settle(connection: Connection, profile: Profile, post: Post, wanted: Alerts, troubles: Mapping[str, Trouble], now: datetime) -> int:
    decision = decide(alarms.standing(connection), troubles, now, quiet=is_quiet(wanted, profile.tz, now))
    sentences = {name: profile.text(each.text, **each.fields) for name, each in troubles.items()}
    for name in decision.begin:
        alarms.begin(connection, name, sentences[name], now)
    for name in decision.tell:
        alarms.told(connection, name, sentences[name], now)
        _tell(connection, post, wanted, f"alarm:{name}:{now.isoformat()}", profile.text("alarm_subject"), sentences[name], now, "alarm")
    for row in (*decision.recovered, *decision.forget):
        alarms.end(connection, row.name)
    for row in decision.recovered:
        sentence = profile.text("alarm_recovered", what=row.sentence)
        key = f"recovered:{row.name}:{now.isoformat()}"
        _tell(connection, post, wanted, key, profile.text("alarm_recovered_subject"), sentence, now, "recovered")
    return len(decision.tell) + len(decision.recovered)


def _tell(connection: Connection, post: Post, wanted: Alerts, key: str, subject: str, sentence: str, now: datetime, kind: str) -> None:
    notices.add(connection, key=key, at=now, kind=kind, level="operator", told=sentence)
    text = f"{sentence}\n{post.url}/desk/kesehatan"
    for address in wanted.emails:
        post.mail(connection, address, key=f"{key}:{address}", subject=subject, text=text, now=now)
    post.chat(connection, key=f"{key}:telegram", text=text, now=now)
