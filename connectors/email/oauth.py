"""OAuth 2 for mailboxes that take no passwords (Gmail, Microsoft 365): an access token whenever one is needed, from a refresh token.

A refresh token that the provider replaces is kept in the vault before anything is done with the new one; a refresh under way is finished
whatever happens around it. The token of the settings counts again as soon as an operator has put another one there.
https://developers.google.com/identity/protocols/oauth2/native-app#offline, https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from connectors.email.settings import OAuth
from connectors.errors import ConnectorError, CredentialRefused, StoreAway, Throttled, Unreachable
from connectors.vault import Vault

EARLY = timedelta(minutes=5)
"""An access token is replaced this long before it ends: a login must not race with the clock."""
YOUNG = timedelta(seconds=60)
"""A token that is refused at this age is not stale: it will be refused again."""
USUAL_SECONDS = 3600
PAUSE_SECONDS = 60.0
ANSWER_BYTES = 65_536


class Access:
    """One account's way to access tokens. Belongs to one event loop."""

    def __init__(self, account: str, settings: OAuth, clock: Callable[[], datetime], timeout: float) -> None:
        self._account, self._settings, self._clock, self._timeout = account, settings, clock, timeout
        self._vault: Vault | None = None
        self._refresh: str | None = None
        self._unsaved = False
        self._token: str | None = None
        self._made_at = self._ends_at = clock()
        self._under_way: asyncio.Task[str] | None = None

    def keep_in(self, vault: Vault) -> None:
        self._vault = vault

    async def token(self) -> str:
        """Raises CredentialRefused when the permission was withdrawn, Unreachable, Throttled."""
        if self._token and self._clock() < self._ends_at and not self._unsaved:
            return self._token
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.ensure_future(self._renewed())
        return await asyncio.shield(self._under_way)  # whoever is cancelled here must not lose the token that is on its way

    def stale(self, token: str) -> bool:
        """The server refused this token. True: it was old, and the next `token` is a fresh one."""
        if token != self._token:
            return True
        if self._clock() - self._made_at < YOUNG:
            return False
        self._token = None
        return True

    async def aclose(self) -> None:
        if self._under_way and not self._under_way.done():
            with suppress(ConnectorError, TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._under_way), self._timeout)

    async def _renewed(self) -> str:
        if self._unsaved:
            await self._save()
        if self._token and self._clock() < self._ends_at:
            return self._token
        refresh = self._refresh = self._refresh or await self._kept() or self._given
        answer = await self._ask(refresh)
        if answer.get("error") == "invalid_grant":
            answer = await self._again(refresh)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise _refusal(self._account, answer)
        await self._turned(answer.get("refresh_token"))
        seconds = answer.get("expires_in")
        life = timedelta(seconds=int(seconds) if isinstance(seconds, int | str) and str(seconds).isdigit() else USUAL_SECONDS)
        self._token, self._made_at = token, self._clock()
        self._ends_at = self._made_at + max(life - EARLY, life / 2)
        return token

    async def _again(self, refused: str) -> dict[str, Any]:
        """Another node may have turned the token meanwhile, or an operator put a new one into the settings."""
        answer: dict[str, Any] = {"error": "invalid_grant"}
        for other in (await self._kept(), self._given):
            if other and other != refused:
                answer = await self._ask(other)
                if "access_token" in answer:
                    self._refresh = other
                    return answer
        self._refresh = None
        return answer

    async def _turned(self, fresh: object) -> None:
        if not isinstance(fresh, str) or not fresh or fresh == self._refresh:
            return
        self._refresh, self._unsaved = fresh, True
        await self._save()

    async def _save(self) -> None:
        """A store that is away costs no token: it is saved at the next occasion, and works from memory until then."""
        if self._vault is None:
            self._unsaved = False
            return
        kept = json.dumps({"refresh_token": self._refresh, "of": _mark(self._given)})
        with suppress(StoreAway):
            await self._vault.save(self._name, kept)
            self._unsaved = False

    async def _kept(self) -> str | None:
        """What the vault holds, unless the settings' token is another one since."""
        if self._vault is None:
            return None
        try:
            kept = json.loads(await self._vault.load(self._name) or "{}")
        except (ValueError, StoreAway):
            return None
        if not isinstance(kept, dict) or kept.get("of") != _mark(self._given):
            return None
        found = kept.get("refresh_token")
        return found if isinstance(found, str) else None

    @property
    def _given(self) -> str:
        return self._settings.refresh_token.get_secret_value()

    @property
    def _name(self) -> str:
        return f"oauth:{self._account}"

    async def _ask(self, refresh: str) -> dict[str, Any]:
        """The endpoint's answer; what it refuses is an answer too. Nothing of it may get into an error's text or cause."""
        timeout = aiohttp.ClientTimeout(total=self._timeout)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._settings.endpoint, data=self._settings.form(refresh), allow_redirects=False) as answer,
            ):
                if answer.status == 429:
                    raise _throttled(answer.headers.get("Retry-After", ""))
                content = await answer.content.read(ANSWER_BYTES)
                if answer.status >= 500:
                    raise Unreachable(f"Alamat token OAuth menjawab {answer.status}; dicoba lagi.")
                told = json.loads(content)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Unreachable(f"Alamat token OAuth accounts.{self._account}.oauth tidak dapat dihubungi.") from None
        except ValueError:
            raise Unreachable(f"Jawaban alamat token OAuth accounts.{self._account}.oauth tidak dapat dibaca.") from None
        return told if isinstance(told, dict) else {}


def _mark(token: str) -> str:
    """Tells one token from another without telling it."""
    return hashlib.sha256(f"satu-pintu:{token}".encode()).hexdigest()[:16]


def _throttled(after: str) -> Throttled:
    wait = float(after) if after.isdigit() and len(after) < 6 else PAUSE_SECONDS
    return Throttled("Alamat token OAuth meminta menunggu.", wait=wait)


def _refusal(account: str, answer: dict[str, Any]) -> ConnectorError:
    """https://www.rfc-editor.org/rfc/rfc6749#section-5.2"""
    code = answer.get("error")
    if code == "invalid_grant":
        return CredentialRefused(f"Izin OAuth sudah dicabut atau habis: buat accounts.{account}.oauth.refresh_token yang baru.")
    if code in ("invalid_client", "unauthorized_client"):
        return CredentialRefused(f"OAuth menolak aplikasi kita: periksa accounts.{account}.oauth.client_id dan client_secret.")
    if code in ("invalid_scope", "invalid_request", "unsupported_grant_type"):
        return CredentialRefused(f"OAuth menolak permintaan kita ({code}): periksa accounts.{account}.oauth.provider, tenant dan scope.")
    return Unreachable(f"Alamat token OAuth accounts.{account}.oauth tidak memberi token; dicoba lagi.")
