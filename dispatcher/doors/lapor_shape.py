"""The legacy SP4N-LAPOR! shape. BELUM DIVERIFIKASI TERHADAP SISTEM PRODUKSI / NOT VERIFIED AGAINST PRODUCTION.

It was read in public clients; the present API (v3, v4) is documented to accounts with the role "developer" only. All that is known of the
wire stands in this one file, so that another shape can take its place. Pure: no network, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from dispatcher.doors.contract import Filing
from normalizer import tracking
from normalizer.complaint import Reporter

ADD = "/api/stream/addstream"
ADD_HEADERS: Mapping[str, str] = {"Content-Type": "text/xml; charset=UTF8"}
TOPICS = "/api/services/f01/gettopics"
TOPICS_HEADERS: Mapping[str, str] = {"Content-Type": "application/x-www-form-urlencoded"}
ROOT_TOPIC = "0"
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry, not even escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    id: str
    parent: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the answer's root says. `tracking_id` is what a citizen can ask LAPOR! with."""

    tracking_id: str
    transaction_id: str | None


def report(filing: Filing, token: str, topic: Topic | None, *, words: str, reporter: Reporter | None) -> bytes:
    """The body of addstream. `reporter` None: nobody is named. Our number opens the words, so that a person there can relate the two."""
    root = Element("lapor", token=_carried(token))
    first, last = _names(reporter)
    who = SubElement(root, "pelapor")
    for tag, value in (
        ("email", reporter and reporter.email),
        ("telpon", reporter and reporter.phone),
        ("namadepan", first),
        ("namabelakang", last),
    ):
        SubElement(who, tag).text = _carried(value or "")
    flags = {"rahasia": _flag(filing.complaint.confidential), "anonim": _flag(filing.complaint.anonymous)}
    said = SubElement(root, "laporan", flags)
    lines = [f"[{tracking.printed(filing.tracking_number)}] {words}"]
    lines += [f"Topik: {topic.name} ({topic.id})"] if topic else []
    lines += filing.media
    SubElement(said, "isi").text = _carried("\n".join(lines))
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def taken(answer: bytes) -> Taken | None:
    """None when the answer is not the known shape. The two ids were seen on the root; as attributes or as elements, both are read."""
    try:
        root = fromstring(answer)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    found = {name: (root.get(name) or root.findtext(name) or "").strip() for name in ("trackingid", "transaksiid")}
    number = found["trackingid"]
    return Taken(tracking_id=number, transaction_id=found["transaksiid"] or None) if number.isascii() and number.isdigit() else None


def topics_form(token: str) -> bytes:
    return urlencode({"KEYTOKEN": token}).encode()


def topics(answer: bytes) -> Sequence[Topic] | None:
    """None when the answer is not such a list: [{"id": "13", "parent": "3", "topic_name": "…"}], all strings."""
    try:
        found = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, list):
        return None
    rows = [one for one in found if isinstance(one, dict) and all(isinstance(one.get(key), str) for key in ("id", "parent", "topic_name"))]
    return [Topic(id=row["id"], parent=row["parent"], name=row["topic_name"]) for row in rows] if len(rows) == len(found) else None


def _names(reporter: Reporter | None) -> tuple[str, str]:
    first, _, last = ((reporter and reporter.name) or "").strip().partition(" ")
    return first, last.strip()


def _flag(value: bool) -> str:
    return "1" if value else "0"


def _carried(words: str) -> str:
    return _NOT_XML.sub("", words)
