"""Photos and videos of posts. Fetched from X's own hosts only: an address comes out of a post and could be anything."""

from __future__ import annotations

from collections.abc import Sequence

import aiohttp
from yarl import URL

from connectors.errors import RecipientGone, Refused, Throttled, TooLarge, Unreachable

CHUNK = 65_536
WAIT_SECONDS = 60.0


async def fetch(session: aiohttp.ClientSession, ref: str, limit: int, *, hosts: Sequence[str], own: URL) -> bytes:
    """At most `limit` bytes. own: the server of api_base, where a stand-in keeps its media too."""
    url = _allowed(ref, hosts, own)
    try:
        async with session.get(url, allow_redirects=False) as answer:
            _judge(answer.status)
            if (answer.content_length or 0) > limit:
                raise TooLarge(f"Berkas {answer.content_length} bita melebihi batas {limit} bita.")
            content = bytearray()
            async for chunk in answer.content.iter_chunked(CHUNK):
                content += chunk
                if len(content) > limit:
                    raise TooLarge(f"Berkas melebihi batas {limit} bita.")
            return bytes(content)
    except (aiohttp.ClientError, OSError, TimeoutError):
        raise Unreachable("Berkas X belum dapat diambil.") from None


def _allowed(ref: str, hosts: Sequence[str], own: URL) -> URL:
    try:
        url = URL(ref)
        at_home = url.origin() == own.origin()
    except ValueError:
        raise RecipientGone("Kiriman ini tidak menyebut alamat berkasnya.") from None
    if not at_home and (url.scheme != "https" or url.host not in hosts or url.port != 443):
        raise Refused("Alamat berkas ini bukan milik X (media_hosts).")
    if url.host == "pbs.twimg.com" and url.path.startswith("/media/") and "name" not in url.query:
        return url.update_query(name="orig")
    return url


def _judge(status: int) -> None:
    if status == 429:
        raise Throttled("X meminta menunggu sebelum berkas berikutnya.", wait=WAIT_SECONDS)
    if status >= 500:
        raise Unreachable("Server berkas X sedang bermasalah.")
    if status != 200:
        raise RecipientGone("Berkas ini tidak ada lagi di X.")
