"""Reading mentions and searches from X: every post once, within the budget, whatever X does in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import Accepted, Batch, Cursor, Inbound
from connectors.errors import BudgetSpent, ConnectorError, CredentialRefused, Misconfigured, Then, Throttled, Unreachable
from connectors.poller import Poller
from connectors.x import budget
from connectors.x.client import XConnector
from demo.x import X
from tests.channels.x.standin import settings

START = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


class World:
    """X, our account on it, and a clock that both share."""

    def __init__(self) -> None:
        self.now = START
        self.x = X(clock=lambda: self.now)
        self.x.person("81001", "Rina Kartika", "rinak")
        self.connectors: list[XConnector] = []

    def connector(self, **changed: Any) -> XConnector:
        made = XConnector("kota", settings(self.x, **{"page": 10, **changed}), clock=lambda: self.now)
        self.connectors.append(made)
        return made

    def say(self, text: str = "lampu mati", **fields: Any) -> str:
        self.now += timedelta(seconds=1)
        return self.x.post("81001", f"@{self.x.username} {text}", **fields)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened() as world:
        yield world


@asynccontextmanager
async def opened() -> AsyncIterator[World]:
    world = World()
    await world.x.start()
    try:
        yield world
    finally:
        for connector in world.connectors:
            await connector.aclose()
        await world.x.stop()


def ids(batch: Batch) -> list[str]:
    return [arrival.external_id for arrival in batch.arrivals if isinstance(arrival, Inbound)]


async def turn(connector: XConnector, cursor: Cursor) -> tuple[list[str], Cursor]:
    """All pulls of one turn, as the poller does them."""
    found: list[str] = []
    while True:
        batch = await connector.pull(cursor)
        found, cursor = found + ids(batch), batch.cursor
        if not batch.more:
            return found, cursor


async def test_each_mention_is_read_once_with_what_belongs_to_it(world: World):
    """Author, photo, place and thread come along; the second turn asks only for what is newer."""
    photo = world.x.photo("3_1", b"jpeg")
    first = world.say("jalan rusak", attachments={"media_keys": [photo]})
    connector = world.connector()
    batch = await connector.pull(None)
    (inbound,) = batch.arrivals
    assert isinstance(inbound, Inbound)
    assert (inbound.external_id, inbound.sender.name, inbound.sender.address) == (first, "Rina Kartika", "@rinak")
    assert await connector.download(inbound.attachments[0].ref or "", 100) == b"jpeg"
    second = world.say("masih rusak")
    assert await turn(connector, batch.cursor) == ([second], {**(batch.cursor or {}), "since": second, "read": 2})
    assert world.x.called("GET /2/users/{id}/mentions")[-1].query["since_id"] == first


async def test_mentions_lost_after_a_day_down(world: World):
    """Pages are walked back to the last post that is safe; nothing in between is lost, nothing comes twice."""
    connector = world.connector()
    _, cursor = await turn(connector, None)
    old = world.say()
    _, cursor = await turn(connector, cursor)
    missed = [world.say(f"laporan {n}") for n in range(34)]
    found, cursor = await turn(connector, cursor)
    assert sorted(found) == missed
    assert old not in found
    assert await turn(connector, cursor) == ([], cursor)


async def test_a_hub_that_dies_in_the_middle_of_a_walk_goes_on_there(world: World):
    """Each page's cursor is enough for another connector, also when X has forgotten the page's token."""
    connector = world.connector()
    world.say()
    _, cursor = await turn(connector, None)
    missed = [world.say(f"laporan {n}") for n in range(25)]
    page = await connector.pull(cursor)
    assert page.more
    world.x.expired.add(str((page.cursor or {})["next"]))
    rest, _ = await turn(world.connector(), page.cursor)
    assert sorted(ids(page) + rest) == missed


async def test_an_account_that_is_new_does_not_read_years_of_mentions(world: World):
    """The first turn takes the newest page, and the budget is spared."""
    for n in range(30):
        world.say(f"laporan {n}")
    found, cursor = await turn(world.connector(), None)
    assert len(found) == 10
    assert (cursor or {})["read"] == 10


async def test_a_quiet_account_loses_nothing_of_its_first_loud_hour(world: World):
    """Nothing was there at the first turn; from then on every page is walked back."""
    connector = world.connector()
    _, cursor = await turn(connector, None)
    missed = [world.say(f"laporan {n}") for n in range(23)]
    assert sorted((await turn(connector, cursor))[0]) == missed


async def test_x_budget_exhausted_silently(world: World):
    """Used up is said in a sentence with figures, until when, and what to change; the next month it goes on."""
    connector = world.connector(monthly_reads=20)
    world.say()
    _, cursor = await turn(connector, None)
    cursor = {**(cursor or {}), "read": 20}
    with pytest.raises(BudgetSpent) as spent:
        await connector.pull(cursor)
    assert spent.value.code == "budget_spent"
    assert "20 dari 20" in spent.value.sentence
    assert "01-12-2026" in spent.value.sentence
    assert "accounts.kota.monthly_reads" in spent.value.sentence
    assert spent.value.then is Then.RETRY
    assert 0 < spent.value.wait <= 900, "said again soon, so that it stays on the health page"
    world.now = datetime(2026, 12, 10, tzinfo=UTC)
    late = world.say()
    found, cursor = await turn(connector, cursor)
    assert found == [late]
    assert ((cursor or {})["month"], (cursor or {})["read"]) == ("2026-12", 1)


async def test_x_itself_says_that_the_quota_is_used_up(world: World):
    """The cap of the plan, or no credits: the same sentence on the desk, not a mere pause."""
    connector = world.connector()
    await connector.prepare()
    for mood in ("cap", "no_credits"):
        world.x.mood(mood)
        with pytest.raises(BudgetSpent):
            await connector.pull(None)


def test_the_budget_is_spread_over_the_month():
    """By any moment the elapsed share and a day more; never above the whole, never negative."""
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    assert budget.allowance(3000, begin) == 100
    assert budget.allowance(3000, begin + timedelta(days=15)) == 1600
    assert budget.allowance(3000, begin + timedelta(days=29, hours=23)) == 3000
    assert budget.until_more(3000, 3000, begin + timedelta(days=20)) == datetime(2026, 12, 1, tzinfo=UTC)
    again = budget.until_more(3000, 1600, begin + timedelta(days=15))
    assert budget.allowance(3000, again + timedelta(seconds=1)) >= 1601


async def test_a_loud_day_cannot_silence_the_month(world: World):
    """A flood of mentions uses a day's share, then waits for the next hours; the position stays."""
    world.now = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
    connector = world.connector(monthly_reads=600)
    world.say()
    _, cursor = await turn(connector, None)
    for n in range(60):
        world.say(f"ramai {n}")
    found: list[str] = []
    spent: BudgetSpent | None = None
    while spent is None:
        try:
            batch = await connector.pull(cursor)
            found, cursor = found + ids(batch), batch.cursor
        except BudgetSpent as error:
            spent = error
    assert "sementara" in spent.sentence
    assert len(found) < 25
    for _ in range(40):
        world.now += timedelta(hours=6)
        try:
            more, cursor = await turn(connector, cursor)
        except BudgetSpent:
            continue
        found += more
    assert len(set(found)) == 60


