"""Is a webhook really Twilio's? https://www.twilio.com/docs/usage/security#validating-requests

The signature is made over the *public* URL. Twilio and its clients disagree about two details of it (a port that is there or not, how a
query is written), so each way of writing the same address is tried; scheme, host and path must always be right.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

from multidict import MultiDict
from twilio.request_validator import SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER, RequestValidator, get_signature_algorithm

from connectors.contract import Request
from connectors.errors import Forged
from connectors.twilio.form import pairs

HEADER, SETTINGS_HEADER = SIGNATURE_HEADER.lower(), SIGNATURE_SETTINGS_HEADER.lower()
UNESCAPED = "!'()*-._~"
"""What browsers and Twilio's own node client leave as it is in a query."""


def signature(token: str, url: str, form: Sequence[tuple[str, str]], algorithm: str | None = None) -> str:
    """What Twilio sends along with a form. Raises ValueError for an unknown algorithm."""
    signed: str = RequestValidator(token).compute_signature(url, MultiDict(form), algorithm)
    return signed


def verify(request: Request, tokens: Sequence[str], *, urls: Sequence[str] = ()) -> None:
    """Raises Forged (403). tokens: while they are rotated there are two. urls: further public addresses of this very route."""
    sent = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
    if not sent:
        raise Forged("Tanpa X-Twilio-Signature.", status=403)
    algorithm = get_signature_algorithm(request.headers.get(SETTINGS_HEADER))
    form = _form(request)
    right = False
    for url in dict.fromkeys(written for address in (request.url, *urls) for written in spellings(address)):
        for token in tokens:
            right |= hmac.compare_digest(_made(token, url, form, algorithm), sent)  # every one is tried: time tells nothing
    if not right:
        raise Forged("X-Twilio-Signature salah.", status=403)


def spellings(url: str) -> Iterator[str]:
    """The ways in which the same address may have been written when it was signed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return
    yield url
    user, at, _ = parts.netloc.rpartition("@")
    host = parts.hostname or ""
    bare = user + at + (f"[{host}]" if ":" in host else parts.netloc[len(user + at) :].partition(":")[0])
    for place in (bare, f"{bare}:{port or (443 if parts.scheme == 'https' else 80)}"):
        yield parts._replace(netloc=place).geturl()
        if parts.query:
            yield parts._replace(netloc=place, query=_respelt(parts.query)).geturl()
            yield parts._replace(netloc=place, query=parts.query.replace("'", "%27")).geturl()


def _respelt(query: str) -> str:
    """As Twilio's node client writes it again: blanks as %20."""
    return "&".join(f"{quote(name, safe=UNESCAPED)}={quote(value, safe=UNESCAPED)}" for name, value in parse_qsl(query, True))


def _form(request: Request) -> Sequence[tuple[str, str]]:
    """What is signed besides the address. A body that is no form is vouched for by its hash in the signed query."""
    is_form = "json" not in request.headers.get("content-type", "")
    hashes = parse_qs(urlsplit(request.url).query).get("bodySHA256") or [request.query.get("bodySHA256", "")]
    if is_form and not hashes[0]:
        try:
            return pairs(request.body)
        except ValueError:
            raise Forged("Formulir ini bukan dari Twilio.", status=403) from None
    if not hmac.compare_digest(hashlib.sha256(request.body).hexdigest().encode(), hashes[0].lower().encode()):
        raise Forged("Isi yang bukan formulir, tanpa bodySHA256 yang benar.", status=403)
    return ()


def _made(token: str, url: str, form: Sequence[tuple[str, str]], algorithm: str) -> bytes:
    try:
        return signature(token, url, form, algorithm).encode()
    except (ValueError, UnicodeError):
        return b""
