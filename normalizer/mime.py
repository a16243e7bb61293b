"""Mail bytes -> headers, words and parts. The stdlib parses (compat32: five times quicker than the default policy), behind caps and guards.

The caps come before parsing: CPython 3.11 raises RecursionError on deep multiparts, needs 20 s for 20,000 parts or addresses,
raises IndexError on `From: x@` and LookupError on unknown charsets. Payloads are decoded only when they are read.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Tree
from email.policy import compat32

from normalizer.charset import decode
from normalizer.headers import Headers, unencode

BYTES_LIMIT = 40_000_000
PARTS_LIMIT = 200
_HEADER_BYTES = 60_000
_NESTED = 60
_DELIMITERS = 3_000
_FAULTS = (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError)

_NEST = re.compile(rb"boundary[ \t]*=|message/rfc822", re.IGNORECASE)
_HEAD_END = re.compile(rb"\r?\n\r?\n|\r\r")
_WANTED = re.compile(
    rb"^(?:from|to|cc|subject|date|message-id|in-reply-to|references|reply-to|return-path|sender|auto-submitted|precedence|list-[a-z]+"
    rb"|content-[a-z-]+|mime-version"
    rb"|x-auto[a-z-]*|x-failed-recipients|x-loop|feedback-id)[ \t]*:[^\r\n]{0,20000}(?:\r?\n[ \t][^\r\n]{0,2000}){0,40}",
    re.IGNORECASE | re.MULTILINE,
)
_NAME = re.compile(r"""\b(?:file)?name\s*=\s*(?:"([^"]{1,1000})"|([^\s;"]{1,1000}))""", re.IGNORECASE)
_TECHNICAL = re.compile(r"^(?:--\S*|[A-Za-z][A-Za-z0-9-]{1,40}:.*|[ \t]+\w+=.*)$")
_TEXTS = ("text/plain", "text/html", "text/enriched")
_SIGNATURES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-encrypted"}
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One part that holds no other parts, or a mail that is attached whole. Bytes are decoded when asked for."""

    tree: Tree
    media_type: str
    filename: str | None
    attached: bool

    def content(self) -> bytes:
        return payload(self.tree)

    def text(self) -> str:
        return decode(self.content(), _charset(self.tree), html=self.media_type == "text/html")


@dataclass(frozen=True, slots=True)
class Mail:
    headers: Headers
    words: tuple[Leaf, ...] = ()
    """The inline texts that the mail says; of alternatives the plain one, or the HTML one where the plain one is empty."""
    files: tuple[Leaf, ...] = ()
    """Everything else worth keeping, in walk order: `Normalized.parts` counts these."""
    media_type: str = "text/plain"
    """Of the whole."""
    kinds: frozenset[str] = frozenset()
    """The media types of all its parts."""
    flat: str = ""
    """The readable lines of a mail that is nested too deep to be parsed."""


def parse(raw: bytes) -> Mail:
    """Never raises. What is too deep or too strange is read as plain lines."""
    raw = _capped(raw)
    if len(_NEST.findall(raw)) > _NESTED:
        return _flat(raw)
    try:
        tree = email.message_from_bytes(raw, policy=compat32)
        leaves = list(_leaves(tree))[:PARTS_LIMIT]
        words = _words(tree)
        if not words:
            words = [leaf for leaf in leaves if leaf.media_type in _TEXTS and not leaf.attached][:1]
        files = [leaf for leaf in leaves if _is_file(leaf, words)]
        return Mail(
            Headers.of(tree.raw_items()), tuple(words), tuple(files), _media_type(tree), frozenset(leaf.media_type for leaf in leaves)
        )
    except _FAULTS:
        return _flat(raw)


def part(raw: bytes, index: int) -> bytes:
    """The decoded bytes of `Normalized.parts[index]`. IndexError when the mail has no such part."""
    return parse(raw).files[index].content()


def payload(tree: Tree) -> bytes:
    """The decoded bytes; the undecoded ones where the transfer encoding is broken; an attached mail as it stands."""
    try:
        inner = tree.get_payload()
        if isinstance(inner, list):
            return b"\n".join(bytes(one) for one in inner if isinstance(one, Tree))
        found = tree.get_payload(decode=True)
        return found if isinstance(found, bytes) else b""
    except _FAULTS:
        kept = getattr(tree, "_payload", "")
        return kept.encode("utf-8", "surrogateescape") if isinstance(kept, str) else b""


