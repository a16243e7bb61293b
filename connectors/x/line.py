"""The line to X: tweepy's asynchronous client on a session of our own, and what X's answers mean to us.

The library's host is fixed and it knows no timeout; the session's middleware sends its calls to `api_base`, reads the rate-limit headers,
and turns every refusal into our errors before the library looks at it (an HTML page with status 429 breaks the library's own way).
No token may get into a log: the library logs its headers, so it and its signer stay silent.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import aiohttp
from tweepy.asynchronous import AsyncClient
from yarl import URL

from connectors.errors import ConnectorError, Throttled, Unreachable
from connectors.x.guards import Json, loads, mapping
from connectors.x.refusals import meaning, resumes
from connectors.x.settings import Settings

LIBRARY_HOST = "api.twitter.com"
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.InvalidURL)
ANSWER_LIMIT = 16 * 1024 * 1024
"""Bytes of one answer: a hundred posts with all that is expanded are a few hundred kilobytes."""


class Line:
    """Opened at the first call, because a session belongs to a running loop."""

    def __init__(self, account: str, settings: Settings, clock: Callable[[], datetime]) -> None:
        for name in ("tweepy", "oauthlib"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._account, self._settings, self._clock = account, settings, clock
        self._base = URL(settings.api_base)
        self._session: aiohttp.ClientSession | None = None
        self._client: Any = _client(settings)
        self._resting: dict[str, datetime] = {}
        """Endpoint -> when X lets us ask it again."""

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._settings.timeout_seconds)
            self._session = aiohttp.ClientSession(middlewares=(self._middle,), timeout=timeout)
            self._client.session = self._session
        return self._session

    async def ask(self, question: Callable[[Any], Awaitable[Any]]) -> Json:
        """The raw answer of one call of the library's client. Raises ConnectorError; its `certain` is False when X may have acted."""
        assert self.session
        try:
            return mapping(await question(self._client))
        except ConnectorError:
            raise
        except NOT_SENT:
            raise Unreachable("X tidak dapat dihubungi; periksa jaringan.") from None
        except TimeoutError:
            raise Unreachable("X tidak menjawab pada waktunya.", certain=False) from None
        except (aiohttp.ClientError, OSError, ValueError, TypeError, AttributeError) as fault:
            raise Unreachable(f"Jawaban X rusak atau terputus ({type(fault).__name__}).", certain=False) from None

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _middle(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        if request.url.host != LIBRARY_HOST:
            return await handler(request)
        endpoint = f"{request.method} {re.sub('[0-9]+', ':id', request.url.path.removeprefix('/2'))}"
        self._still_resting(endpoint)
        request.url = moved(request.url, self._base)
        request.headers["Host"] = request.url.raw_authority
        response = await handler(request)
        await self._judge(endpoint, response)
        return response

    def _still_resting(self, endpoint: str) -> None:
        until = self._resting.get(endpoint)
        if until is not None and (wait := (until - self._clock()).total_seconds()) > 0:
            raise Throttled(f"X meminta menunggu {wait:.0f} detik.", wait=wait)

    async def _judge(self, endpoint: str, response: aiohttp.ClientResponse) -> None:
        """A good answer whose quota is used up makes the next question wait; a bad one ends here."""
        now, headers = self._clock(), response.headers
        if headers.get("x-rate-limit-remaining") == "0":
            self._resting[endpoint] = resumes(headers, now)
        content = await _content(response)
        if response.status < 300:
            if not isinstance(loads(content), dict):
                raise ValueError("shape")
            return
        raise meaning(response.status, headers, content, account=self._account, endpoint=endpoint, now=now)


async def _content(response: aiohttp.ClientResponse) -> bytes:
    if (response.content_length or 0) > ANSWER_LIMIT:
        response.close()
        raise ValueError("too long")
    return await response.read()


def moved(url: URL, base: URL) -> URL:
    """The same question to another host; a gateway may have a path of its own in front."""
    moved = url.with_scheme(base.scheme).with_host(base.host or "").with_port(base.port)
    front = base.raw_path.rstrip("/")
    return moved.with_path(front + url.raw_path, encoded=True, keep_query=True) if front else moved


def _client(settings: Settings) -> Any:
    secrets = (settings.consumer_key, settings.consumer_secret, settings.access_token, settings.access_token_secret)
    return AsyncClient(
        settings.bearer_token.get_secret_value(),
        *(secret.get_secret_value() if secret else None for secret in secrets),
        return_type=dict,
        wait_on_rate_limit=False,
    )
