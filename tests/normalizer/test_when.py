from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from normalizer import when

WIB = ZoneInfo("Asia/Jakarta")


def wib(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2021, 11, 3, hour, minute, second, tzinfo=timezone(timedelta(hours=7)))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Rabu, 3 November 2021 15.51.30 WIB", wib(15, 51, 30)),
        ("Rab, 3 Nov 2021 pukul 15.51", wib(15, 51)),
        ("2021-11-03 15:51", wib(15, 51)),
        ("3/11/2021 15:51", wib(15, 51)),
        ("Wed, 3 Nov 2021 15:51:30 +0700", wib(15, 51, 30)),
        ("Wednesday, November 3, 2021 3:51 PM", wib(15, 51)),
        ("3 November 2021 at 16:51:30 GMT+8", wib(15, 51, 30)),
        ("3 Nopember 2021 16.51 WITA", wib(15, 51)),
        ("3 November 2021", wib(0, 0)),
        ("kemarin sore", None),
        ("99 November 2021", None),
        ("3 Bulan 2021", None),
    ],
)
def test_read(written: str, expected: datetime | None) -> None:
    """Dates as mail programs write them, in the city's zone where none is named."""
    assert when.read(written, WIB) == expected
