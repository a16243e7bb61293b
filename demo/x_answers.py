"""How X's stand-in answers: fields as they are asked for, refusals, and what a bad day brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from demo.x import X

ALWAYS = ("id", "text", "edit_history_tweet_ids")
WINDOW = timedelta(minutes=15)


class Refusal(Exception):
    """X says no: https://docs.x.com/x-api/fundamentals/response-codes-and-errors"""

    def __init__(self, status: int, title: str, detail: str = "") -> None:
        self.status, self.title, self.detail = status, title, detail or title


def refused(refusal: Refusal, headers: Mapping[str, str] | None = None) -> web.Response:
    body = {"title": refusal.title, "detail": refusal.detail, "type": "about:blank", "status": refusal.status}
    return web.json_response(body, status=refusal.status, headers=headers)


def answer_with(answer: Mapping[str, Any], now: datetime, remaining: int | None) -> web.Response:
    left = 14 if remaining is None else remaining
    headers = {
        "x-rate-limit-limit": "15",
        "x-rate-limit-remaining": str(left),
        "x-rate-limit-reset": str(int((now + WINDOW).timestamp())),
    }
    return web.json_response(dict(answer), headers=headers)


def visible(post: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Of a post what was asked for; names in it are its entities."""
    asked = {*ALWAYS, *query.get("tweet.fields", "").split(",")}
    shown = {name: value for name, value in post.items() if name in asked}
    names = [word.strip("@,.:!?") for word in str(post["text"]).split() if word.startswith("@")]
    if "entities" in asked and names:
        shown.setdefault("entities", {"mentions": [{"username": name} for name in names]})
    return shown


def expanded(x: X, posts: Sequence[Mapping[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """The objects that the asked expansions stand for; what was deleted is missing."""
    asked = set(query.get("expansions", "").split(","))
    referred = {one["id"] for post in posts for one in post.get("referenced_tweets", [])}
    tweets = [visible(post, query) for post in x.posts if "referenced_tweets.id" in asked and post["id"] in referred - x.deleted]
    authors = [post["author_id"] for post in posts if "author_id" in asked]
    authors += [post["author_id"] for post in tweets if "referenced_tweets.id.author_id" in asked and "author_id" in post]
    keys = [key for post in posts for key in post.get("attachments", {}).get("media_keys", []) if "attachments.media_keys" in asked]
    places = [post["geo"]["place_id"] for post in posts if "geo.place_id" in asked and "place_id" in post.get("geo", {})]
    includes = {
        "users": [x.users[number] for number in dict.fromkeys(authors) if number in x.users],
        "tweets": tweets,
        "media": [x.media[key] for key in keys if key in x.media],
        "places": [x.places[number] for number in places if number in x.places],
    }
    return {name: found for name, found in includes.items() if found}


def _throttled(now: datetime) -> web.Response:
    headers = {"x-rate-limit-limit": "15", "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int((now + WINDOW).timestamp()))}
    return refused(Refusal(429, "Too Many Requests"), headers)


MOODS: Mapping[str, Callable[[datetime], web.Response]] = {
    "throttled": _throttled,
    "throttled_no_wait": lambda now: web.Response(status=429, text="<html>Rate limit exceeded</html>", content_type="text/html"),
    "cap": lambda now: refused(Refusal(429, "UsageCapExceeded", "Usage cap exceeded: Monthly product cap")),
    "no_credits": lambda now: refused(Refusal(402, "CreditsDepleted")),
    "error_500": lambda now: refused(Refusal(500, "Internal Server Error")),
    "unavailable": lambda now: web.Response(status=503, text="<html>Over capacity</html>", content_type="text/html"),
    "unauthorized": lambda now: refused(Refusal(401, "Unauthorized")),
    "not_enrolled": lambda now: refused(Refusal(403, "Client Forbidden", "https://api.twitter.com/2/problems/client-forbidden")),
    "blocked": lambda now: refused(Refusal(403, "Forbidden", "You are not allowed to reply to this conversation.")),
    "read_only": lambda now: refused(
        Refusal(403, "Forbidden", "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.")
    ),
    "bad_request": lambda now: refused(Refusal(400, "Invalid Request")),
    "html": lambda now: web.Response(text="<html><body>Internet positif</body></html>", content_type="text/html"),
    "broken_utf8": lambda now: web.Response(body=b'{"data": [{"id": "1", "text": "\xff\xfe', content_type="application/json"),
    "random": lambda now: web.Response(body=bytes(range(256)), content_type="application/octet-stream"),
    "empty": lambda now: web.Response(body=b""),
}
"""Answers that a bad day brings, by name."""
