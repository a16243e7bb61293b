"""What every citizen may open: home with the chat, a plain form for browsers without JavaScript, tracking, the privacy notice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import wraps
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from aiohttp import web
from aiohttp.typedefs import Handler

from connectors.errors import StoreAway
from connectors.webchat import wire
from desk.chat import LIMITS, account_of, before_reading, take
from desk.context import desk_of
from desk.pages import ASSETS, language_of, render
from desk.stream import conversation_of, reply
from desk.track import Case, look_up
from desk.upload import FILE_BYTES
from desk.visitor import Limits, address_of, new_visitor, remember, visitor_of
from normalizer.tracking import ALPHABET, check_character, printed, stored
from store.talk import answers, by_key

WRITTEN = 60
"""Characters of a number as typed; nobody needs more."""
_COLOR = re.compile(r"[0-9A-Fa-f]{6}")
LATER = 2
"""Seconds after which the page without JavaScript looks for the number again."""


async def home(request: web.Request) -> web.Response:
    """GET /. The chat's session begins here, so that a message sent twice is one message from the very first."""
    visitor = visitor_of(request)
    response = render(request, "public/home.html", _chat_words(request))
    if visitor is None and account_of(desk_of(request)):
        remember(response, new_visitor(), desk_of(request))
    return response


async def frame(request: web.Request) -> web.Response:
    """GET /chat/frame: the chat alone, for the city's own site, in its look (`theme`, `color`).

    Where the browser sends no cookie the page carries a fresh token.
    """
    visitor, color = visitor_of(request), request.query.get("color", "")
    given = {"theme": request.query.get("theme"), "color": color.lower() if _COLOR.fullmatch(color) else None}
    return render(request, "public/frame.html", {**_chat_words(request), **given, "token": "" if visitor else new_visitor().token})


async def widget(request: web.Request) -> web.Response:
    """GET /chat/widget.js: a button and the frame, by one script tag."""
    return request.config_dict[ASSETS].answer(request, "widget.js")


def _chat_words(request: web.Request) -> Mapping[str, Any]:
    desk = desk_of(request)
    return {
        "chat": account_of(desk) is not None,
        "greeting": desk.profile.text("greeting", language_of(request)),
        "message_id": uuid4().hex,
        "text_limit": wire.TEXT_LIMIT,
        "file_limit": wire.FILE_LIMIT,
        "file_bytes": FILE_BYTES,
        "example": example(desk.profile.prefix),
    }


def example(prefix: str) -> str:
    """A number that looks right and is nobody's: its check character is wrong."""
    symbols = "ABCD123"
    wrong = ALPHABET[(ALPHABET.index(check_character(symbols)) + 1) % len(ALPHABET)]
    return printed(prefix + symbols + wrong)


async def submit(request: web.Request) -> web.StreamResponse:
    """POST /kirim: the form of a browser without JavaScript. Answers with a page of its own, which shows the number."""
    visitor = visitor_of(request) or new_visitor()
    refused = before_reading(request, visitor)
    taken = refused if refused is not None else await take(request, visitor)
    if isinstance(taken, web.Response):
        answer = render(request, "public/not_taken.html", {"status": taken.status, **_chat_words(request)}, status=taken.status)
        if "Retry-After" in taken.headers:
            answer.headers["Retry-After"] = taken.headers["Retry-After"]
        return answer
    redirect = web.HTTPSeeOther(f"/kirim/{taken.id}")
    remember(redirect, visitor, desk_of(request))
    return redirect


async def submitted(request: web.Request) -> web.Response:
    """GET /kirim/{id}: a message of this very browser, its number and what was answered; reloads by itself until the number is there."""
    desk, visitor = desk_of(request), visitor_of(request)
    if visitor is None:
        raise web.HTTPNotFound
    talk = conversation_of(desk, visitor)
    key = wire.external_id(visitor.session, request.match_info["id"])
    found, replies = await desk.db.read(lambda session: (by_key(session, talk, key), answers(session, talk)))
    if found is None:
        raise web.HTTPNotFound
    context = {
        "number": printed(found.number) if found.number else None,
        "again": None if found.settled else LATER,
        "replies": [reply(one, desk.profile.prefix) for one in replies if one.at >= found.at],
    }
    return render(request, "public/taken.html", context)


async def track_form(request: web.Request) -> web.StreamResponse:
    """GET /lacak, and GET /lacak?nomor=… from its form."""
    written = request.query.get("nomor", "").strip()[:WRITTEN]
    if written:
        number = stored(desk_of(request).profile.prefix, written)
        return web.HTTPSeeOther(f"/lacak/{quote(printed(number) if number else written, safe='')}")
    return _track_page(request)


async def track(request: web.Request) -> web.StreamResponse:
    """GET /lacak/{number}: the way of a complaint by the names of its states, without a word of what it says."""
    desk, limits = desk_of(request), request.config_dict[LIMITS]
    address = address_of(request, desk.settings.http.trusted_proxies)
    if limits.full(Limits.FAILED_LOOKUPS, "lookup", address):
        response = _track_page(request, trouble="pace", status=429)
        response.headers["Retry-After"] = str(limits.wait(Limits.FAILED_LOOKUPS, "lookup", address, desk.clock().timestamp()))
        return response
    written = request.match_info["number"][:WRITTEN]
    number = stored(desk.profile.prefix, written)
    case = await look_up(desk, number, language_of(request)) if number else None
    if case is None:
        limits.hit(Limits.FAILED_LOOKUPS, "lookup", address)
        return _track_page(request, written=written, trouble="unknown" if number else "typo", status=404)
    return _track_page(request, written=case.number, case=case)


def _track_page(
    request: web.Request, *, written: str = "", case: Case | None = None, trouble: str | None = None, status: int = 200
) -> web.Response:
    given = {"written": written, "case": case, "trouble": trouble, "example": example(desk_of(request).profile.prefix)}
    response = render(request, "public/track.html", given, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


async def privacy(request: web.Request) -> web.Response:
    """GET /privasi."""
    return render(request, "public/privacy.html")


def friendly(handler: Handler) -> Handler:
    """The same handler with a page for people instead of a bare status, wherever a browser asked for a page.

    Not a middleware: the platforms' hooks are on the same application, come in bursts, and shall not pay for it.
    """

    @wraps(handler)
    async def kind(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPNotFound, StoreAway) as error:
            return _trouble(request, error)

    return kind


async def nowhere(request: web.Request) -> web.StreamResponse:
    """Any other address."""
    raise web.HTTPNotFound


def _trouble(request: web.Request, error: web.HTTPNotFound | StoreAway) -> web.Response:
    status = 503 if isinstance(error, StoreAway) else 404
    if "text/html" in request.headers.get("Accept", ""):
        return render(request, "public/trouble.html", {"status": status}, status=status)
    if isinstance(error, web.HTTPNotFound):
        raise error
    return web.json_response({"error": "store"}, status=503, headers={"Retry-After": "5"})
