"""What a message carries beside its words: files by reference, and a point on the map."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite

from connectors.contract import Attachment, Place
from connectors.telegram.guards import Json, decimal, listed, mapping, whole, words

FETCH_LIMIT = 20 * 1024 * 1024
"""Bytes that a bot can fetch: https://core.telegram.org/bots/api#getfile"""

KINDS = {
    "animation": ("video", "video/mp4"),
    "audio": ("audio", "audio/mpeg"),
    "document": ("document", None),
    "live_photo": ("video", "video/mp4"),
    "sticker": ("sticker", None),
    "video": ("video", "video/mp4"),
    "video_note": ("video", "video/mp4"),
    "voice": ("voice", "audio/ogg"),
}
CARRIERS = frozenset({"photo", "paid_media", "rich_message", *KINDS})
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def attachments(message: Json) -> Sequence[Attachment]:
    """Every file of one message, the largest size of each photo first."""
    if CARRIERS.isdisjoint(message):  # most messages are words only, and this is the accepting path
        return ()
    found: list[Attachment] = []
    photo = _largest(message.get("photo"))
    if photo:
        found.append(_attachment(photo, "image", "image/jpeg"))
    for key, (kind, media_type) in KINDS.items():
        if key not in message or (key == "document" and "animation" in message):
            continue  # an animation comes a second time as a document
        file = mapping(message[key])
        if words(file.get("file_id")):
            found.append(_attachment(file, kind, media_type))
        found.extend(attachments({"photo": file["photo"]}) if "photo" in file else ())
    paid, blocks = mapping(message.get("paid_media")).get("paid_media"), mapping(message.get("rich_message")).get("blocks")
    for item in (*listed(paid), *listed(blocks)):
        found.extend(attachments({key: value for key, value in item.items() if key in KINDS or key == "photo"}))
    return found


def _largest(sizes: object) -> Json | None:
    fit = [size for size in listed(sizes) if words(size.get("file_id"))]
    return max(fit, key=lambda size: (whole(size.get("width")) or 0) * (whole(size.get("height")) or 0), default=None)


def _attachment(file: Json, kind: str, media_type: str | None) -> Attachment:
    size = whole(file.get("file_size"))
    announced = words(file.get("mime_type")) or media_type
    family = (announced or "").partition("/")[0]
    return Attachment(
        ref=words(file["file_id"]) if size is None or size <= FETCH_LIMIT else None,
        filename=_bare_name(words(file.get("file_name"))),
        media_type=announced,
        size=size,
        kind=family if kind == "document" and family in ("image", "audio", "video") else kind,
    )


def _bare_name(name: str) -> str | None:
    """A sender chooses this name: no folders, no control characters, not endless."""
    bare = CONTROL.sub("", re.split(r"[/\\]", name)[-1]).strip()
    return bare[-200:] or None


def place(message: Json) -> Place | None:
    """The pin or venue of a message; None without one, or when it lies nowhere (out of range, or the sensor's 0, 0)."""
    if "location" not in message and "venue" not in message:
        return None
    venue = mapping(message.get("venue"))
    pin = mapping(message.get("location") or venue.get("location"))
    lat, lon = decimal(pin.get("latitude")), decimal(pin.get("longitude"))
    label = ", ".join(part for part in (words(venue.get("title")), words(venue.get("address"))) if part) or None
    if lat is None or lon is None or not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180) or lat == lon == 0:
        return Place(text=label) if label else None
    return Place(lat=lat, lon=lon, text=label)
