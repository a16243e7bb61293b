"""GPS and device data do not leave the hub, and the place is not lost; over both engines."""

from __future__ import annotations

import io
import json
from typing import Any

from PIL import Image
from town import Town

from connectors.contract import Attachment, Place

HOLE = "Jalan berlubang besar, sudah dua motor jatuh, mohon diperbaiki"


def photo() -> bytes:
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x0110] = "SM-A155F"
    exif.get_ifd(0x8825).update({1: "S", 2: (6.0, 52.0, 19.92), 3: "E", 4: (107.0, 32.0, 33.0)})
    Image.new("RGB", (32, 32), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def place(complaint: Any) -> dict[str, Any]:
    location = complaint["location"]
    return json.loads(location) if isinstance(location, str) else location


async def forwarded(town: Town) -> Any:
    """Everything fetched and forwarded; the files that the door got, as bytes."""
    await town.pay(town.fetch_lane)
    town.later(minutes=20)
    await town.pay(town.forward_lane)
    [filing] = town.city.filings
    return filing


async def test_gps_and_device_data_are_removed_before_evidence_leaves_the_hub(town: Town) -> None:
    """The door gets the cleaned file; the operators keep the original."""
    town.channel.files = {"foto": photo()}
    await town.photo(words=HOLE)
    filing = await forwarded(town)
    [file] = filing.complaint.evidence
    leaving = town.blobs.get(file.sha256)
    assert b"SM-A155F" not in leaving
    assert not Image.open(io.BytesIO(leaving)).getexif()
    assert file.size == len(leaving)
    [kept] = await town.rows("SELECT sha256 FROM evidence")
    assert town.blobs.get(kept["sha256"]) == photo()


async def test_files_that_came_with_the_message_are_cleaned_too(town: Town) -> None:
    """Chat and front desk put their files into the blob store themselves; nothing is fetched."""
    sha256 = town.blobs.put(photo())
    await town.say(HOLE, attachments=(Attachment(sha256=sha256, media_type="image/jpeg", kind="image"),))
    filing = await forwarded(town)
    assert filing.complaint.evidence[0].sha256 not in (None, sha256)


async def test_the_place_of_a_photo_is_offered_when_nobody_said_where(town: Town) -> None:
    """As the complaint's location, marked as uncertain, with a line in the timeline; the door gets it too."""
    town.channel.files = {"foto": photo()}
    await town.photo(words=HOLE)
    filing = await forwarded(town)
    [complaint] = await town.complaints()
    assert (place(complaint)["lat"], place(complaint)["lon"], place(complaint)["confidence"]) == (-6.8722, 107.5425, "low")
    assert filing.complaint.location.lat == -6.8722
    [note] = await town.rows("SELECT note FROM timeline WHERE kind = 'evidence'")
    assert "foto" in note["note"]


async def test_what_the_citizen_said_of_the_place_comes_first(town: Town) -> None:
    """A photo may have been taken at home."""
    town.channel.files = {"foto": photo()}
    await town.photo(words=HOLE, place=Place(lat=-6.9, lon=107.5))
    await forwarded(town)
    [complaint] = await town.complaints()
    assert place(complaint)["lat"] == -6.9
    assert await town.rows("SELECT id FROM timeline WHERE kind = 'evidence'") == []


async def test_what_cannot_be_cleaned_is_named_and_does_not_leave(town: Town) -> None:
    """A HEIC, a picture cut short: the door learns that there is a file, the bytes stay with the operators."""
    town.channel.files = {"foto": b"\0\0\0\x18ftypheic" + b"\0" * 60}
    await town.photo(words=HOLE)
    filing = await forwarded(town)
    assert [file.sha256 for file in filing.complaint.evidence] == [None]
    assert len(await town.rows("SELECT id FROM evidence WHERE sha256 IS NOT NULL")) == 1


async def test_one_file_is_cleaned_once(town: Town) -> None:
    """The same picture in two complaints has one cleaned copy."""
    town.channel.files = {"foto": photo()}
    await town.photo(words=HOLE)
    await town.pay(town.fetch_lane)
    await town.photo(words=HOLE + " lagi", talk="telegram:bot:8")
    await town.pay(town.fetch_lane)
    assert len(await town.rows("SELECT original FROM cleanings")) == 1
    assert all(place(complaint)["lat"] == -6.8722 for complaint in await town.complaints())
