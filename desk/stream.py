"""What a browser reads of its own talk: the history, the files it sent, and an event stream that says what is new.

Events: a reply (its id is the event id, so a browser resumes with Last-Event-ID), and `state` (no id): one of the browser's own messages
was dealt with, perhaps with a tracking number. The bell only wakes; every look goes into the store, so any node serves any browser.
The one thing that is told and not stored is `typing` (no id, {}): an operator is writing at this moment.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson
from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response
from sqlmodel import Session

from connectors.errors import StoreAway
from connectors.webchat import wire
from desk.chat import account_of, refuse
from desk.context import Desk, desk_of
from desk.visitor import Visitor, address_of, visitor_of
from normalizer.tracking import printed, stored
from store.bell import heard
from store.talk import Answer, Progress, Word, answers, file_of, progress, words

LOOK_AGAIN = 30.0
"""Seconds after which a stream looks without having heard the bell."""
PING = 15.0
STREAMS_BY_SESSION = 6
STREAMS_BY_ADDRESS = 500
"""Many citizens share one address behind a mobile carrier."""
STREAMS = 5000
_SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


class Streams:
    """The event streams that are open, so that there are not too many and stopping the hub ends them at once."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Task[Any], tuple[str, str]] = {}

    def enter(self, session: str, address: str = "") -> bool:
        """False when the hub or this address has enough of them. A session with too many loses its oldest: most likely a page long left."""
        task = asyncio.current_task()
        crowd = sum(1 for _, other in self._open.values() if address and other == address)
        if task is None or len(self._open) >= STREAMS or crowd >= STREAMS_BY_ADDRESS:
            return False
        of_session = [each for each, (owner, _) in self._open.items() if owner == session]
        for oldest in of_session[: max(0, len(of_session) + 1 - STREAMS_BY_SESSION)]:
            oldest.cancel()
        self._open[task] = (session, address)
        return True

    def leave(self) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.pop(task, None)

    async def stop(self, _: web.Application) -> None:
        for task in list(self._open):
            task.cancel()


OPEN_STREAMS = web.AppKey("streams", Streams)


def conversation_of(desk: Desk, visitor: Visitor) -> str:
    return wire.conversation(account_of(desk) or "", visitor.session)


async def history(request: web.Request) -> web.Response:
    """GET /chat/history: {"messages": […]} of this session, oldest first. A browser without a session has none."""
    desk, visitor = desk_of(request), visitor_of(request)
    if visitor is None:
        return web.json_response({"messages": []}, headers={"Cache-Control": "no-store"})
    talk = conversation_of(desk, visitor)
    try:
        mine, ours = await desk.db.read(lambda session: (words(session, talk), answers(session, talk)))
    except StoreAway:
        return refuse(503, "store", wait=5)
    dated = [(one.at, 0, own(one)) for one in mine] + [(one.at, 1, reply(one, desk.profile.prefix)) for one in ours]
    dated.sort(key=lambda entry: entry[:2])
    body = orjson.dumps({"messages": [shown for _, _, shown in dated]})
    return web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-store"})


def own(one: Word) -> Mapping[str, Any]:
    """A message of the citizen as the page shows it. `state`: taken (safe with us) or settled (dealt with)."""
    inbound = one.inbound
    place = inbound.place if inbound else None
    return {
        "from": "me",
        "id": inbound.message_id if inbound else one.external_id,
        "at": one.at.isoformat(),
        "text": inbound.text if inbound else "",
        "files": [
            {"name": each.filename, "type": each.media_type, "size": each.size, "url": f"/chat/files/{each.sha256}"}
            for each in (inbound.attachments if inbound else ())
        ],
        "place": {"lat": place.lat, "lon": place.lon} if place else None,
        **_progress(one),
    }


def _progress(one: Progress) -> Mapping[str, Any]:
    return {"state": "settled" if one.settled else "taken", "tracking_number": printed(one.number) if one.number else None}


