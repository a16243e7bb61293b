from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from normalizer.headers import Headers, mailbox, moment, unencode


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("=?utf-8?q?Jalan_rusak?=", "Jalan rusak"),
        ("=?UTF-8?B?SmFsYW4gcnVzYWs?=", "Jalan rusak"),
        ("=?utf-8?q?Jalan?= =?utf-8?q?_rusak?=", "Jalan rusak"),
        ("=?utf-8?b?w4M=?= biasa", "Ã biasa"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),
        ("=?x-none?q?a?=", "a"),
        ("=?utf-8?b?@@@?=", "=?utf-8?b?@@@?="),
        ("re=?utf-8?q?sah?=", "resah"),
        ("Jalan\r\n rusak", "Jalan rusak"),
        ("caf\udcc3\udca9", "café"),
        ("=?iso-8859-1*id?q?caf=E9?=", "café"),
    ],
)
def test_unencode(written: str, text: str) -> None:
    """Encoded words, raw 8-bit bytes and broken ones become readable; nothing raises."""
    assert unencode(written) == text


def test_encoded_word_bomb() -> None:
    """Thousands of encoded words end at a set count."""
    assert len(unencode(" ".join(["=?utf-8?q?=F0=9F=99=8F?="] * 5000))) <= 300


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("Siti Aminah <siti@contoh.id>", "Siti Aminah", "siti@contoh.id"),
        ('"Aminah, Siti" <Siti@Contoh.ID>', "Aminah, Siti", "siti@contoh.id"),
        ("siti@contoh.id (Siti Aminah)", "Siti Aminah", "siti@contoh.id"),
        ("siti@contoh.id", None, "siti@contoh.id"),
        ("=?utf-8?q?Siti_Am=C3=ADnah?= <siti@contoh.id>", "Siti Amínah", "siti@contoh.id"),
        ("satu@contoh.id, Dua <dua@contoh.id>", None, "satu@contoh.id"),
        ("undisclosed-recipients:;", "undisclosed-recipients:", None),
        ("x@", "x@", None),
        ("<>", None, None),
        ("", None, None),
        ("'Siti' <siti@contoh.id>", "Siti", "siti@contoh.id"),
    ],
)
def test_mailbox(written: str, name: str | None, address: str | None) -> None:
    """The first mailbox of a header, however it is written."""
    assert mailbox(written) == (name, address)


def test_mailbox_carries_no_line_end() -> None:
    """A name cannot smuggle a header."""
    name, _ = mailbox('"a\r\nBcc: korban@contoh.id" <a@b.id>')
    assert name is not None
    assert "\n" not in name


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Sun, 22 Nov 2026 09:30:00 +0700", datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=7)))),
        ("Min, 22 Nop 2026 09:30:00 +0700", datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=7)))),
        ("22 Nov 2026 09:30 GMT", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("besok sore", None),
        ("Sun, 22 Nov 2026 09:30:00 +9999", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("Sun, 99 Nov 2026 99:99:99 +0700", None),
        ("", None),
    ],
)
def test_moment(written: str, expected: datetime | None) -> None:
    """Dates are aware; rubbish is None."""
    assert moment(written) == expected


def test_ids() -> None:
    """Message ids come bare, with or without brackets."""
    assert Headers.of([("Message-ID", "<a@b>")]).ids("message-id") == ["a@b"]
    assert Headers.of([("References", "<a@b>\r\n <c@d>")]).ids("references") == ["a@b", "c@d"]
    assert Headers.of([("Message-ID", "a@b")]).ids("message-id") == ["a@b"]
    assert Headers.of([]).ids("message-id") == []
