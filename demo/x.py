"""A loopback stand-in of X's API v2 for tests and `run.py demo`. It records every call.

Offers only what X offers: look-up of users, the mention timeline and the recent search with their pages, fields as they are asked for,
rate-limit headers, posts as replies. Like X it refuses the same text twice. https://docs.x.com/x-api
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from demo.x_answers import MOODS, Refusal, answer_with, expanded, refused, visible

EPOCH_MILLISECONDS = 1_288_834_974_657
TEXT_LIMIT = 280


@dataclass(frozen=True)
class Call:
    """One call as it came: method and path, its query, and the JSON body of a post."""

    endpoint: str
    query: Mapping[str, str]
    body: Mapping[str, Any]


class X:
    """Start it, give its address as `api_base`, and let citizens `post` something."""

    def __init__(self, username: str = "kota_contoh", clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.username, self.user_id, self._clock = username, "9001", clock
        self.secrets = {
            "bearer_token": "stand-in-bearer-token",
            "consumer_key": "stand-in-consumer-key",
            "consumer_secret": "stand-in-consumer-secret",
            "access_token": "9001-stand-in-access-token",
            "access_token_secret": "stand-in-access-token-secret",
        }
        self.calls: list[Call] = []
        self.posts: list[dict[str, Any]] = []
        self.users: dict[str, dict[str, Any]] = {self.user_id: {"id": self.user_id, "name": "Kota", "username": username}}
        self.media: dict[str, dict[str, Any]] = {}
        self.places: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.deleted: set[str] = set()
        self.errors: list[dict[str, Any]] = []
        """Partial errors that go beside the posts of every answer."""
        self.remaining: int | None = None
        """What the rate-limit headers say is left."""
        self.expired: set[str] = set()
        """Page tokens that X no longer knows."""
        self._moods: list[str] = []
        self._last = 0
        self._runner: web.AppRunner | None = None
        self.address = ""

    # What people do

    def person(self, number: str, name: str, username: str, **more: Any) -> str:
        self.users[number] = {"id": number, "name": name, "username": username, **more}
        return number

    def post(self, author: str, text: str, **fields: Any) -> str:
        """A post with any further fields; the names in it are its mentions. Its id."""
        number = self._next()
        self.posts.append(
            {
                "id": number,
                "text": text,
                "author_id": author,
                "conversation_id": number,
                "created_at": self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "edit_history_tweet_ids": [number],
                **fields,
            }
        )
        return number

    def answer(self, author: str, text: str, to: str, **fields: Any) -> str:
        """A reply in a thread."""
        first = self._post(to)
        thread, referenced = first["conversation_id"], [{"type": "replied_to", "id": to}]
        return self.post(
            author, text, conversation_id=thread, referenced_tweets=referenced, in_reply_to_user_id=first["author_id"], **fields
        )

    def photo(self, key: str, content: bytes) -> str:
        """A photo on X's side; its media key."""
        self.files[key] = content
        self.media[key] = {"media_key": key, "type": "photo", "url": f"{self.address}/media/{key}"}
        return key

    # What came of it

    def answers(self, post: str) -> Sequence[str]:
        """Texts of our answers under a post."""
        wanted = {"type": "replied_to", "id": post}
        return [each["text"] for each in self.posts if each["author_id"] == self.user_id and wanted in each.get("referenced_tweets", [])]

    def called(self, endpoint: str) -> Sequence[Call]:
        return [call for call in self.calls if call.endpoint == endpoint]

    def mood(self, mood: str, times: int = 1) -> None:
        """What the next calls meet: one of MOODS; hang: no answer; cut: taken, then the line breaks."""
        if mood not in MOODS and mood not in ("hang", "cut"):
            raise ValueError(f"no mood {mood!r}; known: hang, cut, {', '.join(MOODS)}")
        self._moods += [mood] * times

    # The server

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Listen; the address for `api_base`."""
        app = web.Application()
        app.router.add_get("/2/users/me", self._guarded(self._me))
        app.router.add_get("/2/users/by/username/{username}", self._guarded(self._by_username))
        app.router.add_get("/2/users/{id}/mentions", self._guarded(self._mentions))
        app.router.add_get("/2/tweets/search/recent", self._guarded(self._search))
        app.router.add_post("/2/tweets", self._guarded(self._create))
        app.router.add_get("/media/{key}", self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.address = f"http://{host}:{self._runner.addresses[0][1]}"
        return self.address

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    def _guarded(self, act: Callable[[web.Request, Mapping[str, Any]], Any]) -> Callable[[web.Request], Any]:
        async def take(request: web.Request) -> web.StreamResponse:
            body = await request.json() if request.can_read_body else {}
            resource = request.match_info.route.resource
            self.calls.append(Call(f"{request.method} {resource.canonical if resource else ''}", dict(request.query), body))
            mood = self._moods.pop(0) if self._moods else None
            if mood == "hang":
                await asyncio.sleep(3600)
            if mood and mood != "cut":
                return MOODS[mood](self._clock())
            try:
                self._authorised(request)
                answer = act(request, body)
            except Refusal as refusal:
                return refused(refusal)
            if mood == "cut" and request.transport:
                request.transport.abort()
            return answer_with(answer, self._clock(), self.remaining)

        return take

    def _authorised(self, request: web.Request) -> None:
        """Reading takes the bearer token, `me` and posting the four keys of OAuth 1.0a (whose signature is not computed anew)."""
        given = request.headers.get("Authorization", "")
        if request.path == "/2/users/me" or request.method == "POST":
            good = all(f'"{self.secrets[name]}"' in given for name in ("consumer_key", "access_token")) and "oauth_signature=" in given
        else:
            good = given == f"Bearer {self.secrets['bearer_token']}"
        if not good:
            raise Refusal(401, "Unauthorized")

    def _me(self, request: web.Request, body: Mapping[str, Any]) -> dict[str, Any]:
        return {"data": self.users[self.user_id]}

    def _by_username(self, request: web.Request, body: Mapping[str, Any]) -> dict[str, Any]:
        name = request.match_info["username"]
        found = next((user for user in self.users.values() if user["username"].lower() == name.lower()), None)
        return {"data": found} if found else {"errors": [{"title": "Not Found Error", "resource_type": "user", "value": name}]}

    def _mentions(self, request: web.Request, body: Mapping[str, Any]) -> dict[str, Any]:
        name = f"@{self.users[request.match_info['id']]['username']}".lower()
        return self._page(request, 5, "pagination_token", lambda post: name in post["text"].lower())

    def _search(self, request: web.Request, body: Mapping[str, Any]) -> dict[str, Any]:
        """Understands words, of which every one must occur, and -is:retweet."""
        wanted = request.query["query"].replace("-is:retweet", "").strip(" ()").lower().split()
        return self._page(request, 10, "next_token", lambda post: all(word in post["text"].lower() for word in wanted))

    def _page(self, request: web.Request, least: int, token_name: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        query = request.query
        size = int(query.get("max_results", 10))
        if not least <= size <= 100:
            raise Refusal(400, "Invalid Request", f"max_results {size} is not between {least} and 100")
        if query.get(token_name) in self.expired:
            raise Refusal(400, "Invalid Request", f"{token_name} is not valid")
        before, since = query.get(token_name) or query.get("until_id"), int(query.get("since_id", 0))
        found = [post for post in reversed(self.posts) if wanted(post) and int(post["id"]) > since and post["id"] not in self.deleted]
        found = [post for post in found if before is None or int(post["id"]) < int(before)]
        shown, rest = found[:size], found[size:]
        meta: dict[str, Any] = {"result_count": len(shown)}
        if shown:
            meta |= {"newest_id": shown[0]["id"], "oldest_id": shown[-1]["id"]}
        if rest:
            meta["next_token"] = shown[-1]["id"]
        answer: dict[str, Any] = {"meta": meta}
        if shown:
            answer |= {"data": [visible(post, query) for post in shown], "includes": expanded(self, shown, query)}
        return answer | ({"errors": self.errors} if self.errors else {})

    def _create(self, request: web.Request, body: Mapping[str, Any]) -> dict[str, Any]:
        text, to = str(body.get("text", "")), str(body.get("reply", {}).get("in_reply_to_tweet_id", ""))
        if not text or len(text) > TEXT_LIMIT:
            raise Refusal(400, "Invalid Request", "Your Tweet text is too long.")
        if any(post["author_id"] == self.user_id and post["text"] == text for post in self.posts):
            raise Refusal(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        if to and (to in self.deleted or all(post["id"] != to for post in self.posts)):
            raise Refusal(403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you.")
        number = self.answer(self.user_id, text, to) if to else self.post(self.user_id, text)
        return {"data": {"id": number, "text": text}}

    async def _file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["key"])
        return web.Response(status=404) if content is None else web.Response(body=content, content_type="image/jpeg")

    def _post(self, number: str) -> dict[str, Any]:
        return next(post for post in self.posts if post["id"] == number)

    def _next(self) -> str:
        """An id whose upper bits are the time: https://docs.x.com/fundamentals/x-ids"""
        wanted = (int(self._clock().timestamp() * 1000) - EPOCH_MILLISECONDS) << 22
        self._last = max(wanted, self._last + 1)
        return str(self._last)
