from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from normalizer_samples import NOW, letter

from config.profile import Profile
from dispatcher import preview

FIELDS = """
outcome ignored reason channel account external_id message_id in_reply_to sender reporter title subject text body operator_note submitted_at
forwarded original auto_generated bounce attachments location language classification category agency suggestions urgency emergency
anonymous confidential personal_data
"""


def told(profile: Profile, channel: str, content: bytes, filename: str, *, staff: bool = False) -> dict[str, Any]:
    shown = preview.preview(channel, content, filename, "akun", staff, profile, NOW)
    return json.loads(preview.line_of(shown))


def update(number: int, text: str, kind: str = "message", **more: object) -> dict[str, object]:
    person = {"id": 7, "is_bot": False, "first_name": "Siti"}
    message = {"message_id": number, "date": 1795336929, "chat": {"id": 7, "type": "private"}, "from": person, "text": text} | more
    return {"update_id": number, kind: message}


def test_the_fields_that_stay(profile: Profile) -> None:
    """Everything that other programs read is printed under its name."""
    shown = told(profile, "telegram", b"jalan rusak", "a.txt")
    assert set(shown) >= set(FIELDS.split())
    assert set(shown["sender"]) == {"id", "name", "address"}
    assert set(shown["reporter"]) == {"name", "email", "phone", "address"}
    assert shown["ignored"] is False


def test_mail_file(profile: Profile) -> None:
    """An .eml is a mail; staff makes a forward of it."""
    raw = letter(
        "---------- Forwarded message ---------\nDari: Andi <andi@contoh.id>\nTanggal: 21 Nov 2026 10.00\nPerihal: Sampah\n\nSampah "
        "menumpuk.",
        ("Fwd: Sampah"),
    )
    shown = told(profile, "email", raw.encode(), "a.eml", staff=True)
    assert shown["original"]["from"]["address"] == "andi@contoh.id"
    assert shown["forwarded"] is True
    assert told(profile, "email", raw.encode(), "a.eml")["forwarded"] is False


def test_one_update(profile: Profile) -> None:
    """{"update": …} is one Telegram update; the platform's id is printed bare."""
    shown = told(profile, "telegram", orjson.dumps({"update": update(42, "Jalan rusak")}), "a.json")
    assert (shown["outcome"], shown["message_id"], shown["text"]) == ("complaint", "42", "Jalan rusak")


def test_an_edit_replaces(profile: Profile) -> None:
    """Of a message and its edit in one file the last words count."""
    updates = [update(1, "Lampu mati di Jl Kenanga"), update(1, "Lampu mati di Jl Melati", "edited_message", edit_date=1795336999)]
    assert told(profile, "telegram", orjson.dumps({"updates": updates}), "a.json")["text"] == "Lampu mati di Jl Melati"


def test_a_repeat_changes_nothing(profile: Profile) -> None:
    """The same update twice is one outcome."""
    one = update(1, "Air mati")
    assert told(profile, "telegram", orjson.dumps({"updates": [one, one]}), "a.json")["text"] == "Air mati"


def test_an_album_is_one(profile: Profile) -> None:
    """Photos of one album are one complaint."""
    photo = [{"file_id": "a", "file_unique_id": "a", "width": 9, "height": 9}]
    updates = [
        update(1, "", photo=photo, caption="Jalan rusak", media_group_id="g"),
        update(2, "", photo=[photo[0] | {"file_id": "b", "file_unique_id": "b"}], media_group_id="g"),
    ]
    shown = told(profile, "telegram", orjson.dumps({"updates": updates}), "a.json")
    assert (shown["text"], len(shown["attachments"])) == ("Jalan rusak", 2)


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[1]", b"\xff\xfe\xfd", b"[" * 50_000])
def test_unreadable(content: bytes, profile: Profile) -> None:
    """What is no update is unreadable, and says so."""
    shown = told(profile, "telegram", content, "a.json")
    assert (shown["outcome"], shown["ignored"]) == ("unreadable", True)
    assert shown["reason"]


def test_batch_never_stops(tmp_path: Path, profile: Profile) -> None:
    """One line for each path, also for a file that is not there."""
    good = tmp_path / "a.txt"
    good.write_text("jalan rusak")
    bad = tmp_path / "b.json"
    bad.write_bytes(b"\xff")
    out = io.StringIO()
    paths = [f"{good}\n", f"{tmp_path / 'tidak-ada.txt'}\n", f"{bad}\n", f"{good}\n"]
    preview.batch(paths, out, lambda content, name: preview.preview("telegram", content, name, "akun", False, profile, NOW))
    assert [json.loads(line)["outcome"] for line in out.getvalue().splitlines()] == ["complaint", "unreadable", "unreadable", "complaint"]
