"""Complaints about one matter are answered in one act: each by its own number in its own channel, once."""

from __future__ import annotations

from typing import Any

import pytest
from test_matters import ALSO, FLOOD, HOLE, tell
from test_taking import value
from town import Town

from dispatcher import together
from dispatcher.acts import ActRefused
from normalizer.complaint import State
from normalizer.tracking import printed


async def hole(town: Town) -> list[Any]:
    """Three citizens and one hole, at the desk."""
    for who, words in ((1, HOLE), (2, ALSO), (3, HOLE.upper())):
        await tell(town, who, words)
        town.later(minutes=2)
    found = await town.complaints()
    assert len({row["matter_id"] for row in found}) == 1
    return found


@pytest.fixture
async def town(db: Any, tmp_path: Any) -> Town:
    return Town(db, tmp_path, door="desk")


async def answers(town: Town, to: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for debt in await town.owed():
        if debt["key"].startswith("state:") and debt["key"].endswith(to):
            found.setdefault(value(debt["payload"])["address"], []).append(value(debt["payload"])["text"])
    return found


async def test_one_answer_for_all_each_in_their_own_channel(town: Town):
    """Verified, assigned, answered and closed together; every citizen is told every step with their own number, and nobody else's."""
    rows = await hole(town)
    lead = rows[1]["id"]
    for to, more in (
        (State.VERIFIED, {}),
        (State.ASSIGNED, {"agency": "dpupr"}),
        (State.ANSWERED, {"text": "Lubangnya ditambal hari ini."}),
        (State.CLOSED, {}),
    ):
        done = await town.acts.move_together(lead, to, operator="rina", **more)
        assert (done.moved, done.refused) == (3, [])
        told = await answers(town, to)
        assert {who: len(texts) for who, texts in told.items()} == {"1": 1, "2": 1, "3": 1}
        for who, row in zip("123", rows, strict=True):
            assert printed(row["tracking_number"]) in told[who][0]
            assert not any(printed(other["tracking_number"]) in told[who][0] for other in rows if other is not row)
    assert {row["state"] for row in await town.complaints()} == {"closed"}


async def test_what_cannot_be_moved_is_listed_and_holds_up_nobody(town: Town):
    """One is answered already: it cannot be verified any more, the others can."""
    rows = await hole(town)
    await town.acts.move(rows[0]["id"], State.ANSWERED, operator="budi", text="Sudah ditambal.")
    done = await town.acts.move_together(rows[1]["id"], State.VERIFIED, operator="rina")
    assert done.moved == 2
    [(number, why)] = done.refused
    assert number == rows[0]["tracking_number"]
    assert "tidak dapat diubah" in why
    assert [row["state"] for row in await town.complaints()] == ["answered", "verified", "verified"]


async def test_cut_off_and_sent_again_tells_nobody_twice(town: Town, monkeypatch: pytest.MonkeyPatch):
    """The hub dies after the first of several transactions: the same page sent once more does the rest, and only the rest."""
    rows = await hole(town)
    monkeypatch.setattr(together, "AT_ONCE", 1)
    write, times = town.db.write, 0

    async def dying(run: Any) -> Any:
        nonlocal times
        times += 1
        if times == 2:
            raise ConnectionResetError
        return await write(run)

    wanted = {"operator": "rina", "text": "Lubangnya ditambal.", "version": rows[2]["version"]}
    monkeypatch.setattr(town.db, "write", dying)
    with pytest.raises(ConnectionResetError):
        await town.acts.move_together(rows[2]["id"], State.ANSWERED, **wanted)
    assert [row["state"] for row in await town.complaints()] == ["answered", "received", "received"]
    done = await town.acts.move_together(rows[2]["id"], State.ANSWERED, **wanted)
    assert (done.moved, done.refused) == (3, [])
    assert {who: len(texts) for who, texts in (await answers(town, "answered")).items()} == {"1": 1, "2": 1, "3": 1}
    with pytest.raises(ActRefused, match="orang lain"):
        await town.acts.move_together(rows[2]["id"], State.ANSWERED, **wanted)


@pytest.mark.parametrize(
    "words", ["Pak Warga 2 benar, lubangnya ditambal.", "Sama dengan {number}, ditambal.", "a.n. Budi Santoso sudah ditambal"]
)
async def test_words_for_all_name_nobody(town: Town, words: str):
    """A name, a number or a NIK in an answer for many is refused before anybody is told."""
    rows = await hole(town)
    said = words.format(number=printed(rows[0]["tracking_number"]))
    with pytest.raises(ActRefused, match="tanpa nama"):
        await town.acts.move_together(rows[1]["id"], State.ANSWERED, operator="rina", text=said)
    assert {row["state"] for row in await town.complaints()} == {"received"}


async def test_a_flood_is_answered_in_one_act(town: Town):
    """More complaints than fit one transaction; who was taken out of the group is left alone."""
    for who in range(together.AT_ONCE + 10):
        await tell(town, who, FLOOD)
    rows = await town.complaints()
    await town.acts.leave(rows[4]["id"], operator="rina")
    done = await town.acts.move_together(rows[0]["id"], State.VERIFIED, operator="rina")
    assert (done.moved, len(done.refused)) == (len(rows) - 1, 0)
    assert (await town.complaints())[4]["state"] == "received"
