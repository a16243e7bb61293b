from __future__ import annotations

import pytest

from normalizer import intent, tracking
from normalizer.complaint import Outcome
from normalizer.wording import words

NUMBER = tracking.printed(tracking.compose("CMH", [1, 2, 3, 4, 5, 6, 7]))


def judge(text: str, **changes: object) -> intent.Intent:
    values: dict[str, object] = {"command": None, "prefix": "CMH", "other_evidence": False}
    return intent.judge(text, words(text), **(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["halo", "Assalamualaikum wr wb", "selamat pagi min", "p", "test", "permisi kak", "Hallo admin", "punten", "Good morning"],
)
def test_greetings(text: str) -> None:
    """A greeting alone is no complaint: it is greeted back."""
    assert (judge(text).outcome, judge(text).reason) == (Outcome.SET_ASIDE, "greeting")


@pytest.mark.parametrize(
    "text", ["terima kasih", "ok makasih ya min", "siap", "Terima kasih banyak atas bantuannya", "🙏🙏", "hatur nuhun kang"]
)
def test_thanks(text: str) -> None:
    """Thanks alone open nothing."""
    assert (judge(text).outcome, judge(text).reason) == (Outcome.SET_ASIDE, "thanks")


@pytest.mark.parametrize(
    "text",
    [
        "halo min, lampu jalan mati",
        "terima kasih tapi jalan masih rusak",
        "tolong!!!",
        "Mati lampu",
        "kapan jalan ini diperbaiki?",
        "laporan saya belum ditindaklanjuti, sekarang malah banjir lagi di depan rumah",
        "bantuan sosial belum cair",
        "status jalan ini punya siapa ya kok rusak terus dibiarkan",
    ],
)
def test_in_doubt_a_complaint(text: str) -> None:
    """Whatever may be a complaint is one."""
    assert judge(text).outcome is Outcome.COMPLAINT


@pytest.mark.parametrize(
    "text",
    [NUMBER, NUMBER.lower(), NUMBER.replace("-", " "), f"status {NUMBER}", f"min, bagaimana kelanjutan laporan {NUMBER}?", NUMBER[4:]],
)
def test_status_by_number(text: str) -> None:
    """A number with nothing but filler around it asks for its status; the number comes back in printed form."""
    assert judge(text).outcome is Outcome.STATUS_QUERY
    assert judge(text).tracking_number == NUMBER


@pytest.mark.parametrize("text", ["CMH-ABCD-EFGH", "status CMH-1234-567"])
def test_mistyped_number(text: str) -> None:
    """A number with a slip still asks for a status; no number is made up for it."""
    assert judge(text).outcome is Outcome.STATUS_QUERY
    assert judge(text).tracking_number is None


@pytest.mark.parametrize("text", ["bagaimana kabar laporan saya?", "kapan laporan saya ditindaklanjuti", "cek status laporan"])
def test_status_without_number(text: str) -> None:
    """A short question about "my report" is a question about one."""
    assert judge(text).outcome is Outcome.STATUS_QUERY


def test_number_with_words_is_a_complaint() -> None:
    """New words beside a number belong to a case: the pipeline decides to which."""
    told = judge(f"{NUMBER} lampunya mati lagi sejak semalam")
    assert told.outcome is Outcome.COMPLAINT
    assert told.tracking_number == NUMBER


@pytest.mark.parametrize(
    ("text", "left"), [("laporan baru: pohon tumbang", "pohon tumbang"), ("Lapor baru pohon tumbang", "pohon tumbang")]
)
def test_new_report(text: str, left: str) -> None:
    """ "laporan baru" starts another complaint; the words after it are the complaint."""
    told = judge(text)
    assert (told.outcome, told.starts_new, told.text) == (Outcome.COMPLAINT, True, left)


def test_new_report_alone_is_a_command() -> None:
    """Without further words it announces one."""
    assert (judge("laporan baru").outcome, judge("laporan baru").command) == (Outcome.COMMAND, "baru")


@pytest.mark.parametrize(
    ("text", "command"), [("/start", "start"), ("/help", "bantuan"), ("status", "status"), ("batal", "batal"), ("tidak jadi", "batal")]
)
def test_commands(text: str, command: str) -> None:
    """Commands are known with and without a slash."""
    assert (judge(text).outcome, judge(text).command) == (Outcome.COMMAND, command)


def test_platform_command() -> None:
    """A command or button of the platform is a command, whatever the text."""
    assert judge("", command="status").command == "status"
    assert judge(NUMBER, command="status").tracking_number == NUMBER


def test_lapor_with_words_is_a_complaint() -> None:
    """ "/lapor jalan rusak" has said everything already."""
    told = judge("jalan rusak di Melong", command="lapor")
    assert (told.outcome, told.text, told.starts_new) == (Outcome.COMPLAINT, "jalan rusak di Melong", True)


def test_unknown_slash_is_words() -> None:
    """A slash before a word that is no command changes nothing."""
    assert judge("/jalan rusak").outcome is Outcome.COMPLAINT


def test_greeting_with_a_photo_is_a_complaint() -> None:
    """With evidence even "halo" belongs to a complaint."""
    assert judge("halo", other_evidence=True).outcome is Outcome.COMPLAINT


@pytest.mark.parametrize(
    ("text", "reason", "rule"),
    [
        ("tolong hapus data pribadi saya", "erasure_request", "asks_erasure"),
        ("hapus laporan saya ya min", "erasure_request", "asks_erasure"),
        ("Mohon data saya dihapus", "erasure_request", "asks_erasure"),
        ("please delete my data", "erasure_request", "asks_erasure"),
        ("Slot gacor hari ini, bonus new member 100%, klik link https://contoh.id", "spam", "advertising"),
        ("PINJAMAN CEPAT tanpa jaminan cair hari ini wa.me/62812", "spam", "advertising"),
        ("dasar pejabat goblok", "abuse", "only_insults"),
        ("anjing kalian semua", "abuse", "only_insults"),
    ],
)
def test_a_person_looks(text: str, reason: str, rule: str) -> None:
    """Erasure, advertising and bare insults go to a person, each under the rule's name."""
    meant = intent.judge(text, words(text), command=None, prefix="CMH", other_evidence=False)
    assert (meant.outcome, meant.reason, meant.rule) == (Outcome.TRIAGE, reason, rule)


@pytest.mark.parametrize(
    "text",
    [
        "data saya dihapus dari DTKS, mohon bantuan",
        "kenapa laporan saya dihapus oleh admin?",
        "goblok, jalan rusak dibiarkan",
        "anjing liar di Jl. Gandawijaya menggigit anak",
        "warga resah slot gacor judi online di warnet https://contoh.id",
        "ada promo minyak goreng di pasar tapi harganya naik",
        "tolong hapus coretan di tembok sekolah",
    ],
)
def test_anger_is_a_complaint(text: str) -> None:
    """Anger, and complaints about erased records or gambling, stay complaints."""
    assert intent.judge(text, words(text), command=None, prefix="CMH", other_evidence=False).outcome is Outcome.COMPLAINT


def test_every_rule_has_a_name_and_a_question() -> None:
    """The chain explains itself."""
    assert len({rule.name for rule in intent.CHAIN}) == len(intent.CHAIN)
    assert all(rule.question.endswith("?") for rule in intent.CHAIN)
