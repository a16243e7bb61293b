"""One's own account: password, second factor, and where one is signed in."""

from __future__ import annotations

import structlog
from aiohttp import web
from sqlalchemy import Connection

from desk.context import desk_of
from desk.operator import second_factor
from desk.operator.access import operator_of
from desk.operator.devices import device
from desk.operator.login import ATTEMPTS, PASSWORDS
from desk.operator.passwords import weakness
from desk.operator.sessions import COOKIE
from desk.operator.view import go, shown
from desk.pages import words
from desk.visitor import address_of
from store import audit, operators, sessions
from store import second_factor as kept
from store.people import OperatorRow

HERE = "/desk/akun"
BEGINNING = 16
"""Characters of a session's hash that name it in a form."""
log = structlog.get_logger()


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request)


async def password(request: web.Request) -> web.StreamResponse:
    """A new password, proved by the old one; every other session of this person ends."""
    desk, form, _ = desk_of(request), await request.post(), words(request)
    old, new, again = (str(form.get(field, ""))[:1000] for field in ("old", "password", "again"))
    row = await _proved(request, old)
    if row is None:
        return await _page(request, refused=_("Kata sandi lama tidak cocok. Coba lagi sebentar."), status=401)
    weak = weakness(new, again, row.name)
    if weak:
        return await _page(request, refused=_(weak), status=422)
    hashed, operator_id, mine, now = await request.app[PASSWORDS].hashed(new), row.id or 0, _mine(request), desk.clock()

    def write(connection: Connection) -> None:
        operators.change_password(connection, operator_id, password=hashed, but_session=mine)
        audit.record(connection, at=now, operator=row.name, action="password")

    await desk.db.write(write)
    return await go(request, HERE, _("Kata sandi diganti. Perangkat lain sudah dikeluarkan."))


async def begin(request: web.Request) -> web.StreamResponse:
    """A fresh secret to scan; it counts once a code of it was typed."""
    return await _offer(request, second_factor.new_secret())


async def fit(request: web.Request) -> web.StreamResponse:
    """A code proves that the app has the secret; the recovery codes are shown this once."""
    desk, form, _ = desk_of(request), await request.post(), words(request)
    secret = second_factor.opened(desk.secret, str(form.get("sealed", ""))[:1000].encode())
    if secret is None:
        raise web.HTTPBadRequest
    now = desk.clock()
    step = second_factor.step_of(secret, str(form.get("code", ""))[:40], now)
    if step is None:
        return await _offer(request, secret, refused=_("Kodenya tidak cocok. Periksa jam ponsel Anda, lalu ketik kode yang sedang tampil."))
    codes, me = second_factor.new_codes(), operator_of(request)
    digests = [operators.digest(second_factor.plain_code(code)) for code in codes]
    seal = second_factor.sealed(desk.secret, secret)

    def write(connection: Connection) -> None:
        kept.fit(connection, me.id, sealed=seal, step=step, codes_sha256=digests)
        audit.record(connection, at=now, operator=me.name, action="second_factor_on")

    await desk.db.write(write)
    log.info("desk.second_factor_on", operator=me.name)
    return await _page(request, codes=codes)


async def remove(request: web.Request) -> web.StreamResponse:
    """Without a second factor again, proved by the password."""
    desk, form, _ = desk_of(request), await request.post(), words(request)
    row = await _proved(request, str(form.get("old", ""))[:1000])
    if row is None:
        return await _page(request, refused=_("Kata sandi tidak cocok. Coba lagi sebentar."), status=401)
    operator_id, now = row.id or 0, desk.clock()

    def write(connection: Connection) -> None:
        kept.remove(connection, operator_id)
        audit.record(connection, at=now, operator=row.name, action="second_factor_off")

    await desk.db.write(write)
    return await go(request, HERE, _("Langkah kedua dimatikan."))


async def end(request: web.Request) -> web.StreamResponse:
    """Signs out one other device, or all of them."""
    desk, me, mine, _ = desk_of(request), operator_of(request), _mine(request), words(request)
    which = str((await request.post()).get("session", ""))[:BEGINNING]
    if len(which) == BEGINNING and which != mine[:BEGINNING]:
        await desk.db.write(lambda connection: sessions.end_one(connection, me.id, which))
    elif which == "all":
        await desk.db.write(lambda connection: sessions.end_others(connection, me.id, mine))
    return await go(request, HERE, _("Perangkat itu sudah dikeluarkan."))


async def _proved(request: web.Request, typed: str) -> OperatorRow | None:
    """The row of who is signed in, when this is their password; tries are counted as at sign-in."""
    desk, me = desk_of(request), operator_of(request)
    if not request.app[ATTEMPTS].allowed(address_of(request, desk.settings.http.trusted_proxies), me.name):
        return None
    row = await desk.db.read(lambda session: operators.named(session, me.name))
    right = await request.app[PASSWORDS].matches(row.password if row else None, typed)
    return row if right else None


def _mine(request: web.Request) -> str:
    return operators.digest(request.cookies.get(COOKIE, ""))


async def _offer(request: web.Request, secret: str, *, refused: str | None = None) -> web.Response:
    import segno  # two pages of the whole desk need it

    desk, me = desk_of(request), operator_of(request)
    code = segno.make(second_factor.address(secret, me.name, f"Satu Pintu {desk.profile.name}"), error="m")
    offer = {
        "sealed": second_factor.sealed(desk.secret, secret).decode(),
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "picture": code.svg_data_uri(scale=4, border=2),
    }
    return await _page(request, offer=offer, refused=refused, status=422 if refused else 200)


async def _page(
    request: web.Request,
    *,
    refused: str | None = None,
    offer: dict[str, str] | None = None,
    codes: list[str] | None = None,
    status: int = 200,
) -> web.Response:
    desk, me, now = desk_of(request), operator_of(request), desk_of(request).clock()
    context = {
        "refused": refused,
        "offer": offer,
        "codes": codes,
        "guarded": me.guarded or codes is not None,
        "left": await desk.db.read(lambda session: kept.codes_left(session, me.id)),
        "sessions": await desk.db.read(lambda session: sessions.listed(session, me.id, now)),
        "mine": _mine(request),
        "device": device,
        "beginning": BEGINNING,
    }
    return await shown(request, "operator/account.html", context, status=status)
