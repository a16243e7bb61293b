"""The line to Twilio's REST API under the SDK: one place for the address, the tokens, time-outs, and what refusals mean.

Neither a token nor a citizen's number may get into a log or an error: the SDK's own client logs addresses and query, this one nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from connectors.errors import ConnectorError, CredentialRefused, Unreachable
from connectors.twilio.codes import meaning
from connectors.twilio.settings import Settings

CONNECT_SECONDS = 10.0
ANSWER_BYTES = 4_000_000
"""A page of the message list is at most some hundred kilobytes."""


class Line(AsyncHttpClient):  # type: ignore[misc]
    """`request` is what the SDK calls; `ask` is for what needs the raw answer."""

    def __init__(self, account: str, settings: Settings) -> None:
        super().__init__(logging.getLogger("twilio"), is_async=True)
        self._account, self._settings = account, settings
        self._tokens = settings.tokens
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=self._settings.answer_seconds, sock_connect=CONNECT_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=True)
        return self._session

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: object = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the SDK's signature
        allow_redirects: bool = False,
    ) -> Response:
        """Raises our errors, so the SDK only ever sees good answers. While tokens are rotated, the one that worked is asked first."""
        parts = urlsplit(uri)
        url = self._settings.api_base + parts.path + (f"?{parts.query}" if parts.query else "")
        for token in tuple(self._tokens):
            try:
                text = await self._call(method, url, token, params, data)
            except CredentialRefused:
                if token == self._tokens[-1]:
                    raise
                continue
            self._tokens = (token, *(other for other in self._tokens if other != token))
            return Response(200, text)
        raise CredentialRefused(f"accounts.{self._account}.auth_token belum diisi.")

    async def ask(self, path: str, **params: Any) -> Mapping[str, Any]:
        """GET below api_base; the answer as an object."""
        answer: Mapping[str, Any] = json.loads((await self.request("GET", path, params)).text)
        return answer

    def auth(self) -> aiohttp.BasicAuth:
        return aiohttp.BasicAuth(self._settings.account_sid, self._tokens[0])

    async def _call(self, method: str, url: str, token: str, params: Mapping[str, Any] | None, data: Mapping[str, Any] | None) -> str:
        auth = aiohttp.BasicAuth(self._settings.account_sid, token)
        try:
            async with self.session.request(
                method, url, params=_flat(params), data=_flat(data), auth=auth, allow_redirects=False
            ) as answer:
                body = bytearray()
                async for chunk in answer.content.iter_any():
                    body += chunk
                    if len(body) > ANSWER_BYTES:
                        break
                return _checked(bytes(body), answer.status, answer.headers, self._account)
        except ConnectorError:
            raise
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Unreachable("Twilio tidak dapat dihubungi.") from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unreachable(f"Twilio tidak menjawab dengan benar ({type(error).__name__}).", certain=False) from None

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


def _checked(body: bytes, status: int, headers: Mapping[str, str], account: str) -> str:
    """The answer when it is a good JSON object. Raises what it means when it is not."""
    try:
        text = body.decode()
        found = json.loads(text)
    except (ValueError, RecursionError):
        text, found = "", None
    if status >= 300:
        code = str(found.get("code", "")) if isinstance(found, dict) else ""
        raise meaning(code, status, account, _seconds(headers.get("Retry-After")))
    if not isinstance(found, dict):
        raise Unreachable("Jawaban Twilio bukan JSON.", certain=False)
    return text


def _seconds(written: str | None) -> float | None:
    try:
        wait = float(written or "")
    except ValueError:
        return None
    return min(wait, 3600.0) if wait > 0 else None


def _flat(values: Mapping[str, Any] | None) -> list[tuple[str, str]] | None:
    """Lists (`MediaUrl`) travel as repeated names; booleans as Twilio writes them."""
    if values is None:
        return None
    flat: list[tuple[str, str]] = []
    for name, value in values.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            flat.append((name, str(one).lower() if isinstance(one, bool) else str(one)))
    return flat
