"""One timeline, and what each of its readers may see of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from config import load
from config.settings import Settings
from desk import story
from desk.story import Reader
from normalizer.complaint import State
from store.tables import ComplaintRow, TimelineRow

START = datetime(2026, 3, 16, 3, 0, tzinfo=UTC)
PHONE = "0812-3456-7890"
ILL = "ibu itu sakit tuberkulosis"


def case(*, confidential: bool = False) -> tuple[ComplaintRow, list[TimelineRow]]:
    told = (
        {"kind": "registered", "actor": "citizen", "source": "telegram"},
        {"kind": "supplement", "actor": "citizen", "source": "telegram"},
        {"kind": "state", "actor": "rina", "source": "desk", "state": "assigned", "agency": "dishub", "note": f"{ILL}, hubungi {PHONE}"},
        {"kind": "state", "actor": "rina", "source": "desk", "state": "assigned", "agency": "dishub"},
        {"kind": "news", "actor": "door", "source": "kota", "public_text": f"Petugas Budi, {PHONE}, datang besok. {ILL}"},
    )
    lines = [TimelineRow(id=n, complaint_id=1, at=START + timedelta(hours=n), **each) for n, each in enumerate(told, 1)]
    row = ComplaintRow(
        tracking_number="CMHAAAAAAAA", title="", body="", first_words="", channel="telegram", account="bot", conversation="c",
        state="answered", agency="dishub", state_at=START + timedelta(days=2), registered_at=START, last_words_at=START,
        submitted_at=START, provenance={}, confidential=confidential,
    )  # fmt: skip
    return row, lines


def test_the_public_reads_states_and_agencies_only() -> None:
    """Day and name of each change, none twice, the present state last although no line tells of it; no word that a person wrote."""
    found, profile = story.changes(*case()), load.profile(Settings())
    assert [(each.state, each.at - START) for each in found] == [
        (State.RECEIVED, timedelta(hours=1)),
        (State.ASSIGNED, timedelta(hours=3)),
        (State.ANSWERED, timedelta(days=2)),
    ]
    names = [story.state_name(each, profile, language) for each in found for language in ("id", "en")]
    assert profile.agencies["dishub"].name in names[2]
    assert not any(word in " ".join(names) for word in ("Budi", PHONE, "sakit", "rina"))


@pytest.mark.parametrize(
    ("reader", "kinds", "phone", "ill", "noted"),
    [
        (Reader.AGENCY, ["state", "state", "news"], False, True, False),
        (Reader.VIEWER, ["registered", "supplement", "state", "state", "news"], False, False, True),
        (Reader.OPERATOR, ["registered", "supplement", "state", "state", "news"], False, True, True),
        (Reader.REVEALED, ["registered", "supplement", "state", "state", "news"], True, True, True),
    ],
)
def test_each_of_the_office_reads_what_is_theirs(reader: Reader, kinds: list[str], *, phone: bool, ill: bool, noted: bool) -> None:
    """An agency no notes, a viewer no health, nobody a number before it was revealed."""
    lines = story.lines(*case(), reader)
    words = " ".join(part for line in lines for part in (line.text, line.note) if part)
    assert [line.kind for line in lines] == kinds
    assert (PHONE in words, "tuberkulosis" in words, any(line.note for line in lines)) == (phone, ill, noted)


def test_of_a_secret_report_a_viewer_reads_no_word() -> None:
    """The lines stand there, so that nobody thinks nothing happened."""
    lines = story.lines(*case(confidential=True), Reader.VIEWER)
    assert len(lines) == 5
    assert not any(line.text or line.note for line in lines)


def test_what_is_published_is_the_newest_word_without_numbers() -> None:
    """Where nothing was told there is nothing to publish."""
    assert story.published([]) is None
    assert story.published(["Diterima.", f"Hubungi {PHONE}."]) not in (None, f"Hubungi {PHONE}.")
