"""Our own stylesheets, scripts and pictures: a few small files, read once and sent compressed, because many citizens have poor networks."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_AN_HOUR = "public, max-age=3600"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    plain: bytes
    packed: bytes
    media_type: str
    mark: str
    """A hash of the content; in its address, so that browsers may keep it for ever."""


class Assets:
    """The files of one folder. `address` is for templates, `serve` for the router."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._files: Mapping[str, Asset] = {path.name: _read(path) for path in sorted(folder.iterdir()) if path.is_file()}

    def address(self, name: str) -> str:
        """KeyError for a file that does not exist: a template names it wrongly."""
        return f"/static/{name}?v={self._files[name].mark}"

    async def serve(self, request: web.Request) -> web.Response:
        """GET /static/{name}."""
        return self.answer(request, request.match_info["name"])

    def answer(self, request: web.Request, name: str) -> web.Response:
        found = self._files.get(name)
        if found is None:
            raise web.HTTPNotFound
        headers = {
            "Content-Type": found.media_type,
            "ETag": f'"{found.mark}"',
            "Vary": "Accept-Encoding",
            "Cache-Control": _FOR_EVER if request.query.get("v") == found.mark else _AN_HOUR,
        }
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        if "gzip" in request.headers.get("Accept-Encoding", "") and len(found.packed) < len(found.plain):
            return web.Response(body=found.packed, headers={**headers, "Content-Encoding": "gzip"})
        return web.Response(body=found.plain, headers=headers)


def _read(path: Path) -> Asset:
    plain = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(
        plain=plain,
        packed=gzip.compress(plain, 9, mtime=0),
        media_type=f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
        mark=hashlib.sha256(plain).hexdigest()[:10],
    )
