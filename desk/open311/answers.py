"""The protocol's answers as bytes: one value, told as JSON or as XML. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import orjson

TYPES = {"json": "application/json", "xml": "text/xml"}
_SINGULAR = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
"""What one of each list is called in XML."""
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry; citizens write them."""


class Trouble(Exception):
    """Answered as the protocol's array of errors. `wait`: seconds after which another try is welcome."""

    def __init__(self, status: int, description: str, wait: int | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.wait = status, description, wait


def rendered(format: str, root: str, value: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> bytes:
    """A list is the bare array in JSON; in XML `root` holds it."""
    if format == "json":
        return orjson.dumps(value)
    element = ElementTree.Element(root)
    _fill(element, root, value)
    body: bytes = ElementTree.tostring(element, "utf-8", xml_declaration=True)
    return body


def _fill(element: ElementTree.Element, name: str, value: object) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _fill(ElementTree.SubElement(element, str(key)), str(key), inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            _fill(ElementTree.SubElement(element, _SINGULAR[name]), "", inner)
    elif value is not None:
        element.text = str(value).lower() if isinstance(value, bool) else _NO_XML.sub("\ufffd", str(value))