async def test_429_drops_mentions(world: World):
    """X names the moment; until then it is not asked again, and afterwards everything is there."""
    connector = world.connector()
    await connector.prepare()
    first = world.say()
    world.x.mood("throttled")
    with pytest.raises(Throttled) as throttled:
        await connector.pull(None)
    assert throttled.value.wait == pytest.approx(900, abs=1)
    asked = len(world.x.calls)
    with pytest.raises(Throttled):
        await connector.pull(None)
    assert len(world.x.calls) == asked
    world.now += timedelta(minutes=16)
    assert (await turn(connector, None))[0] == [first]


async def test_the_last_answer_of_a_window_makes_us_wait_before_x_refuses(world: World):
    """x-rate-limit-remaining: 0 is heard."""
    connector = world.connector()
    await connector.prepare()
    world.x.remaining = 0
    _, cursor = await turn(connector, None)
    with pytest.raises(Throttled):
        await connector.pull(cursor)


@pytest.mark.parametrize(
    ("mood", "error"), [("unauthorized", CredentialRefused), ("not_enrolled", Misconfigured), ("unavailable", Unreachable)]
)
async def test_each_refusal_says_what_must_follow(world: World, mood: str, error: type[ConnectorError]):
    """401 and 403 stop the account with the setting's name; 503 is tried again."""
    connector = world.connector()
    await connector.prepare()
    world.x.mood(mood)
    with pytest.raises(error) as refused:
        await connector.pull(None)
    assert "X" in refused.value.sentence


