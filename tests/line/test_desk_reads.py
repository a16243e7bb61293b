"""What the desk reads from the store, over both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from normalizer import tracking
from store import dossier, health, listing, operators, pockets, sessions
from store.database import Database
from store.listing import Filters
from store.operators import OperatorRefused, Role
from store.tables import ComplaintRow, InboxRow, OutboxRow

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


async def put(db: Database, table: type[Any], **values: Any) -> None:
    row = {name: value for name, value in table.model_validate(values).model_dump().items() if name != "id"}
    await db.write(lambda connection: connection.execute(insert(table).values(**row)))


async def complaint(db: Database, n: int, **values: Any) -> str:
    number = tracking.compose("CMH", [n, 1, 2, 3, 4, 5, 6])
    times = dict.fromkeys(("state_at", "registered_at", "last_words_at", "submitted_at"), NOW)
    given = {
        "tracking_number": number,
        "title": f"Lampu {n}",
        "first_words": "lampu",
        "body": "Lampu mati 100%",
        "channel": "email",
        "account": "surat",
        "conversation": f"c{n}",
        "provenance": {"channel": "email", "account": "surat", "external_id": str(n), "received_at": NOW.isoformat()},
        **times,
        **values,
    }
    await put(db, ComplaintRow, **given)
    return number


async def test_the_list(db: Database) -> None:
    """Filters, search in any case, pages and counts."""
    for n in range(1, 4):
        await complaint(db, n, urgency="emergency" if n == 2 else "normal", state="closed" if n == 3 else "received")
    page = await db.read(lambda s: listing.page(s, Filters(), "CMH"))
    assert [line.title for line in page.lines] == ["Lampu 3", "Lampu 2", "Lampu 1"]
    assert page.lines[0].urgency == "normal"
    for filters, expected in (
        (Filters(view="open"), ["Lampu 2", "Lampu 1"]),
        (Filters(urgency="emergency"), ["Lampu 2"]),
        (Filters(words="LAMPU 100%"), ["Lampu 3", "Lampu 2", "Lampu 1"]),
        (Filters(words="l_mpu"), []),
        (Filters(words=page.lines[1].tracking_number.lower()), ["Lampu 2"]),
    ):
        found = await db.read(lambda s, filters=filters: listing.page(s, filters, "CMH"))  # type: ignore[misc]
        assert [line.title for line in found.lines] == expected, filters
    older = await db.read(lambda s: listing.page(s, Filters(), "CMH", before=page.lines[1].id))
    assert [line.title for line in older.lines] == ["Lampu 1"]
    assert await db.read(lambda s: listing.counts(s, Filters(), "CMH", ("open", "new", None))) == {"open": 2, "new": 2, None: 3}
    assert await db.read(listing.channels) == ["email"]


async def test_the_dossier(db: Database) -> None:
    """Found by number, and by the door's own number."""
    number = await complaint(db, 1, door_reference="7654321")
    case = await db.read(lambda s: dossier.by_number(s, number))
    assert case is not None
    assert case.complaint.title == "Lampu 1"
    assert await db.read(lambda s: dossier.id_of(s, "7654321")) == case.complaint.id
    assert await db.read(lambda s: dossier.by_number(s, "CMH0")) is None


async def test_pockets_and_health(db: Database) -> None:
    """What waits and what is stuck, counted, with the oldest first moment as an aware time."""
    for n, (state, outcome) in enumerate((("quarantined", None), ("done", "triage"), ("done", "set_aside"), ("new", None))):
        await put(
            db,
            InboxRow,
            channel="email",
            account="surat",
            external_id=str(n),
            conversation="c",
            received_at=NOW,
            state=state,
            outcome=outcome,
        )
    for n, state in enumerate(("dead", "uncertain", "by_hand", "owed")):
        await put(
            db,
            OutboxRow,
            key=str(n),
            kind="reply",
            lane="reply:surat",
            order_key="o",
            state=state,
            created_at=NOW - timedelta(hours=1),
            due_at=NOW,
        )
    assert await db.read(pockets.counts) == {"quarantined": 1, "triage": 1, "dead": 1, "uncertain": 1, "by_hand": 1}
    for pocket in pockets.INWARD:
        assert len(await db.read(lambda s, pocket=pocket: pockets.inward(s, pocket))) == 1  # type: ignore[misc]
    for pocket in pockets.OUTWARD:
        assert len(await db.read(lambda s, pocket=pocket: pockets.outward(s, pocket))) == 1  # type: ignore[misc]
    found = await db.read(lambda s: health.vitals(s, ("surat", "sepi")))
    assert found.last_in == {"surat": NOW}
    assert (found.inward["surat"].waiting, found.inward["surat"].oldest) == (1, NOW)
    assert [(queue.name, queue.waiting, queue.oldest) for queue in found.outward] == [("reply:surat", 1, NOW - timedelta(hours=1))]


async def test_operators_links_sessions_and_keys(db: Database) -> None:
    """A link is used once, the last admin stays, a session follows its operator, a key has one scope."""
    assert await db.write(lambda c: operators.first_setup(c, NOW, "t1"))
    assert await db.write(lambda c: operators.first_setup(c, NOW, "t2"))
    admin = await db.write(lambda c: operators.finish_setup(c, token_sha256="t1", name="Kepala", full_name="", password="h", now=NOW))
    assert (admin.name, admin.role) == ("kepala", Role.ADMIN)
    assert await db.read(lambda s: operators.setup_for(s, "t2", NOW)) is None
    assert not await db.write(lambda c: operators.first_setup(c, NOW, "t3"))
    with pytest.raises(OperatorRefused):
        await db.write(lambda c: operators.disable(c, name="kepala"))
    await db.write(lambda c: operators.add(c, name="rina", full_name="Rina", role=Role.OPERATOR, now=NOW, token_sha256="t4"))
    with pytest.raises(OperatorRefused):
        await db.write(lambda c: operators.add(c, name="Rina", full_name="", role=Role.VIEWER, now=NOW, token_sha256="t5"))
    with pytest.raises(OperatorRefused):
        await db.write(lambda c: operators.finish_setup(c, token_sha256="t4", name="kepala", full_name="", password="h", now=NOW))
    ends = NOW + timedelta(hours=1)
    await db.write(lambda c: sessions.begin(c, "s1", operator_id=admin.id, content={"a": 1}, expires_at=ends, now=NOW))
    signed = await db.read(lambda s: sessions.signed(s, "s1", NOW))
    assert signed is not None
    assert signed.operator == admin
    assert await db.read(lambda s: sessions.signed(s, "s1", ends)) is None
    await db.write(lambda c: operators.reset(c, name="kepala", now=NOW, token_sha256="t6"))
    assert await db.read(lambda s: sessions.signed(s, "s1", NOW)) is None
    assert await db.write(lambda c: sessions.sweep(c, NOW)) == 0
    await db.write(lambda c: operators.add_key(c, name="aplikasi", scope="api", key_sha256="k", now=NOW))
    assert await db.read(lambda s: operators.key_of(s, "k", "api")) is not None
    assert await db.read(lambda s: operators.key_of(s, "k", "open311")) is None
    with pytest.raises(OperatorRefused):
        await db.write(lambda c: operators.add_key(c, name="x", scope="semua", key_sha256="k2", now=NOW))
