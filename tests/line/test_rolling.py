"""Days that were rolled up tell the same as the complaints themselves, whatever happened to them and whoever did it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, update

from config import load
from config.settings import Settings
from desk.figures import Period, _median
from desk.figures import count as figures_of
from dispatcher import counting, rolling
from dispatcher.pulses import Pulses
from dispatcher.workers import Tools
from store import rolled, undone
from store.bell import Bell
from store.complaints import timeline
from store.database import Database
from store.tables import ComplaintRow

START, DAYS = datetime(2026, 10, 1, 1, 0, tzinfo=UTC), 40
FIRST, LAST = date(2026, 10, 1), date(2026, 11, 20)
PROFILE = load.profile(Settings())
STATES = ("verified", "waiting", "assigned", "in_progress", "answered", "closed", "archived")
complaints = ComplaintRow.__table__  # type: ignore[attr-defined]


@dataclass
class Clock:
    now: datetime = START + timedelta(days=DAYS)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class History:
    """Random lives of complaints, written as plainly as an import would."""

    chance: random.Random
    ids: list[int]

    def arrive(self, connection: Connection, now: datetime) -> None:
        at = START + (now - START) * self.chance.random()
        n = len(self.ids) + 1
        row: dict[str, Any] = {
            "tracking_number": f"CMH{n:08d}", "title": "t", "first_words": "w", "body": "w", "account": "a", "conversation": f"c:{n}",
            "channel": self.chance.choice(["sms", "email"]), "category": self.chance.choice([None, "jalan"]), "state": "received",
            "state_at": at, "registered_at": at, "last_words_at": at, "submitted_at": at, "classification": "pengaduan_berkadar_pengawasan",
            "location": self.chance.choice([{}, {"region_code": "32.77.02.1003"}]), "provenance": {},
        }  # fmt: skip
        row = {name: value for name, value in ComplaintRow.model_validate(row).model_dump().items() if name != "id"}
        self.ids.append(connection.execute(insert(complaints).values(**row).returning(complaints.c.id)).scalar_one())

    def happen(self, connection: Connection, now: datetime) -> None:
        """A step, a rating, a merge, a line of the timeline that is taken away again."""
        one, at = self.chance.choice(self.ids), now - timedelta(hours=self.chance.randrange(1, 300))
        state = self.chance.choice(STATES)
        line = {"complaint_id": one, "at": at, "actor": "rina", "source": "desk", "kind": "state", "state": state}
        this = update(complaints).where(complaints.c.id == one)
        match self.chance.randrange(10):
            case 0:
                connection.execute(this.values(rating=self.chance.randint(1, 5)))
            case 1:
                connection.execute(this.values(merged_into=self.ids[0]))
            case 2:
                connection.execute(insert(timeline).values(**line | {"kind": "told", "state": None}))
            case 3:
                connection.execute(delete(timeline).where(timeline.c.complaint_id == one))
            case 4:
                connection.execute(this.values(state=state, state_at=at))  # an import that leaves no line
            case 5:
                written = connection.execute(insert(timeline).values(**line).returning(timeline.c.id)).scalar_one()
                undone.take_back(connection, self.chance.choice([written, max(1, written - 9)]))
            case _:
                connection.execute(this.values(state=state, state_at=at))
                connection.execute(insert(timeline).values(**line))


def tools_of(db: Database, clock: Clock) -> Tools:
    return Tools(db=db, bell=Bell(), pulses=Pulses(db, clock), clock=clock, chance=random.random, node="uji")


async def at_once(_: float) -> None:
    """No rest: nobody else needs the machine."""


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_rolled_up_is_what_was_counted(db: Database, seed: int) -> None:
    """After every round of random changes, and as the days go by without any, the figures are those of the complaints."""
    clock = Clock()
    tools, history = tools_of(db, clock), History(random.Random(seed), [])
    await db.write(lambda connection: [history.arrive(connection, clock.now) for _ in range(40)])
    for _ in range(5):
        await db.write(lambda connection: [history.happen(connection, clock.now) for _ in range(12)])
        await db.write(lambda connection: history.arrive(connection, clock.now))
        await rolling.roll(tools, PROFILE, rest=at_once)
        clock.now += timedelta(days=2)  # nothing is counted again, but more is late by now
        told = await db.read(lambda session: counting.days_of(session, PROFILE, FIRST, LAST, clock.now))
        counted = await db.read(lambda session: counting.count(session, PROFILE, FIRST, LAST, clock.now))
        assert _late(told, clock.now) == _late(counted, clock.now)
        assert {day: dict(tally) for day, tally in told.items() if tally} == {day: dict(tally) for day, tally in counted.items() if tally}
    figures = await db.read(lambda session: figures_of(session, PROFILE, Period(FIRST, LAST), clock.now))
    assert figures.received == len(history.ids)


def _late(days: Any, now: datetime) -> int:
    return sum(n for tally in days.values() for name, n in tally.items() if "|until|" in name and "" < name[-10:] < now.date().isoformat())


async def test_a_day_is_counted_once(db: Database) -> None:
    """What did not change costs nothing again; what changed costs its own day; other limits cost all days."""
    clock = Clock()
    tools, history = tools_of(db, clock), History(random.Random(7), [])
    await db.write(lambda connection: [history.arrive(connection, clock.now) for _ in range(30)])
    first = await rolling.roll(tools, PROFILE, rest=at_once)
    assert first > 30
    assert await rolling.roll(tools, PROFILE, rest=at_once) == 0
    await db.write(lambda connection: connection.execute(update(complaints).where(complaints.c.id == 5).values(rating=3)))
    assert await rolling.roll(tools, PROFILE, rest=at_once) == 1
    other = PROFILE.model_copy(update={"holidays": (*PROFILE.holidays, *_holiday())})
    assert await rolling.roll(tools, other, rest=at_once) == first


def _holiday() -> Any:
    from config.profile import Holiday

    return [Holiday(day=date(2026, 10, 7), name="Hari Jadi")]


async def test_an_older_count_does_not_overwrite_a_newer(db: Database) -> None:
    """Two nodes that count one day in disorder: the newer stays, and what changed in between still waits."""
    day = date(2026, 10, 3)
    old = await db.write(lambda connection: rolled.standing(connection, day))
    await db.write(lambda connection: rolled.changed(connection, [day]))
    new = await db.write(lambda connection: rolled.standing(connection, day))
    await db.write(lambda connection: rolled.keep(connection, day, new, "r", b"new"))
    await db.write(lambda connection: rolled.keep(connection, day, old, "r", b"old"))
    assert await db.read(lambda session: rolled.between(session, day, day, "r")) == {day: b"new"}
    await db.write(lambda connection: rolled.changed(connection, [day]))
    assert await db.read(lambda session: rolled.settled(session, "r")) == frozenset()


def test_a_median_is_right_to_a_tenth_of_a_day() -> None:
    """Of lengths in tenths, however many."""
    chance = random.Random(4)
    for _ in range(200):
        lengths = [chance.expovariate(0.1) for _ in range(chance.randint(1, 30))]
        counted = counting.Tally(str(round(length * 10)) for length in lengths)
        told = _median({int(tenth): n for tenth, n in counted.items()})
        assert told is not None
        assert abs(told - median(lengths)) <= 0.1 + 1e-9