async def test_partial_errors_cost_no_post(world: World):
    """A deleted or protected post beside the others is X's note, not ours to stumble over."""
    world.x.errors = [{"title": "Not Found Error", "resource_type": "tweet", "value": "1", "parameter": "referenced_tweets.id"}]
    first = world.say(referenced_tweets=[{"type": "replied_to", "id": "1"}], conversation_id="1")
    found, _ = await turn(world.connector(), None)
    assert found == [first]


async def test_searches_are_a_second_source_with_a_budget_of_their_own(world: World):
    """What they find is marked; a mention among it counts as a mention; their share ends before the whole does."""
    connector = world.connector(queries=["jalan rusak"], search_share=0.001)
    by_search = world.x.post("81001", "Jalan rusak parah di Cimahi")
    first = await connector.pull(None)
    assert first.more
    second = await connector.pull(first.cursor)
    assert ids(second) == [by_search]
    assert second.arrivals[0].extra["source"] == "search"  # type: ignore[union-attr]
    assert "-is:retweet" in world.x.called("GET /2/tweets/search/recent")[0].query["query"]
    cursor = {**(second.cursor or {}), "searched": 100}
    mention = world.say("ada yang lihat?")
    with pytest.raises(BudgetSpent) as spent:
        await turn(connector, cursor)
    assert "search_share" in spent.value.sentence
    assert spent.value.wait <= connector.settings.poll_seconds, "the mentions do not wait for it"
    found, _ = await turn(connector, {**cursor, "step": 1})
    assert found == [mention], "the search rests, the mentions go on"


async def test_a_search_that_x_refuses_does_not_stop_the_mentions(world: World):
    """A query with a mistake is told by its place in the settings; the account goes on."""
    connector = world.connector(queries=["jalan ((rusak"])
    batch = await connector.pull(None)
    world.x.mood("bad_request")
    with pytest.raises(ConnectorError) as refused:
        await connector.pull(batch.cursor)
    assert refused.value.then is Then.RETRY
    assert "Pencarian ke-1" in refused.value.sentence
    first = world.say()
    assert (await turn(connector, batch.cursor))[0] == [first]


async def test_a_search_after_a_week_down_starts_from_what_x_still_finds(world: World):
    """X refuses a position older than seven days."""
    connector = world.connector(queries=["jalan rusak"])
    world.x.post("81001", "jalan rusak di Cimahi")
    _, cursor = await turn(connector, None)
    world.now += timedelta(days=9)
    late = world.x.post("81001", "jalan rusak lagi")
    assert late in (await turn(connector, cursor))[0]
    assert "since_id" not in world.x.called("GET /2/tweets/search/recent")[-1].query


async def test_an_unknown_username_is_named(world: World):
    """The account stops with the setting that is wrong, instead of reading nothing for ever."""
    with pytest.raises(Misconfigured) as wrong:
        await world.connector(username="tidak_ada").pull(None)
    assert "accounts.kota.username" in wrong.value.sentence


async def test_a_spent_budget_reaches_the_health_page_and_comes_back(world: World):
    """Through the poller as it runs: said, waited for in short steps, and well again in the new month."""
    world.now = datetime(2026, 11, 30, 23, 50, tzinfo=UTC)
    month: dict[str, str | int] = {"month": "2026-11", "read": 500, "searched": 0, "since": "1", "step": 0}
    cursors: list[Cursor] = [month]
    heard: list[ConnectorError | None] = []
    well, kept = asyncio.Event(), []
    late = world.say()

    async def accept(arrivals: Any) -> Any:
        kept.extend(arrivals)
        return [Accepted(new=True, inbox_id=1) for _ in arrivals]

    async def load() -> Cursor:
        return cursors[-1]

    async def save(cursor: Cursor) -> None:
        cursors.append(cursor)

    async def lease() -> bool:
        return True

    async def pulse(error: ConnectorError | None) -> None:
        heard.append(error)
        if error is None:
            well.set()

    async def sleep(seconds: float) -> None:
        assert seconds <= 901
        world.now += timedelta(seconds=seconds)

    connector = world.connector(monthly_reads=500)
    poller = Poller("kota", connector, accept, load, save, lease, pulse, lambda: world.now, lambda: 0.5, sleep=sleep)
    running = asyncio.create_task(poller.run())
    async with asyncio.timeout(20):
        await well.wait()
    running.cancel()
    await asyncio.wait({running})
    assert heard[0] is not None
    assert heard[0].code == "budget_spent"
    assert [arrival.external_id for arrival in kept] == [late]
