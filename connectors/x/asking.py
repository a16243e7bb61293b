"""What we ask X for, and what its answer brings. The fields decide what an operator sees, so they stand in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from connectors.contract import Arrival
from connectors.errors import Unreachable
from connectors.x import wire
from connectors.x.guards import Json, listed, mapping, moment, post_id, words
from connectors.x.wire import Own

FIELDS = {
    "expansions": ["author_id", "attachments.media_keys", "referenced_tweets.id", "referenced_tweets.id.author_id", "geo.place_id"],
    "tweet_fields": [
        "attachments",
        "author_id",
        "conversation_id",
        "created_at",
        "edit_history_tweet_ids",
        "entities",
        "geo",
        "in_reply_to_user_id",
        "lang",
        "note_tweet",
        "referenced_tweets",
    ],
    "user_fields": ["id", "name", "username", "verified_type"],
    "media_fields": ["media_key", "type", "url", "preview_image_url", "variants"],
    "place_fields": ["id", "name", "full_name"],
}
SEARCH_REACH = timedelta(days=6, hours=23)
"""A search refuses a since_id older than seven days: https://docs.x.com/x-api/posts/search/quickstart/recent-search"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer: its posts, oldest first; `read`: how many X counts; `token`: the way to the page before it."""

    arrivals: Sequence[Arrival]
    read: int
    newest: str | None
    oldest: str | None
    token: str | None


def parameters(source: str, size: int, *, since: str | None, token: str | None = None, until: str | None = None) -> dict[str, Any]:
    """token: the next page's, which has another name in a search; until: an id, posts before which are wanted."""
    name = "next_token" if source == wire.SEARCH else "pagination_token"
    asked = {"since_id": since, name: token, "until_id": until, "max_results": size, **FIELDS}
    return {name: value for name, value in asked.items() if value is not None}


def within_reach(since: str | None, now: datetime) -> str | None:
    """The position, where a search still takes it."""
    return since if since is not None and now - moment(None, since, now) < SEARCH_REACH else None


def page(answer: Json, source: str, *, account: str, now: datetime, own: Own) -> Page:
    """Errors beside posts concern single expanded objects (deleted, protected): the posts are taken all the same.

    Raises Unreachable for an answer of errors only.
    """
    tweets, meta = listed(answer.get("data")), mapping(answer.get("meta"))
    if not tweets and not meta:
        raise Unreachable("X menjawab tanpa kiriman dan tanpa keterangan; dicoba lagi.")
    arrivals: list[Arrival] = []
    for tweet in reversed(tweets):
        raw = orjson.dumps({"tweet": tweet, "includes": _needed(tweet, mapping(answer.get("includes"))), "source": source})
        arrivals.extend(wire.read(raw, account=account, now=now, own=own))
    ids = sorted((number for tweet in tweets if (number := post_id(tweet.get("id")))), key=int)
    return Page(
        arrivals=arrivals,
        read=len(tweets),
        newest=ids[-1] if ids else None,
        oldest=ids[0] if ids else None,
        token=words(meta.get("next_token")) or None,
    )


def _needed(tweet: Json, includes: Json) -> dict[str, list[Json]]:
    """Of what was expanded for the whole page, what this post refers to."""
    referred = {words(one.get("id")) for one in listed(tweet.get("referenced_tweets"))}
    tweets = [one for one in listed(includes.get("tweets")) if one.get("id") in referred]
    people = {words(one.get("author_id")) for one in (tweet, *tweets)} - {""}
    keys = mapping(tweet.get("attachments")).get("media_keys")
    media = [one for one in listed(includes.get("media")) if isinstance(keys, list) and one.get("media_key") in keys]
    places = [one for one in listed(includes.get("places")) if one.get("id") == mapping(tweet.get("geo")).get("place_id")]
    users = [one for one in listed(includes.get("users")) if one.get("id") in people]
    return {name: list(found) for name, found in (("users", users), ("tweets", tweets), ("media", media), ("places", places)) if found}
