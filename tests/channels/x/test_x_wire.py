"""X's wire with any JSON: what the cases do not say one by one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Inbound, Unreadable
from connectors.x.wire import Own, read

NOW = datetime(2026, 1, 2, 4, 0, tzinfo=UTC)
OWN = Own(id="9001", username="kota_contoh")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "author_id attachments geo entities note_tweet referenced_tweets edit_history_tweet_ids conversation_id created_at in_reply_to_user_id"
)


def one(own: Own | None = OWN, includes: dict[str, Any] | None = None, source: str = "mention", **tweet: Any) -> Inbound:
    held = {"tweet": {"id": "2007129394601984001", "text": "-", **tweet}, "includes": includes or {}, "source": source}
    (arrival,) = read(json.dumps(held).encode(), account="kota", now=NOW, own=own)
    assert isinstance(arrival, Inbound)
    return arrival


@settings(max_examples=200, deadline=None)
@given(tweet=st.dictionaries(st.sampled_from(FIELDS.split()), JSON), includes=JSON)
def test_any_json_under_any_field_is_read(tweet: dict[str, Any], includes: Any) -> None:
    """A field of another shape costs that field, never the post."""
    held = {"tweet": {"id": "2007129394601984001", "text": "Lampu mati", **tweet}, "includes": includes}
    (arrival,) = read(json.dumps(held).encode(), account="kota", now=NOW, own=OWN)
    assert isinstance(arrival, Inbound)
    assert arrival.external_id == "2007129394601984001"


def test_a_post_without_an_id_is_kept_unreadable() -> None:
    """Without a key nothing can be answered or told apart."""
    for tweet in ({}, {"id": 5, "text": "a"}, {"id": "5"}, {"id": "-5", "text": "a"}):
        (arrival,) = read(json.dumps({"tweet": tweet}).encode(), account="kota", now=NOW)
        assert isinstance(arrival, Unreadable)
        assert arrival.reason == "shape"


def test_who_talks_to_a_third_person_in_a_thread_does_not_talk_to_us() -> None:
    """X puts the name of everybody in a thread in front of a reply."""
    reply = {"referenced_tweets": [{"type": "replied_to", "id": "2007129394601984000"}], "in_reply_to_user_id": "81002"}
    assert one(text="@kota_contoh lampu mati").extra["addressed"] is True
    assert one(text="Lampu mati nih @KOTA_contoh").extra["addressed"] is True
    assert one(text="@budi @kota_contoh setuju kang", **reply).extra["addressed"] is False
    assert one(text="@kota_contoh @budi di sini juga mati", **reply).extra["addressed"] is True
    assert one(text="@budi ini @kota_contoh tolong dicek", **reply).extra["addressed"] is True
    assert one(text="@budi @kota_contoh masih mati", **reply | {"in_reply_to_user_id": "9001"}).extra["addressed"] is True
    assert one(text="Lampu mati").extra["addressed"] is False


def test_a_search_that_finds_a_mention_found_a_mention() -> None:
    """Whichever source brings it first, it is the same."""
    assert one(text="Lampu mati di Cimahi", source="search").extra["source"] == "search"
    assert one(text="@kota_contoh lampu mati di Cimahi", source="search").extra["source"] == "mention"


def test_the_time_lies_in_the_id_where_x_does_not_tell_it() -> None:
    """Snowflake ids: https://docs.x.com/fundamentals/x-ids"""
    assert one(id="20", created_at="2006-03-21T20:50:14.000Z").sent_at == datetime(2006, 3, 21, 20, 50, 14, tzinfo=UTC)
    assert one(id=str(((1767322800 * 1000 - 1288834974657) << 22) + 5)).sent_at == datetime(2026, 1, 2, 3, 0, tzinfo=UTC)
    assert one(id="5").sent_at == NOW


def test_two_posts_of_authors_whom_x_does_not_name_are_two_conversations() -> None:
    """Strangers in one thread do not get one number."""
    first, second = (one(id=number, conversation_id="2007129394601984000") for number in ("2007129394601984002", "2007129394601984003"))
    assert first.conversation != second.conversation


def test_an_account_that_only_reads_has_nobody_to_answer() -> None:
    """No debt is made that could never be paid."""
    assert one(own=Own(username="kota_contoh", answers=False)).reply_address is None
