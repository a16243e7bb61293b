"""The way out to addresses that people typed in: public ones only, looked at when the connection is made.

A name may point anywhere, and elsewhere a moment later; so it is not the name that is asked about but the very address that is about to be
called. No redirect is followed, no proxy used, no answer's body read.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from connectors.errors import Throttled, Unreachable
from dispatcher.doors.calling import safe, waiting
from dispatcher.doors.contract import Clock

Network = IPv4Network | IPv6Network
PORTS = frozenset({443, 8443})
"""On the internet; in a network that the city allows, any."""
SECONDS = 10.0
_TRANSLATED = tuple(ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32"))
"""NAT64 and Teredo: what lies behind such an address cannot be told from it."""
_WALLED = "walled"


class Caller:
    """`networks`: inner ones that the city allows. Opens its connections when they are needed and keeps none."""

    def __init__(self, networks: Sequence[Network], clock: Clock) -> None:
        self._networks, self._clock = networks, clock
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status, whatever it is but 429 and 503 with a time. Raises Unreachable or Throttled."""
        try:
            async with self._opened().post(url, data=body, headers=headers, allow_redirects=False) as answer:
                asked = answer.headers.get("Retry-After")
                if answer.status == 429 or (answer.status == 503 and asked):
                    raise Throttled(f"HTTP {answer.status}: minta menunggu.", wait=waiting(asked, self._clock()))
                return answer.status
        except aiohttp.ClientConnectorError as error:
            if error.os_error.strerror == _WALLED:
                raise Unreachable("Alamat itu menunjuk ke jaringan dalam atau port yang tidak diizinkan (api.webhook_networks).") from None
            raise Unreachable("Alamat itu tidak dapat dihubungi.") from None
        except aiohttp.InvalidURL:
            raise Unreachable("Alamat itu tidak dapat dipanggil.") from None
        except TimeoutError:
            raise Unreachable(f"Tidak ada jawaban dalam {SECONDS:.0f} detik.") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise Unreachable("Sambungan terputus sebelum ada jawaban.") from None

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            # without a limit of its own: each lane has one, and slow subscribers must not use up the others' connections
            way = aiohttp.TCPConnector(limit=0, force_close=True, use_dns_cache=False, socket_factory=partial(_socket, self._networks))
            self._session = aiohttp.ClientSession(
                connector=way,
                timeout=aiohttp.ClientTimeout(total=SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
            )
        return self._session


def allowed(address: str, port: int, networks: Sequence[Network]) -> bool:
    """Whether this address may be called."""
    found = _bare(ip_address(address.partition("%")[0]))
    if any(found in network for network in networks if network.version == found.version):
        return True
    outside = found.is_global and not found.is_multicast and not any(found in each for each in _TRANSLATED if each.version == found.version)
    return outside and port in PORTS


def fits(url: str, networks: Sequence[Network]) -> bool:
    """What can be told of an address before it is called: https, no user's name; plain http to this very machine where that is allowed."""
    try:
        parts = urlsplit(safe(url))
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return False
    host = parts.hostname or ""
    if not url.isascii() or not url.isprintable() or " " in url or "@" in parts.netloc or parts.fragment:
        return False
    try:
        return allowed(host, port, networks)
    except ValueError:  # a name: its addresses are looked at when it is called
        return parts.scheme == "https" and ("." in host or bool(networks))


def _bare(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for."""
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _socket(networks: Sequence[Network], where: Any) -> socket.socket:
    """Called with each address right before it is connected to."""
    family, kind, protocol, _, address = where
    if not allowed(address[0], address[1], networks):
        raise OSError(0, _WALLED)
    return socket.socket(family=family, type=kind, proto=protocol)
