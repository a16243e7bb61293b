"""Operators' browser sessions in our own table. The cookie holds a random token, the table only its hash.

A session ends twelve hours after its last use. Nothing is stored for people who are not signed in.
"""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from typing import Any, cast

from aiohttp import web
from aiohttp_session import AbstractStorage, Session, SessionData

from desk.context import Desk
from store import operators, sessions
from store.operators import Operator
from store.sessions import Signed

COOKIE = "desk_session"
IDLE = timedelta(hours=12)
_RENEW = timedelta(minutes=10)
"""The end of a session moves at most this often: not every click is a write."""

OPERATOR = web.RequestKey("operator", Operator)
OPERATOR_ID = "operator_id"


class TableStorage(AbstractStorage):
    """aiohttp-session's storage over `store.operators`. Sets `request[OPERATOR]` when somebody is signed in."""

    def __init__(self, desk: Desk) -> None:
        secure = desk.public_url.startswith("https://")
        super().__init__(cookie_name=COOKIE, path="/desk", secure=secure, httponly=True, samesite="Lax")
        self._desk = desk

    async def load_session(self, request: web.Request) -> Session:
        token = self.load_cookie(request)
        if not token:
            return _nobody()
        now, digest = self._desk.clock(), operators.digest(token)
        signed: Signed | None = await self._desk.db.read(lambda session: sessions.signed(session, digest, now))
        if signed is None or signed.operator is None:
            return _nobody()
        request[OPERATOR] = signed.operator
        if signed.expires_at - now < IDLE - _RENEW:
            await self._desk.db.write(lambda connection: sessions.keep(connection, digest, expires_at=now + IDLE))
        return Session(token, data=_as_kept(signed.content), new=False)

    async def save_session(self, request: web.Request, response: web.StreamResponse, session: Session) -> None:
        if session.empty:
            await self._end(session)
            self.save_cookie(response, "")
        elif session.identity is None:
            self.save_cookie(response, await self._open(session, request.headers.get("User-Agent", "")))
        else:
            content, digest, ends = dict(session), operators.digest(str(session.identity)), self._desk.clock() + IDLE
            await self._desk.db.write(lambda connection: sessions.keep(connection, digest, expires_at=ends, content=content))

    async def _open(self, session: Session, browser: str) -> str:
        token, now = secrets.token_urlsafe(32), self._desk.clock()
        content, digest, ends = dict(session), operators.digest(token), now + IDLE
        operator_id = int(content[OPERATOR_ID])
        await self._desk.db.write(
            lambda connection: sessions.begin(
                connection, digest, operator_id=operator_id, content=content, expires_at=ends, now=now, browser=browser
            )
        )
        return token

    async def _end(self, session: Session) -> None:
        if session.identity is not None:
            digest = operators.digest(str(session.identity))
            await self._desk.db.write(lambda connection: sessions.end(connection, digest))


async def end_at_cookie(request: web.Request, desk: Desk) -> None:
    """Ends the session that a browser brings along before another one begins."""
    token = request.cookies.get(COOKIE)
    if token:
        digest = operators.digest(token)
        await desk.db.write(lambda connection: sessions.end(connection, digest))


def _nobody() -> Session:
    return Session(None, data=None, new=True)


def _as_kept(content: Any) -> SessionData:
    return cast(SessionData, {"created": int(time.time()), "session": dict(content)})
