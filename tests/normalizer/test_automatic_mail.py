from __future__ import annotations

import pytest
from normalizer_samples import NOW, letter, mail

from config.profile import Profile
from connectors.contract import Sender
from normalizer.complaint import Outcome
from normalizer.normalize import normalize


@pytest.mark.parametrize(
    ("extra", "subject", "reason"),
    [
        ("Auto-Submitted: auto-replied\n", "Balasan otomatis", "auto_reply"),
        ("X-Autoreply: yes\n", "Cuti", "auto_reply"),
        ("Precedence: bulk\n", "Buletin", "list"),
        ("List-Id: <warga.contoh.id>\n", "Buletin", "list"),
        ("Auto-Submitted: auto-generated\n", "Laporan cron", "auto_generated"),
        ("", "Out of Office: Jalan rusak", "auto_reply"),
        ("", "Automatic reply: Jalan rusak", "auto_reply"),
        ("Return-Path: <>\n", "Undelivered Mail Returned to Sender", "bounce"),
        ("X-Failed-Recipients: siti@contoh.id\n", "Gagal terkirim", "bounce"),
    ],
)
def test_machines_file_no_complaints(extra: str, subject: str, reason: str, profile: Profile) -> None:
    """Bounces, automatic replies and lists are set aside with their reason."""
    told = normalize(mail(letter("Saya sedang tidak di kantor.", subject, extra)), profile)
    assert (told.outcome, told.reason) == (Outcome.SET_ASIDE, reason)
    assert told.ignored
    assert told.bounce is (reason == "bounce")
    assert told.auto_generated is (reason != "list")


def test_delivery_report(profile: Profile) -> None:
    """A multipart/report is a bounce, whoever sends it."""
    raw = letter("", "Info").replace("Content-Type: text/plain; charset=utf-8", "Content-Type: multipart/report; boundary=q")
    raw += "--q\nContent-Type: text/plain\n\nAlamat tidak ada\n--q\nContent-Type: message/delivery-status\n\nAction: failed\n--q--\n"
    assert normalize(mail(raw), profile).bounce


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@mx.contoh.id", "postmaster@contoh.id"])
def test_daemons(sender: str, profile: Profile) -> None:
    """Nobody complains in the name of a mail server."""
    raw = letter("gagal", "Info").replace("siti@contoh.id", sender)
    told = normalize(mail(raw, sender=Sender(id=sender, address=sender), sent_at=NOW), profile)
    assert told.bounce


@pytest.mark.parametrize("subject", ["Jalan rusak", "Otomatis pintu air rusak", "Laporan sampah", "Re: Jalan rusak"])
def test_people_are_heard(subject: str, profile: Profile) -> None:
    """An ordinary mail is a complaint."""
    told = normalize(mail(letter("Jalan di depan rumah saya rusak parah.", subject)), profile)
    assert told.outcome is Outcome.COMPLAINT
    assert not told.auto_generated
