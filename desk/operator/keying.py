"""API keys: the admin makes one for each system that asks or hands over, and switches it off. Each change is written into the trail."""

from __future__ import annotations

import secrets

import structlog
from aiohttp import web
from sqlalchemy import Connection

from desk.context import desk_of
from desk.operator.access import operator_of
from desk.operator.labels import N_
from desk.operator.view import shown
from desk.pages import words
from store import audit, operators
from store.operators import OperatorRefused

LONGEST = 60
SCOPES = {
    "api": N_("API JSON: melihat dan mengubah"),
    "api:read": N_("API JSON: hanya melihat"),
    "api:write": N_("API JSON: hanya mengubah dan mengirim"),
    "api:webhooks": N_("API JSON: mendaftarkan webhook"),
    "open311": N_("Open311: mengirim laporan"),
}
"""What a key opens, for people."""
_NAMELESS = N_("Tulis nama sistem yang memakai kunci ini.")
log = structlog.get_logger()


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request)


async def add(request: web.Request) -> web.StreamResponse:
    """A new key; it is on the page that answers, and nowhere else: only its hash is kept."""
    desk, me, form = desk_of(request), operator_of(request), await request.post()
    name, scope = str(form.get("name", "")).strip()[:LONGEST], str(form.get("scope", ""))
    typed = {"name": name, "scope": scope}
    if not name:
        return await _page(request, refused=words(request)(_NAMELESS), typed=typed, status=422)
    key, now = secrets.token_urlsafe(32), desk.clock()

    def write(connection: Connection) -> None:
        row = operators.add_key(connection, name=name, scope=scope, key_sha256=operators.digest(key), now=now)
        audit.record(connection, at=now, operator=me.name, action="key_add", detail=f"{row} {name} ({scope})")

    try:
        await desk.db.write(write)
    except OperatorRefused:
        raise web.HTTPBadRequest from None
    log.info("desk.key_added", operator=me.name)
    return await _page(request, key=key, about=name)


async def disable(request: web.Request) -> web.StreamResponse:
    """From the next call on the key opens nothing."""
    desk, me, row = desk_of(request), operator_of(request), int(request.match_info["row"])
    now = desk.clock()
    found = next((one for one in await desk.db.read(operators.keys_listed) if one.id == row), None)
    if found is None:
        raise web.HTTPNotFound

    def write(connection: Connection) -> None:
        operators.disable_key(connection, row)
        audit.record(connection, at=now, operator=me.name, action="key_disable", detail=f"{row} {found.name} ({found.scope})")

    if not found.disabled:
        await desk.db.write(write)
        log.info("desk.key_disabled", operator=me.name)
    return await _page(request, about=found.name)


async def _page(
    request: web.Request,
    *,
    refused: str | None = None,
    key: str | None = None,
    about: str | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    known = await desk_of(request).db.read(operators.keys_listed)
    context = {"keys": known, "scopes": SCOPES, "refused": refused, "key": key, "about": about, "typed": typed or {}}
    answer = await shown(request, "operator/keys.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
