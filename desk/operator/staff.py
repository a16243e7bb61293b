"""Who works here: the admin adds people, changes roles, resets and disables. Each change is written into the trail."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from aiohttp import web
from sqlalchemy import Connection

from desk.context import desk_of
from desk.operator.access import operator_of
from desk.operator.view import shown
from desk.pages import words
from store import audit, operators, sessions
from store.operators import OperatorRefused, Role

log = structlog.get_logger()


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request)


async def add(request: web.Request) -> web.StreamResponse:
    """A new person; the one-time link is on the page that answers, and nowhere else."""
    desk, form = desk_of(request), await request.post()
    name, full_name = (str(form.get(field, ""))[:100] for field in ("name", "full_name"))
    role, agency = _role(request, str(form.get("role", "")), str(form.get("agency", "")))
    token, now = secrets.token_urlsafe(24), desk.clock()

    def change(connection: Connection) -> None:
        digest = operators.digest(token)
        operators.add(connection, name=name, full_name=full_name, role=role, agency=agency, now=now, token_sha256=digest)

    typed = {"name": name, "full_name": full_name, "role": str(role), "agency": agency or ""}
    return await _changed(request, "user_add", name, change, token, typed)


async def change(request: web.Request) -> web.StreamResponse:
    """role, reset, disable or sign out, as the button says."""
    desk, form = desk_of(request), await request.post()
    name, act = request.match_info["name"], str(form.get("act", ""))
    token, now = secrets.token_urlsafe(24), desk.clock()
    if act == "role":
        role, agency = _role(request, str(form.get("role", "")), str(form.get("agency", "")))
        return await _changed(request, "user_role", name, lambda c: operators.give_role(c, name=name, role=role, agency=agency))
    if act == "reset":
        digest = operators.digest(token)
        return await _changed(request, "user_reset", name, lambda c: operators.reset(c, name=name, now=now, token_sha256=digest), token)
    if act == "disable":
        return await _changed(request, "user_disable", name, lambda c: operators.disable(c, name=name))
    if act == "sign_out":
        return await _changed(request, "user_sign_out", name, lambda c: _sign_out(c, name))
    raise web.HTTPBadRequest


def _sign_out(connection: Connection, name: str) -> None:
    sessions.end_others(connection, operators.id_of(connection, name))


def _role(request: web.Request, role: str, agency: str) -> tuple[Role, str | None]:
    """Only an agency account keeps its agency; another role has none, whatever the form's other field says."""
    if role not in set(Role) or (agency and agency not in desk_of(request).profile.agencies):
        raise web.HTTPBadRequest
    return Role(role), (agency or None) if role == Role.AGENCY else None


async def _changed(
    request: web.Request,
    action: str,
    name: str,
    change: Callable[[Connection], object],
    token: str | None = None,
    typed: dict[str, str] | None = None,
) -> web.Response:
    desk, me = desk_of(request), operator_of(request)
    now = desk.clock()

    def write(connection: Connection) -> None:
        change(connection)
        audit.record(connection, at=now, operator=me.name, action=action, detail=name.strip().lower())

    try:
        await desk.db.write(write)
    except OperatorRefused as error:
        return await _page(request, refused=words(request)(str(error)), typed=typed, status=409)
    log.info("desk.people_changed", operator=me.name)
    return await _page(request, link=f"{desk.public_url}/desk/siapkan/{token}" if token else None, about=name.strip().lower())


async def _page(
    request: web.Request,
    *,
    refused: str | None = None,
    link: str | None = None,
    about: str | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    people = await desk_of(request).db.read(operators.listed)
    context = {"people": people, "refused": refused, "link": link, "about": about, "typed": typed or {}, "roles": list(Role)}
    return await shown(request, "operator/staff.html", context, status=status)
