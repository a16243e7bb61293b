from __future__ import annotations

from datetime import datetime, timedelta, timezone

from normalizer_samples import NOW, letter, mail

from config.profile import Profile
from normalizer import tracking
from normalizer.complaint import Outcome
from normalizer.normalize import normalize

FORWARD = (
    "Mohon ditindaklanjuti.\n\n---------- Forwarded message ---------\nDari: Andi <andi@contoh.id>\nTanggal: Sab, 21 Nov 2026 10:00:00 "
    "+0700\n"
    "Perihal: Sampah menumpuk di Melong\nKepada: aduan@kota.contoh.id\n\nSampah di TPS Melong sudah lima hari tidak diangkut.\n"
)


def test_a_mail_becomes_a_complaint(profile: Profile) -> None:
    """Sender, subject, words and time of a plain mail."""
    told = normalize(mail(letter("Jalan di Jl. Mawar RT 03 RW 05 rusak parah.\n\n--\nSiti\n")), profile)
    assert told.outcome is Outcome.COMPLAINT
    assert (told.reporter.name, told.reporter.email) == ("Siti Aminah", "siti@contoh.id")
    assert (told.subject, told.title, told.message_id) == ("Jalan rusak", "Jalan rusak", "satu@contoh.id")
    assert told.body == "Jalan di Jl. Mawar RT 03 RW 05 rusak parah."
    assert "Siti" in told.text
    assert (told.location.rt, told.location.rw) == ("003", "005")


def test_staff_forward(profile: Profile) -> None:
    """What an operator forwards is the first writer's complaint; the operator's words are a note."""
    told = normalize(mail(letter(FORWARD, "Fwd: Sampah menumpuk di Melong"), staff=True), profile)
    assert told.forwarded
    assert (told.reporter.name, told.reporter.email) == ("Andi", "andi@contoh.id")
    assert told.sender.address == "siti@contoh.id"
    assert told.operator_note == "Mohon ditindaklanjuti."
    assert told.body == "Sampah di TPS Melong sudah lima hari tidak diangkut."
    assert told.title == "Sampah menumpuk di Melong"
    assert told.submitted_at == datetime(2026, 11, 21, 10, 0, tzinfo=timezone(timedelta(hours=7)))


def test_a_citizens_forward_is_the_citizens(profile: Profile) -> None:
    """Nobody but an operator can file in another's name."""
    told = normalize(mail(letter(FORWARD, "Fwd: Sampah")), profile)
    assert not told.forwarded
    assert told.reporter.email == "siti@contoh.id"


def test_subject_alone_is_enough(profile: Profile) -> None:
    """A mail without a body that says it in the subject is a complaint with words."""
    told = normalize(mail(letter("", "Lampu jalan mati di Jl. Mawar")), profile)
    assert (told.outcome, told.words, told.title) == (Outcome.COMPLAINT, True, "Lampu jalan mati di Jl. Mawar")


def test_a_photo_alone(profile: Profile) -> None:
    """A mail with a photo and no words is a complaint that lacks words."""
    raw = letter("", "foto").replace("Content-Type: text/plain; charset=utf-8", "Content-Type: image/jpeg; name=foto.jpg")
    told = normalize(mail(raw + "x"), profile)
    assert (told.outcome, told.words, told.title) == (Outcome.COMPLAINT, False, "Laporan foto tanpa keterangan")
    assert [part.filename for part in told.parts] == ["foto.jpg"]
    assert [file.filename for file in told.attachments] == ["foto.jpg"]


def test_the_answer_above_a_quote_is_read(profile: Profile) -> None:
    """In a reply only the citizen's new words are judged: our own quoted texts are no emergency."""
    quoted = "Pada Sab, 21 Nov 2026 pukul 10.00 Aduan <aduan@kota.contoh.id> menulis:\n> Kebakaran? Hubungi 112."
    told = normalize(mail(letter(f"Terima kasih\n\n{quoted}", "Re: Jalan rusak di Melong")), profile)
    assert (told.outcome, told.reason) == (Outcome.SET_ASIDE, "thanks")


def test_forward_date_in_the_future(profile: Profile) -> None:
    """A forwarded date after the forward itself is not believed."""
    told = normalize(mail(letter(FORWARD.replace("2026", "2031"), "Fwd: x"), staff=True), profile)
    assert told.submitted_at == NOW


def test_number_in_the_subject(profile: Profile) -> None:
    """An answer to our own mail belongs to the number in its subject."""
    number = tracking.printed(tracking.compose("CMH", [1, 2, 3, 4, 5, 6, 7]))
    told = normalize(mail(letter("Lampunya mati lagi sejak semalam.", f"Re: Laporan {number}")), profile)
    assert (told.outcome, told.tracking_number) == (Outcome.COMPLAINT, number)