def embedded(leaf: Leaf) -> Mail | None:
    """The mail inside a message/rfc822 part, one level only."""
    inner = leaf.tree.get_payload() if leaf.media_type == "message/rfc822" else None
    return parse(bytes(inner[0])) if isinstance(inner, list) and inner and isinstance(inner[0], Tree) else None


def _capped(raw: bytes) -> bytes:
    raw = raw[:BYTES_LIMIT].lstrip(b"\xef\xbb\xbf\r\n")
    end = _HEAD_END.search(raw)
    head = raw[: end.start()] if end else raw
    if len(head) > _HEADER_BYTES:
        raw = (
            b"\n".join(match.group() for _, match in zip(range(200), _WANTED.finditer(head), strict=False))
            + b"\n\n"
            + (raw[end.end() :] if end else b"")
        )
    if raw.count(b"\n--") > _DELIMITERS:
        pieces = raw.split(b"\n--", _DELIMITERS)
        raw = b"\n--".join(pieces[:-1])
    return raw


def _flat(raw: bytes) -> Mail:
    end = _HEAD_END.search(raw)
    head = raw[: end.start()] if end else b""
    try:
        headers = Headers.of(email.message_from_bytes(head[:_HEADER_BYTES] + b"\n\n", policy=compat32).raw_items())
    except _FAULTS:
        headers = Headers({})
    lines = decode(raw[end.end() if end else 0 :][-200_000:], None).splitlines()
    return Mail(headers, flat="\n".join(line for line in lines if not _TECHNICAL.match(line)))


def _leaves(tree: Tree) -> Iterator[Leaf]:
    inner = tree.get_payload() if tree.is_multipart() else None
    if isinstance(inner, list) and _media_type(tree).startswith("multipart/"):
        for child in inner:
            if isinstance(child, Tree):
                yield from _leaves(child)
    else:
        yield _leaf(tree)


def _leaf(tree: Tree) -> Leaf:
    filename = _filename(tree)
    media_type = _media_type(tree)
    if media_type.startswith("multipart/"):  # its boundary is missing or wrong: what it holds is read as it stands
        media_type = "text/plain"
    disposition = str(tree.get("content-disposition", "")).split(";")[0].strip().lower()
    return Leaf(tree, media_type, filename, attached=disposition == "attachment" or bool(filename))


def _words(tree: Tree) -> list[Leaf]:
    inner = tree.get_payload() if tree.is_multipart() else None
    media_type = _media_type(tree)
    if not isinstance(inner, list):
        leaf = _leaf(tree)
        return [leaf] if leaf.media_type in _TEXTS and not leaf.attached else []
    if not media_type.startswith("multipart/"):
        return []
    children = [_words(child) for child in inner[:PARTS_LIMIT] if isinstance(child, Tree)]
    if media_type == "multipart/alternative":
        return _best(children)
    if media_type == "multipart/report":
        return next((child for child in children if child), [])
    return [leaf for child in children for leaf in child]


def _best(alternatives: list[list[Leaf]]) -> list[Leaf]:
    """The plain one if it says something, else the richest that does."""
    said = [one for one in alternatives if one and any(leaf.content().strip() for leaf in one)]
    plain = [one for one in said if all(leaf.media_type == "text/plain" for leaf in one)]
    return plain[0] if plain else said[-1] if said else []


def _is_file(leaf: Leaf, words: list[Leaf]) -> bool:
    if any(leaf.tree is spoken.tree for spoken in words):
        return False
    if leaf.media_type in ("message/delivery-status", "text/rfc822-headers"):
        return False
    return leaf.attached or leaf.media_type not in _TEXTS


def _media_type(tree: Tree) -> str:
    try:
        return str(tree.get_content_type())
    except _FAULTS:
        return "text/plain"


def _filename(tree: Tree) -> str | None:
    try:
        name = tree.get_filename()
    except _FAULTS:
        return None
    if name and "\ufffd" in name:  # 8-bit bytes that the parser gave up on
        values = " ".join(value for header, value in tree.raw_items() if header.lower() in ("content-disposition", "content-type"))
        raw = _NAME.search(values)
        name = raw.group(1) or raw.group(2) if raw else name
    return unencode(str(name)) if name else None


def _charset(tree: Tree) -> str | None:
    try:
        value = tree.get_param("charset")
    except _FAULTS:
        return None
    return value[2] if isinstance(value, tuple) else value