def reply(one: Answer, prefix: str) -> Mapping[str, Any]:
    payload = one.payload
    number = stored(prefix, str(payload.get("tracking_number") or ""))
    return {
        "from": "us",
        "id": one.id,
        "at": one.at.isoformat(),
        "text": payload.get("text", ""),
        "buttons": payload.get("buttons") or [],
        "tracking_number": printed(number) if number else None,
        "automatic": payload.get("automatic", True),
    }


async def files(request: web.Request) -> web.StreamResponse:
    """GET /chat/files/{sha256}: a file that this very session sent; 404 for any other."""
    desk, visitor = desk_of(request), visitor_of(request)
    sha256 = request.match_info["sha256"]
    if visitor is None:
        raise web.HTTPNotFound
    talk = conversation_of(desk, visitor)
    found = await desk.db.read(lambda session: file_of(session, talk, sha256))
    path = desk.blobs.path(sha256)
    if found is None or not await asyncio.to_thread(path.exists):
        raise web.HTTPNotFound
    media_type, name = found
    inline = media_type in _SHOWN_INLINE
    return web.FileResponse(
        path,
        headers={
            "Content-Type": media_type if inline else "application/octet-stream",
            "Content-Disposition": f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name)}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, max-age=86400",
        },
    )


async def events(request: web.Request) -> web.StreamResponse:
    """GET /chat/events."""
    desk, visitor, streams = desk_of(request), visitor_of(request), request.config_dict[OPEN_STREAMS]
    if visitor is None:
        return refuse(401, "session")
    after = _after(request)
    if not streams.enter(visitor.session, address_of(request, desk.settings.http.trusted_proxies)):
        return refuse(429, "streams", wait=30)
    try:
        async with sse_response(request, ping_interval=PING, sep="\n") as response:
            await _tell_all(response, desk, conversation_of(desk, visitor), after)
    except (ConnectionError, TimeoutError):
        pass
    finally:
        streams.leave()
    return response


def _after(request: web.Request) -> int:
    """Where the browser stands; a fresh one starts at the beginning of its talk."""
    given = request.headers.get("Last-Event-ID") or request.query.get("last_event_id") or "0"
    if not given.isdecimal() or len(given) > 18:
        raise web.HTTPBadRequest(text='{"error":"last_event_id"}', content_type="application/json")
    return int(given)


async def _tell_all(response: EventSourceResponse, desk: Desk, talk: str, after: int) -> None:
    typing = asyncio.create_task(_tell_typing(response, desk, talk))
    try:
        await _tell(response, desk, talk, after)
    finally:
        typing.cancel()


async def _tell_typing(response: EventSourceResponse, desk: Desk, talk: str) -> None:
    """Until it is cancelled or the browser leaves. A browser that was away meanwhile has missed nothing worth telling."""
    with contextlib.suppress(ConnectionError), desk.bell.listening(f"typing:{talk}") as event:
        while await event.wait():
            event.clear()
            await response.send("{}", event="typing")


async def _tell(response: EventSourceResponse, desk: Desk, talk: str, after: int) -> None:
    """Until the browser leaves. The look starts at `after` each time, because ids of many nodes need not commit in order."""
    told: set[int | str] = set()

    def look(session: Session) -> tuple[Sequence[Answer], Sequence[Progress]]:
        return answers(session, talk, after), progress(session, talk)

    with desk.bell.listening(f"talk:{talk}") as event:
        while response.is_connected():
            with contextlib.suppress(StoreAway):
                ours, mine = await desk.db.read(look)
                await _send_new(response, desk, ours, mine, told)
            await heard(event, LOOK_AGAIN)


async def _send_new(
    response: EventSourceResponse, desk: Desk, ours: Sequence[Answer], mine: Sequence[Progress], told: set[int | str]
) -> None:
    """The own message's state before the answer to it: the page then has the number when it shows the words."""
    for one in mine:
        if one.settled and one.external_id not in told:
            told.add(one.external_id)
            content = {"id": one.external_id.partition(":")[2], **_progress(one)}
            await response.send(orjson.dumps(content).decode(), event="state")
    for answer in ours:
        if answer.id not in told:
            told.add(answer.id)
            await response.send(orjson.dumps(reply(answer, desk.profile.prefix)).decode(), id=str(answer.id))
