"""What the normaliser says of one Inbound: a complaint, or another outcome with its reason."""

from __future__ import annotations

from datetime import date, datetime

from normalizer.complaint import (
    Classification,
    EvidenceFile,
    Frozen,
    Location,
    Outcome,
    PersonalData,
    Reporter,
    Suggestion,
    Urgency,
)
from normalizer.verdict import Verdict


class Party(Frozen):
    id: str | None = None
    name: str | None = None
    address: str | None = None


class Original(Frozen):
    """The mail inside a forwarded mail."""

    from_: Party | None = None
    to: str | None = None
    cc: str | None = None
    subject: str | None = None
    date: str | None = None
    body: str | None = None


class Part(Frozen):
    """An attachment that lies inside the raw bytes themselves (a MIME part); `index` is its place in `mime.walk` order."""

    index: int
    filename: str | None = None
    media_type: str | None = None
    size: int = 0


class Normalized(Frozen):
    """The fields that `run.py normalize` prints, and all that the pipeline needs. No network, no clock, no state went into it."""

    outcome: Outcome
    reason: str | None = None
    """Why it is not a complaint, or which rule decided: a stable code."""
    channel: str
    account: str
    external_id: str
    message_id: str = ""
    in_reply_to: str | None = None
    sender: Party = Party()
    reporter: Reporter = Reporter()
    title: str | None = None
    subject: str | None = None
    text: str = ""
    body: str = ""
    operator_note: str | None = None
    submitted_at: datetime | None = None
    forwarded: bool = False
    original: Original | None = None
    auto_generated: bool = False
    bounce: bool = False
    attachments: list[EvidenceFile] = []
    parts: list[Part] = []
    location: Location = Location()
    incident_date: date | None = None
    """The day on which it happened, where the words tell it."""
    language: str = "id"
    classification: Classification = Classification.COMPLAINT
    category: str | None = None
    agency: str | None = None
    suggestions: list[Suggestion] = []
    urgency: Urgency = Urgency.NORMAL
    emergency: bool = False
    anonymous: bool = False
    confidential: bool = False
    personal_data: list[PersonalData] = []
    sensitive: list[str] = []
    """health, child: whose words are marked in personal_data."""
    command: str | None = None
    """With outcome command: start, lapor, baru, status, bantuan, batal, cabut, anonim, rahasia, bernama, terbuka,
    lokasi, beres, belum_beres."""
    verdict: Verdict | None = None
    """The words read as a judgement of what was done; it counts only where the citizen was asked for one, whatever the outcome."""
    rating: int | None = None
    """1 to 5, with verdict nilai."""
    tracking_number: str | None = None
    """A tracking number of ours that the text quotes, in its printed form, check character right."""
    starts_new: bool = False
    """The citizen said that this is another complaint ("laporan baru")."""
    words: bool = True
    """False: evidence without any words; the citizen is asked what it shows."""

    @property
    def ignored(self) -> bool:
        return self.outcome in (Outcome.SET_ASIDE, Outcome.UNREADABLE)
