"""Due dates are true the moment anything changes: written in the same transaction, on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import select
from test_taking import LAMP
from town import Town

from config.profile import Holiday
from dispatcher.clocks import winding
from normalizer.complaint import State
from store import due
from store.tables import ComplaintRow

WEDNESDAY = datetime(2026, 12, 23, 3, 0, tzinfo=UTC)


async def due_of(town: Town) -> list[tuple[str | None, date | None]]:
    rows = await town.db.read(lambda session: session.exec(select(ComplaintRow).order_by(ComplaintRow.id)).all())  # type: ignore[arg-type]
    return [(row.due_kind, row.due_at.astimezone(town.profile.tz).date() if row.due_at else None) for row in rows]


async def desk_complaint(town: Town, words: str = LAMP, **more: Any) -> int:
    """One that is the desk's own."""
    await town.say(words, **more)
    await town.db.write(lambda connection: connection.execute(text("UPDATE complaints SET door = 'desk'")))
    return int((await town.complaints())[-1]["id"])


async def test_each_act_moves_the_due_date(town: Town):
    """In on 23 December: Christmas and its cuti bersama, New Year and Isra Mikraj do not count."""
    town.now = WEDNESDAY
    complaint_id = await desk_complaint(town)
    assert await due_of(town) == [("verify", date(2026, 12, 30))]
    await town.acts.move(complaint_id, State.WAITING, operator="rina", text="Di mana tepatnya?")
    assert await due_of(town) == [(None, None)]
    town.later(days=5)
    await town.acts.move(complaint_id, State.ASSIGNED, operator="rina", agency="dishub")
    assert await due_of(town) == [("first_follow_up", date(2027, 1, 6))]
    await town.acts.edit(complaint_id, operator="rina", classification="permintaan_informasi")
    assert await due_of(town) == [("resolve", date(2027, 1, 6))], "28 December was rested: it is given back"
    await town.acts.move(complaint_id, State.ANSWERED, operator="rina", text="Sudah diperbaiki.")
    assert await due_of(town) == [("auto_close", date(2027, 1, 13))]
    await town.acts.move(complaint_id, State.CLOSED, operator="rina")
    assert await due_of(town) == [(None, None)]


async def test_parts_of_one_case(town: Town):
    """What is split off has its own clock; what is merged away has none."""
    town.now = WEDNESDAY
    await desk_complaint(town)
    town.later(minutes=5)
    await town.say("Oh ya, sampah di Pasar Antri juga belum diangkut")
    [supplement] = await town.rows("SELECT * FROM supplements")
    await town.acts.split(supplement["id"], operator="rina")
    assert await due_of(town) == [("verify", date(2026, 12, 30))] * 2
    await town.acts.merge(2, into=1, operator="rina")
    assert await due_of(town) == [("verify", date(2026, 12, 30)), (None, None)]


async def test_new_rules_in_mid_flight_hold_for_new_reports(town: Town):
    """A report keeps the rule set of the day it came in, also when all are counted anew; holidays hold for all at once."""
    town.now = WEDNESDAY
    await desk_complaint(town)
    [old] = town.profile.rules
    new = old.model_copy(update={"name": "baru", "effective_from": date(2026, 12, 28), "verify": 1})
    anniversary = Holiday(day=date(2026, 12, 29), name="Hari jadi kota")
    changed = town.profile.model_copy(update={"rules": (old, new), "holidays": (anniversary,)})
    await winding.wind_all(town.tools, changed)
    assert await due_of(town) == [("verify", date(2026, 12, 31))]
    came = datetime(2026, 12, 28, 3, 0, tzinfo=UTC)
    assert winding.first(changed, came, "aspirasi")["due_at"].date() == date(2026, 12, 30)


async def test_all_are_counted_again_only_when_something_changed(town: Town):
    """The job that runs every hour looks once and leaves it at that; complaints of an older hub get their due date from it."""
    town.now = WEDNESDAY
    await desk_complaint(town)
    await town.db.write(lambda connection: due.write(connection, {1: (None, None)}))
    await winding.wind_all(town.tools, town.profile)
    assert await due_of(town) == [("verify", date(2026, 12, 30))]
    await town.db.write(lambda connection: due.write(connection, {1: (None, None)}))
    await winding.wind_all(town.tools, town.profile)
    assert await due_of(town) == [(None, None)]


async def test_questions_of_lists(town: Town):
    """Overdue and due soon are told apart by the moment; what waits for its closing is neither."""
    town.now = WEDNESDAY
    await desk_complaint(town)
    await desk_complaint(town, "Jalan rusak di Jl. Melati", talk="telegram:bot:8", external_id="8:1")
    await town.acts.move(2, State.ANSWERED, operator="rina", text="Sudah.")

    async def asked(at: datetime) -> tuple[list[int], list[int]]:
        def look(session: Any) -> tuple[list[int], list[int]]:
            late = session.exec(select(ComplaintRow.id).where(due.overdue(at))).all()
            return list(late), list(session.exec(select(ComplaintRow.id).where(due.due_soon(at, until))).all())

        until = datetime(2027, 1, 31, tzinfo=UTC)
        return await town.db.read(look)

    assert await asked(datetime(2026, 12, 30, 16, 59, tzinfo=UTC)) == ([], [1])
    assert await asked(datetime(2026, 12, 30, 17, 0, tzinfo=UTC)) == ([1], [])
