"""Answering on X, fetching what posts carry, and what `check` tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from yarl import URL

from connectors.contract import Health, Reply
from connectors.errors import ConnectorError, Misconfigured, RecipientGone, Refused, TooLarge, Unreachable
from connectors.x import line
from connectors.x.client import XConnector
from demo.x import X
from tests.channels.x.standin import settings


@pytest.fixture
async def x() -> AsyncIterator[X]:
    x = X()
    await x.start()
    yield x
    await x.stop()


@pytest.fixture
async def kota(x: X) -> AsyncIterator[XConnector]:
    connector = XConnector("kota", settings(x))
    yield connector
    await connector.aclose()


def reply(to: str, text: str = "Laporan CMH-1234-567C") -> Reply:
    return Reply(key="ack:1", channel="x", account="kota", conversation=f"x:kota:{to}:81001", address=to, text=text)


async def test_an_answer_stands_under_the_post(x: X, kota: XConnector):
    """Signed with the account's own keys."""
    post = x.post("81001", "@kota_contoh lampu mati")
    sent = await kota.send(reply(post))
    assert x.answers(post) == ["Laporan CMH-1234-567C"]
    assert sent.message_id == x.posts[-1]["id"]
    assert x.called("POST /2/tweets")[0].body == {"text": "Laporan CMH-1234-567C", "reply": {"in_reply_to_tweet_id": post}}


async def test_an_answer_whose_outcome_was_lost_is_not_posted_twice(x: X, kota: XConnector):
    """X took it and the line broke: unsure. Said again, X refuses the same words, and that means they are out."""
    post = x.post("81001", "@kota_contoh lampu mati")
    x.mood("cut")
    with pytest.raises(Unreachable) as lost:
        await kota.send(reply(post))
    assert not lost.value.certain
    await kota.send(reply(post))
    assert len(x.answers(post)) == 1


@pytest.mark.parametrize(("mood", "error"), [("blocked", RecipientGone), ("read_only", Misconfigured), ("bad_request", Refused)])
async def test_why_x_did_not_take_an_answer(x: X, kota: XConnector, mood: str, error: type[ConnectorError]):
    """A citizen who takes no answers is not our mistake; keys without permission to write are."""
    x.mood(mood)
    with pytest.raises(error) as refused:
        await kota.send(reply(x.post("81001", "@kota_contoh halo")))
    assert refused.value.certain


async def test_a_deleted_post_cannot_be_answered(x: X, kota: XConnector):
    """It goes to the dead pocket, not round and round."""
    post = x.post("81001", "@kota_contoh lampu mati")
    x.deleted.add(post)
    with pytest.raises(RecipientGone):
        await kota.send(reply(post))
    with pytest.raises(RecipientGone):
        await kota.send(reply("bukan-kiriman"))


@pytest.mark.parametrize(
    "ref",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://pbs.twimg.com.example/media/a.jpg",
        "http://pbs.twimg.com/media/a.jpg",
        "file:///etc/passwd",
    ],
)
async def test_media_come_from_x_only(kota: XConnector, ref: str):
    """A post can name any address; we do not go there."""
    with pytest.raises(Refused):
        await kota.download(ref, 1000)


async def test_media_gone_or_too_large(x: X, kota: XConnector):
    """Both end the fetching; the complaint stays."""
    x.photo("3_1", b"x" * 2000)
    with pytest.raises(TooLarge):
        await kota.download(f"{x.address}/media/3_1", 1000)
    with pytest.raises(RecipientGone):
        await kota.download(f"{x.address}/media/3_2", 1000)


@pytest.mark.parametrize(
    ("changed", "mood", "health", "names"),
    [
        ({}, None, Health.OK, "@kota_contoh"),
        ({}, "unauthorized", Health.FAILED, "bearer_token"),
        ({"username": "lain"}, None, Health.FAILED, "accounts.kota.username"),
        (dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret")), None, Health.WARNING, "consumer_key"),
    ],
)
async def test_check_says_in_one_sentence_what_an_official_can_do(x: X, changed: Any, mood: str | None, health: Health, names: str):
    """And a good account is good."""
    connector = XConnector("kota", settings(x, **changed))
    if mood:
        x.mood(mood)
    checked = await connector.check()
    await connector.aclose()
    assert checked.health is health
    assert names in checked.sentence


async def test_keys_of_another_account_are_noticed(x: X, kota: XConnector):
    """Answers would go out under that name."""
    x.users["9001"]["username"], x.users["9002"] = "humas", {"id": "9002", "username": "kota_contoh", "name": "Kota"}
    checked = await kota.check()
    assert checked.health is Health.WARNING
    assert "@humas" in checked.sentence


async def test_an_account_that_only_reads_sends_nothing(x: X):
    """And says so of itself."""
    connector = XConnector("kota", settings(x, consumer_key=None, consumer_secret=None, access_token=None, access_token_secret=None))
    assert not connector.about.replies
    with pytest.raises(Refused):
        await connector.send(reply("1"))
    await connector.aclose()


def test_a_gateway_with_a_path_of_its_own():
    """api_base may be a proxy's folder; the question stays as it was signed."""
    asked = URL("https://api.twitter.com/2/tweets/search/recent?query=a%20b&max_results=10")
    assert str(line.moved(asked, URL("http://proxy:81/x/"))) == "http://proxy:81/x/2/tweets/search/recent?query=a%20b&max_results=10"
    assert line.moved(asked, URL("http://127.0.0.1:9")).raw_path == "/2/tweets/search/recent"
