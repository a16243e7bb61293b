"""Signing in, signing out, and the one-time link with which an operator chooses name and password."""

from __future__ import annotations

import structlog
from aiohttp import web
from aiohttp_session import get_session, new_session

from desk.context import desk_of
from desk.operator import second_factor
from desk.operator.passwords import Attempts, Passwords, weakness
from desk.operator.sessions import OPERATOR, OPERATOR_ID, end_at_cookie
from desk.operator.view import go, shown
from desk.visitor import address_of
from store import operators
from store import second_factor as kept_factor
from store.operators import Operator, OperatorRefused
from store.people import OperatorRow

PASSWORDS = web.AppKey("passwords", Passwords)
ATTEMPTS = web.AppKey("attempts", Attempts)
HOME = "/desk/"
log = structlog.get_logger()


async def ask(request: web.Request) -> web.StreamResponse:
    if OPERATOR in request:
        return await go(request, HOME)
    return await shown(request, "operator/login.html", {"refused": None, "name": "", "next": _local(request.query.get("next", ""))})


async def sign_in(request: web.Request) -> web.StreamResponse:
    desk, form = desk_of(request), await request.post()
    name, password, onward = (str(form.get(field, "")) for field in ("name", "password", "next"))
    context = {"refused": "wrong", "name": name[:40], "next": _local(onward)}
    if not request.app[ATTEMPTS].allowed(address_of(request, desk.settings.http.trusted_proxies), name.strip().lower()):
        return await shown(request, "operator/login.html", {**context, "refused": "often"}, status=429)
    row = await desk.db.read(lambda session: operators.named(session, name))
    kept = row.password if row is not None and not row.disabled else None
    right = await request.app[PASSWORDS].matches(kept, password[:1000])
    if row is None or row.id is None or not right:
        log.info("desk.sign_in_refused")
        return await shown(request, "operator/login.html", context, status=401)
    if row.second_factor is not None:
        ticket = second_factor.ticket(desk.secret, row.id, row.password or "", desk.clock())
        return await shown(request, "operator/second.html", {"refused": None, "ticket": ticket, "next": _local(onward)})
    return await _welcome(request, row, onward)


async def second(request: web.Request) -> web.StreamResponse:
    """The second step: a code of the authenticator app, or one of the recovery codes. Each opens once."""
    desk, form = desk_of(request), await request.post()
    ticket, typed, onward = (str(form.get(field, ""))[:1000] for field in ("ticket", "code", "next"))
    row = await _bearer(request, ticket)
    if row is None:
        return await shown(request, "operator/login.html", {"refused": "late", "name": "", "next": _local(onward)}, status=401)
    context = {"refused": "wrong", "ticket": ticket, "next": _local(onward)}
    if not request.app[ATTEMPTS].allowed(address_of(request, desk.settings.http.trusted_proxies), f"code {row.name}"):
        return await shown(request, "operator/second.html", {**context, "refused": "often"}, status=429)
    if not await _spent(request, row, typed):
        log.info("desk.second_factor_refused", operator=row.name)
        return await shown(request, "operator/second.html", context, status=401)
    return await _welcome(request, row, onward)


async def _bearer(request: web.Request, ticket: str) -> OperatorRow | None:
    """Whose ticket it is, as long as their password is still the one that was typed."""
    desk = desk_of(request)
    known = second_factor.bearer(desk.secret, ticket, desk.clock())
    if known is None:
        return None
    row = await desk.db.read(lambda session: session.get(OperatorRow, known[0]))
    return row if row is not None and not row.disabled and row.password == known[1] else None


async def _spent(request: web.Request, row: OperatorRow, typed: str) -> bool:
    desk, operator_id = desk_of(request), row.id or 0
    secret = second_factor.opened(desk.secret, row.second_factor or b"")
    step = second_factor.step_of(secret, typed, desk.clock()) if secret else None
    if step is not None:
        return await desk.db.write(lambda connection: kept_factor.spend_step(connection, operator_id, step))
    code = operators.digest(second_factor.plain_code(typed))
    return await desk.db.write(lambda connection: kept_factor.spend_code(connection, operator_id, code))


async def _welcome(request: web.Request, row: OperatorRow, onward: str) -> web.StreamResponse:
    request.app[ATTEMPTS].forget(row.name)
    await _begin(request, row.id or 0)
    log.info("desk.signed_in", operator=row.name)
    return await go(request, _local(onward))


async def sign_out(request: web.Request) -> web.StreamResponse:
    session = await get_session(request)
    session.invalidate()
    return await go(request, "/desk/login")


async def welcome(request: web.Request) -> web.StreamResponse:
    """The page behind a set-up link."""
    found = await _invited(request)
    context = {"invited": found, "refused": None, "name": found.name if found else "", "full_name": found.full_name if found else ""}
    return await shown(request, "operator/setup.html", context, status=200 if found else 410)


async def choose(request: web.Request) -> web.StreamResponse:
    """Uses a set-up link, once, and signs in."""
    desk, form = desk_of(request), await request.post()
    name, full_name, password, again = (str(form.get(field, "")) for field in ("name", "full_name", "password", "again"))
    found = await _invited(request)
    context = {"invited": found, "name": name[:40], "full_name": full_name[:100]}
    weak = weakness(password, again, name) if found else None
    if found is None or weak:
        return await shown(request, "operator/setup.html", {**context, "refused": weak}, status=422 if found else 410)
    kept, digest, now = await request.app[PASSWORDS].hashed(password), operators.digest(request.match_info["token"]), desk.clock()
    try:
        operator = await desk.db.write(
            lambda connection: operators.finish_setup(
                connection, token_sha256=digest, name=name, full_name=full_name[:100], password=kept, now=now
            )
        )
    except OperatorRefused as error:
        return await shown(request, "operator/setup.html", {**context, "refused": str(error)}, status=422)
    await _begin(request, operator.id)
    log.info("desk.operator_ready", operator=operator.name)
    return await go(request, HOME)


async def _invited(request: web.Request) -> Operator | None:
    desk, digest = desk_of(request), operators.digest(request.match_info["token"])
    now = desk.clock()
    return await desk.db.read(lambda session: operators.setup_for(session, digest, now))


async def _begin(request: web.Request, operator_id: int) -> None:
    """A fresh session with a fresh token; whatever the browser brought along ends."""
    await end_at_cookie(request, desk_of(request))
    session = await new_session(request)
    session[OPERATOR_ID] = operator_id


def _local(path: str) -> str:
    """Only ever back to a page of the desk: never to another site, however it is written."""
    plain = path.startswith("/desk/") and "\\" not in path and path.isprintable() and not path.startswith("/desk/log")
    return path if plain else HOME
