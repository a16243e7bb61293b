"""A citizen's file from Twilio: asked for with the token, redirected to a content network, where the token must not go.

https://www.twilio.com/docs/messaging/api/media-resource
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp

from connectors.errors import ConnectorError, CredentialRefused, RecipientGone, Refused, Throttled, TooLarge, Unreachable
from connectors.twilio.codes import WAIT_SECONDS
from connectors.twilio.line import Line
from connectors.twilio.settings import Settings

REDIRECTS = 5
CHUNK = 65_536
HERE = frozenset({"127.0.0.1", "localhost", "::1"})
"""A stand-in on this machine may speak plain http."""
LISTED = re.compile(r"([A-Za-z]{2}[0-9a-zA-Z]{1,64})/Media/(\d)")
PAUSES = (1.0, 3.0)
"""Seconds: a file may be a moment younger at Twilio than the call that told of it."""


class _NotYet(RecipientGone):
    """404: gone, or not there yet."""


async def fetch(line: Line, settings: Settings, ref: str, limit: int, pauses: Sequence[float] = PAUSES) -> bytes:
    """At most `limit` bytes. Raises TooLarge, RecipientGone (expired, deleted), Refused (a host that is not allowed), Unreachable ..."""
    for pause in pauses:
        try:
            return await _fetch(line, settings, ref, limit)
        except _NotYet:
            await asyncio.sleep(pause)
    return await _fetch(line, settings, ref, limit)


async def _fetch(line: Line, settings: Settings, ref: str, limit: int) -> bytes:
    listed = LISTED.fullmatch(ref)
    url = await _address(line, settings, listed.group(1), int(listed.group(2))) if listed else ref
    for _ in range(REDIRECTS):
        parts = _allowed(url, settings)
        try:
            # cross-host: no token, and no cookie either
            auth = line.auth() if _origin(parts) == _origin(urlsplit(settings.api_base)) else None
            async with line.session.get(url, auth=auth, allow_redirects=False) as answer:
                if 300 <= answer.status < 400:
                    url = urljoin(url, answer.headers.get("Location", ""))
                    continue
                _judge(answer.status, auth is not None)
                return await _bounded(answer, limit)
        except ConnectorError:
            raise
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(f"Berkas belum dapat diambil dari Twilio ({type(error).__name__}).") from None
    raise Refused("Berkas di Twilio dialihkan terlalu sering.")


async def _address(line: Line, settings: Settings, message_id: str, index: int) -> str:
    """Of a message that came by list: it tells only how many files there are."""
    found = await line.ask(f"/2010-04-01/Accounts/{settings.account_sid}/Messages/{message_id}/Media.json")
    media = found.get("media_list")
    if not isinstance(media, list) or index >= len(media) or not isinstance(media[index], dict):
        raise _NotYet("Berkas ini tidak ada lagi di Twilio.")
    return settings.api_base + str(media[index].get("uri", "")).removesuffix(".json")


def _allowed(url: str, settings: Settings) -> SplitResult:
    """A form can name any address; only Twilio's own and its content network's are asked."""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise Refused("Alamat berkas tidak terbaca.") from None
    known = (urlsplit(settings.api_base).hostname or "", *settings.media_hosts)
    if not any(host == one or host.endswith(f".{one}") for one in known if one):
        raise Refused("Alamat berkas bukan milik Twilio; bila perlu tambahkan pada media_hosts.")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in HERE):
        raise Refused("Alamat berkas bukan https.")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, (parts.hostname or "").lower(), parts.port


def _judge(status: int, signed: bool) -> None:
    if status == 200:
        return
    if status in (404, 410):
        raise _NotYet("Berkas ini tidak ada lagi di Twilio.")
    if status == 401 and signed:
        raise CredentialRefused("Twilio menolak token saat mengambil berkas. Periksa auth_token.")
    if status == 429:
        raise Throttled("Twilio meminta menunggu sebelum mengambil berkas.", wait=WAIT_SECONDS)
    # a content network's 403 is a signature that ran out: the next attempt is redirected anew
    raise Unreachable(f"Berkas belum dapat diambil dari Twilio (HTTP {status}).")


async def _bounded(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    if (answer.content_length or 0) > limit:
        raise TooLarge(f"Berkas {answer.content_length} bita melebihi batas {limit} bita.")
    content = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        content += chunk
        if len(content) > limit:
            raise TooLarge(f"Berkas melebihi batas {limit} bita.")
    return bytes(content)
