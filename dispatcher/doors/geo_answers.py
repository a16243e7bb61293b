"""A GeoReport v2 server's answer as rows, JSON or XML alike, whatever the server made of the standard. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

_ROOTS = frozenset({"services", "service_requests", "servicerequests", "requests", "errors", "error", "service_definition", "response"})
"""What an answer in XML is called; anything else (a web page) is no answer."""
_WORDS_LIMIT = 8192
"""Bytes of an error answer that are looked at."""


def rows(body: bytes) -> list[dict[str, Any]] | None:
    """The answer's array. Some servers wrap it in an object ({"service_requests": [...]}) or answer one object. None: it is neither."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        root = _xml(body)
        if root is None:
            return None
        if _plain(root.tag) == "service_definition" or (len(root) and all(len(child) == 0 for child in root)):  # one object, no list
            return [_fields(root)]
        return [_fields(child) for child in root]
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 and "service_code" not in found else [found]
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else None


def words(body: bytes) -> str:
    """Every word of an error answer, lower case, however it is shaped: an array, an object, XML, or bare text. Of a web page: none."""
    found = rows(body)
    if found is not None:
        return " ".join(_strings(found)).casefold()
    start = body[:_WORDS_LIMIT].decode("utf-8", "replace").casefold()
    return "" if "<" in start else start


def _xml(body: bytes) -> Element | None:
    """Without entities, document types and anything from elsewhere: those are refused, never expanded."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return None
    return root if _plain(root.tag) in _ROOTS else None


def _fields(element: Element) -> dict[str, Any]:
    """Children by name: text, or a list of what stands below."""
    found: dict[str, Any] = {}
    for child in element:
        name = _plain(child.tag)
        found[name] = [_fields(inner) for inner in child] if len(child) else (child.text or "").strip()
    return found


def _plain(tag: object) -> str:
    """Without a namespace, in lower case; a comment has no name."""
    return tag.rpartition("}")[2].casefold() if isinstance(tag, str) else ""


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif isinstance(value, str):
        yield value
