"""The whole hub with X beside it: what a citizen sees under a post, and what an outage or an empty budget leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from config.settings import Account, Http, Log, Settings, Store
from demo.x import X
from dispatcher import triage
from normalizer.tracking import printed
from run import Hub, running
from store.health import vitals

LAMP = "lampu jalan di Jl. Kenanga RT 03 RW 05 Kelurahan Karangmekar mati"
SECONDS = 20.0


@pytest.fixture
async def x() -> AsyncIterator[X]:
    x = X()
    await x.start()
    x.person("81001", "Rina Kartika", "rinak")
    yield x
    await x.stop()


@asynccontextmanager
async def opened(folder: Path, x: X, **account: Any) -> AsyncIterator[Hub]:
    kota = Account(channel="x", username=x.username, api_base=x.address, poll_seconds=1, **{**x.secrets, **account})
    settings = Settings(
        store=Store(url=f"sqlite:///{folder}/hub.db", blobs=folder / "blobs"),
        http=Http(port=0),
        log=Log(level="error"),
        accounts={"x_kota": kota},
        profile_overrides={"intake": {"settle_seconds": 0.2}},
    )
    async with running(settings) as hub:
        yield hub


async def rows(hub: Hub, sql: str) -> list[Any]:
    return await hub.db.read(lambda session: [row._mapping for row in session.connection().execute(text(sql))])


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    async with asyncio.timeout(SECONDS):
        while not (found := await look()):
            await asyncio.sleep(0.05)
    return found


async def answered(x: X, *posts: str) -> list[str]:
    """One answer under each post; no more are looked for here."""

    async def look() -> list[str] | None:
        found = [answer for post in posts for answer in x.answers(post)]
        return found if len(found) >= len(posts) else None

    answers: list[str] = await until(look)
    return answers


async def test_a_mention_with_a_photo_gets_number_and_link_under_it(tmp_path: Path, x: X):
    """And the photo lies in the evidence; nothing else is said in public."""
    post = x.post("81001", f"@{x.username} {LAMP} hub 081234567890", attachments={"media_keys": [x.photo("3_1", b"\xff\xd8\xff\xe0 foto")]})
    async with opened(tmp_path, x) as hub:
        [answer] = await answered(x, post)
        [complaint] = await rows(hub, "SELECT tracking_number, channel FROM complaints")
        number = printed(complaint["tracking_number"])
        assert answer == f"Terima kasih, laporan Anda kami catat dengan nomor {number}. Ikuti di {hub.url}/lacak/{number}"

        async def fetched() -> Any:
            return await rows(hub, "SELECT sha256 FROM evidence WHERE sha256 IS NOT NULL")

        assert len(await until(fetched)) == 1
        assert complaint["channel"] == "x"


async def test_mentions_of_a_day_down_are_all_answered_once(tmp_path: Path, x: X):
    """The hub stops, citizens go on, the hub comes back: each has one complaint and one answer."""
    first = x.post("81001", f"@{x.username} {LAMP}")
    async with opened(tmp_path, x, page=10) as hub:
        await answered(x, first)
    people = [x.person(str(81002 + n), f"Warga {n}", f"warga{n}") for n in range(23)]
    missed = [x.post(person, f"@{x.username} {LAMP} nomor {n}") for n, person in enumerate(people)]
    async with opened(tmp_path, x, page=10) as hub:
        answers = await answered(x, *missed)
        assert len(set(answers)) == len(missed)
        assert (await rows(hub, "SELECT count(*) AS n FROM complaints"))[0]["n"] == len(missed) + 1
    assert [len(x.answers(post)) for post in (first, *missed)] == [1] * (len(missed) + 1)


async def test_a_searched_post_is_answered_after_a_person_let_it_in(tmp_path: Path, x: X):
    """Until then nobody is told anything."""
    post = x.post("81001", f"{LAMP}, Cimahi")
    async with opened(tmp_path, x, queries=["lampu mati"]) as hub:

        async def waiting() -> Any:
            return await rows(hub, "SELECT id FROM inbox WHERE outcome = 'triage'")

        [row] = await until(waiting)
        assert not x.called("POST /2/tweets")
        await triage.accept(hub.db, hub.tools.bell, row["id"], operator="rina", now=hub.tools.clock())
        [answer] = await answered(x, post)
        assert "CMH-" in answer


async def test_a_spent_budget_is_told_by_the_hub(tmp_path: Path, x: X):
    """Where the health page looks; the account is not stopped."""
    x.post("81001", f"@{x.username} {LAMP}")
    async with opened(tmp_path, x, monthly_reads=4) as hub:

        async def told() -> Any:
            found = await hub.db.read(lambda session: vitals(session, ("x_kota",)))
            pulse = found.pulses.get("x_kota")
            return pulse if pulse and pulse.last_error else None

        pulse = await until(told)
        assert pulse.last_error.startswith("budget_spent: Jatah baca X")
        assert not pulse.stopped
        assert not x.called("GET /2/users/{id}/mentions")
