"""How the stand-in of a GeoReport server writes its answers, and by which chance it fails. Independent of our own server's code."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import orjson
from aiohttp import web

LISTS = {"services": "service", "service_requests": "request", "errors": "error", "service_definition": "attribute"}


class Chance:
    """Seeded, so that a run can be had again: of ten calls two lose their answer, two end in 500, and one of twenty hangs.

    Of a POST that ends in 500 or hangs, half was taken all the same."""

    def __init__(self, seed: int, *, lose: float = 0.2, error: float = 0.2, hang: float = 0.05) -> None:
        self._draw = random.Random(seed)
        self._lose, self._error, self._hang = lose, error, hang

    def mood(self) -> str:
        """One of the stand-in's moods."""
        drawn, taken = self._draw.random(), self._draw.random() < 0.5
        if drawn < self._lose:
            return "lose"
        if drawn < self._lose + self._error:
            return "error_taken" if taken else "error"
        if drawn < self._lose + self._error + self._hang:
            return "hang_taken" if taken else "hang"
        return "ok"


def told(format: str, root: str, rows: Sequence[Mapping[str, Any]], status: int = 200) -> web.Response:
    """The rows as the address asked for them."""
    if format == "xml":
        inner = "".join(_element(LISTS[root], row) for row in rows)
        body = f'<?xml version="1.0" encoding="utf-8"?><{root}>{inner}</{root}>'
        return web.Response(body=body.encode(), status=status, content_type="text/xml", charset="utf-8")
    return web.Response(body=orjson.dumps(rows), status=status, content_type="application/json", charset="utf-8")


def definition(format: str, code: str, attributes: Sequence[Mapping[str, Any]]) -> web.Response:
    """GET services/{code}."""
    if format == "json":
        return web.json_response({"service_code": code, "attributes": list(attributes)})
    inner = "".join(_element("attribute", one) for one in attributes)
    body = f"<service_definition><service_code>{escape(code)}</service_code><attributes>{inner}</attributes></service_definition>"
    return web.Response(text=body, content_type="text/xml")


def _element(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(key, inner) for key, inner in value.items())}</{name}>"
    if isinstance(value, list):
        return f"<{name}>{''.join(_element('value', inner) for inner in value)}</{name}>"
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else escape(str(value))
    return f"<{name}>{text}</{name}>"
