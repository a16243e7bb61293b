"""The worklist: what waits on it, in which order, and how a Tracking ID is typed back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from office import DOORS, NOW, Office

from dispatcher import keying
from dispatcher.choices import elsewhere
from dispatcher.moving import ActRefused
from store import complaints, many, worklist
from store.database import Database


async def listed(db: Database) -> list[str]:
    return list(await db.read(lambda s: worklist.queue(s.connection(), DOORS)))


async def typed(office: Office, key: int, written: str, **more: object) -> bool:
    return await office.db.write(lambda c: keying.typed(c, DOORS, key, written, operator="rina", now=NOW, **more))


async def test_oldest_first_and_what_was_put_off_last(office: Office) -> None:
    """The next one is the oldest that nobody put off; a complaint of another door or without hand-over is not there."""
    rows = [await office.complaint() for _ in range(3)]
    await office.complaint(door="desk", door_reference="CMH-1")
    await office.complaint(door_reference=None)
    await office.db.write(lambda c: keying.put_off(c, DOORS, rows[0]["id"], now=NOW))
    assert await listed(office.db) == [row["tracking_number"] for row in (rows[1], rows[2], rows[0])]
    assert await office.db.read(lambda s: worklist.left(s.connection(), DOORS)) == (3, 0)


async def test_a_tracking_id_leaves_the_list_and_stands_in_the_timeline(office: Office) -> None:
    """Typed once it is known; typed again it changes nothing."""
    row = await office.complaint()
    assert await typed(office, row["id"], " 1234 567 ")
    assert not await typed(office, row["id"], "1234567")
    assert (await office.row(row["id"]))["door_reference"] == "1234567"
    assert await listed(office.db) == []
    lines = await office.db.read(lambda s: complaints.timeline_of(s, row["id"]))
    assert [(line.kind, line.actor, line.note) for line in lines] == [("keyed", "rina", "Tracking ID SP4N-LAPOR!: 1234567")]


@pytest.mark.parametrize("written", ["", "123456", "12345678", "12a4567", "CMH-1234-567C", "１２３４５６７"])
async def test_what_is_no_tracking_id_is_refused(office: Office, written: str) -> None:
    """Seven ASCII digits, nothing else."""
    row = await office.complaint()
    with pytest.raises(ActRefused, match="tujuh angka"):
        await typed(office, row["id"], written)


async def test_one_number_belongs_to_one_complaint(office: Office) -> None:
    """A number that another complaint has is refused by name; another number for the same one only on purpose."""
    one, other = await office.complaint(), await office.complaint()
    await typed(office, one["id"], "1234567")
    with pytest.raises(ActRefused, match="sudah dipakai laporan CMH-"):
        await typed(office, other["id"], "1234567")
    with pytest.raises(ActRefused, match="sudah punya Tracking ID 1234567"):
        await typed(office, one["id"], "7654321")
    assert await typed(office, one["id"], "7654321", replace=True)
    assert await typed(office, other["id"], "1234567")


async def test_what_a_citizen_adds_later_is_to_be_added_there_too(office: Office) -> None:
    """A supplement after the number was typed comes first on the list until somebody says that it was passed on."""
    waiting, row = await office.complaint(), await office.complaint()
    await typed(office, row["id"], "1234567")
    for minute in (1, 2):
        await office.db.write(
            lambda c, at=NOW + timedelta(minutes=minute): complaints.note(
                c, row["id"], at=at, kind="supplement", actor="citizen", source="telegram"
            )
        )
    assert await listed(office.db) == [row["tracking_number"], waiting["tracking_number"]]
    assert await office.db.read(lambda s: worklist.left(s.connection(), DOORS)) == (1, 1)
    newest = (await office.db.read(lambda s: many.newest(s.connection(), [row["id"]])))[row["id"]]
    await office.db.write(lambda c: keying.passed_on(c, DOORS, row["id"], newest - 1, operator="rina", now=NOW))
    assert await listed(office.db) == [row["tracking_number"], waiting["tracking_number"]], "the second one came after the page was drawn"
    await office.db.write(lambda c: keying.passed_on(c, DOORS, row["id"], newest, operator="rina", now=NOW))
    assert await listed(office.db) == [waiting["tracking_number"]]


async def test_what_waits_here_can_still_be_withdrawn(office: Office) -> None:
    """Until its Tracking ID is known a complaint of the worklist has not left; a token that another door gave has."""
    row = await office.complaint()
    assert not elsewhere(row)
    await typed(office, row["id"], "1234567")
    assert elsewhere(await office.row(row["id"]))
    assert elsewhere(await office.complaint(door="kota", door_reference="token:99"))
