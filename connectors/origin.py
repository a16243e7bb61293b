"""Who called, and under which address: what a request says of itself and what our own proxies say of it, believed that far.

https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For
"""

from __future__ import annotations

from aiohttp import hdrs, web


class Origin:
    """public_url wins; without it the address is the request's own, or the nearest trusted proxy's word."""

    def __init__(self, public_url: str, trusted_proxies: int) -> None:
        self._public_url, self._trusted = public_url.rstrip("/"), trusted_proxies

    def url(self, call: web.Request) -> str:
        """The URL as the caller wrote it, byte for byte after the host: signatures are made over it."""
        path = call.raw_path if call.raw_path.startswith("/") else call.path_qs
        return (self._public_url or self._own(call)) + path

    def remote(self, call: web.Request) -> str:
        """The caller's address: behind n proxies the n-th from the right of X-Forwarded-For, for only these were written by us."""
        peer = call.remote or ""
        if not self._trusted:
            return peer
        written = [part.strip() for line in call.headers.getall(hdrs.X_FORWARDED_FOR, ()) for part in line.split(",") if part.strip()]
        return written[-self._trusted] if len(written) >= self._trusted else (written[0] if written else peer)

    def _own(self, call: web.Request) -> str:
        if not self._trusted:
            return f"{call.scheme}://{call.host}"
        scheme, host = self._nearest(call, hdrs.X_FORWARDED_PROTO), self._nearest(call, hdrs.X_FORWARDED_HOST)
        return f"{scheme if scheme in ('http', 'https') else call.scheme}://{host or call.host}"

    def _nearest(self, call: web.Request, name: str) -> str:
        """The word of the outermost trusted proxy; proxies that append leave the caller's own word to the left of it."""
        written = [part.strip() for line in call.headers.getall(name, ()) for part in line.split(",") if part.strip()]
        return written[-min(self._trusted, len(written))] if written else ""
