"""How a citizen judges what was done: solved, not solved, a grade from 1 to 5. Whether they were asked, only the dispatcher knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Named like the commands of the buttons."""

    SOLVED = "beres"
    UNSOLVED = "belum_beres"
    RATED = "nilai"


@dataclass(frozen=True, slots=True)
class Judged:
    verdict: Verdict | None = None
    rating: int | None = None


_DONE_WORDS = "beres selesai tuntas kelar rampung teratasi dibereskan diperbaiki ditangani diselesaikan solved fixed done resolved"
_DONE = frozenset(_DONE_WORDS.split())
_AROUND_WORDS = """
sudah telah alhamdulillah ya iya ok oke okay siap sip baik terima kasih banyak atas bantuannya bantuan pak bu bapak ibu admin min kak kakak
mas mbak semua semuanya masalahnya laporannya laporan saya it is all yes thanks thank you very much
"""
_AROUND = frozenset(_AROUND_WORDS.split())
_WAYS = "beres|selesai|tuntas|kelar|rampung|teratasi|dibereskan|diperbaiki|ditangani|diselesaikan|dikerjakan|ditindaklanjuti|berubah"
_UNSOLVED = re.compile(
    rf"^(?:\w+ ){{0,3}}(?:belum|tidak) (?:juga |pernah )?(?:{_WAYS}|ada (?:perubahan|perbaikan|tindakan|tindak lanjut))\b"
    r"|^(?:masih )?belum(?: (?:pak|bu|bapak|ibu|admin|min|kak|mas|mbak))?$"
    r"|^masih (?:sama|rusak|mati|bocor|macet|menumpuk|berlubang|banjir|kotor|bau|begitu|seperti)\b"
    r"|^(?:it is |no )?(?:still )?not (?:yet )?(?:solved|fixed|done|resolved)\b"
)
_GRADE = re.compile(
    r"^\W*(?:(?:beri |saya beri )?(?:nilai|rating|bintang|skor)(?:nya)?[\s:=]*)?([1-5])(?:\s*(?:/\s*5|dari 5|bintang))?[\s.!]*$",
    re.IGNORECASE,
)
_STARS = re.compile("^\\s*((?:\u2b50\ufe0f?){1,5})\\s*$")


def of(text: str, tokens: Sequence[str]) -> Judged:
    """tokens: `wording.words(text)`. What is no judgement is Judged()."""
    if grade := _GRADE.match(text):
        return Judged(Verdict.RATED, int(grade.group(1)))
    if stars := _STARS.match(text):
        return Judged(Verdict.RATED, stars.group(1).count("\u2b50"))
    if _UNSOLVED.match(" ".join(tokens)):
        return Judged(Verdict.UNSOLVED)
    if tokens and not _DONE.isdisjoint(tokens) and all(token in _DONE or token in _AROUND for token in tokens):
        return Judged(Verdict.SOLVED)
    return Judged()
