"""How mail programs name From, Date, To, Cc and Subject in the languages of their menus, and how they mark what is quoted or passed on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_FROM = (
    "from|dari|pengirim|daripada|de|von|da|van|od|fra|från|lähettäjä|feladó|от|від|発信者|差出人|送信者"
    "|发件人|发件者|寄件者|寄件人|보낸 사람|보낸사람|من"
    "|kimden|gönderen|kimdən|expéditeur"
    "|remitente|remite|mittente|afzender|nadawca|odesílatel|odosielateľ|expeditor|de la|отправитель|від кого|από|מאת|ผู้ส่ง|từ|người "
    "gửi|saatja|šalje|pošiljatelj|siuntėjas|no|frá|antwoord-naar"
)  # fmt: skip
_DATE = (
    "date|sent|tanggal|tgl|dikirim|waktu|terkirim|hari|tarikh|dihantar|datum|gesendet|envoyé|fecha|enviado|enviado el|enviada em"
    "|enviado em|enviada|data|inviato|verzonden|wysłano|wysłane|odesláno"
    "|poslané|poslano|sendt|dato|skickat|päivämäärä|lähetetty|päiväys|küldve|dátum|elküldve|дата|отправлено|дата отправки|надіслано|日時"
    "|送信日時|日付|送信|日期|发送时间|傳送時間|寄件日期|发送日期|보낸 날짜|날짜"
    "|보낸시간|التاريخ|تاريخ|tarih|gönderildi|gönderilme|gönderme tarihi|trimis|dată|ημερομηνία|תאריך|נשלח|วันที่|ngày|đã gửi|kuupäev"
    "|saadetud|dags|date d'envoi|le"
)  # fmt: skip
_TO = (
    "to|kepada|pour|a|untuk|ke|tujuan|penerima|kpd|an|à|a|para|aan|do|komu|pre|til|till|vastaanottaja|címzett|кому|宛先"
    "|收件人|收件者|받는 사람|받는사람|إلى|kime|alıcı|către|destinataire|destinatario"
    "|destinatário|προς|אל|ถึง|đến|người nhận|saaja|za|prima|mottagare|modtager|mottaker"
)  # fmt: skip
_CC = (
    "cc|tembusan|salinan|kopie|copie à|copie|copia|cópia|kopia|kopi|kopio|másolatot kap|másolat|копия|копія|抄送|副本|参照|참조|نسخة|bilgi"
    "|kopya|dw|udw|kopie an|ccn|bcc|salinan karbon|kopija|karbon kopya|ccopy"
    "|με κοινοποίηση|עותק|สำเนา|salinan kepada"
)  # fmt: skip
_SUBJECT = (
    "subject|subjek|subyek|sujet|perihal|judul|hal|topik|betreff|objet|asunto|oggetto|assunto|onderwerp|temat|předmět|predmet|emne"
    "|ämne|aihe|tárgy|тема|件名|主题|主旨|제목|الموضوع|konu|subiect|θέμα|נושא|เรื่อง"
    "|chủ đề|teema|naslov|efni|risposta"
)  # fmt: skip
_REPLY_TO = "reply-to|balas ke|antwort an|répondre à|responder a|rispondi a|odpověď|svar til|svara till|beantwoorden|reply to"

KINDS: Mapping[str, str] = {"from": _FROM, "date": _DATE, "to": _TO, "cc": _CC, "subject": _SUBJECT, "reply_to": _REPLY_TO}

DIVIDER = re.compile(
    r"^[\s>*_]*(?:[-_=]{2,}|~{3,})\s*\**\s*(?=[^\W\d_])(?P<label>[^-_=~\n*]{3,60}(?:[- ][^-_=~\n*]{1,30})?)\s*:?\s*\**\s*(?:[-_=]{2,}"
    r"|~{3,})[\s*_]*$"
)
"""----- Original Message -----, ---------- Pesan terusan ---------, *-------- Pesan Asli --------*."""


@lru_cache(maxsize=1)
def _line() -> re.Pattern[str]:
    groups = "|".join(f"(?P<{kind}>{words})" for kind, words in KINDS.items())
    return re.compile(rf"^[\s>|]*\**\s*(?:{groups})\s*\**\s*[:：]\s*\**\s*(?P<value>.*?)\s*$", re.IGNORECASE)


def header_line(line: str) -> tuple[str, str] | None:
    """(from | date | to | cc | subject | reply_to, value) for a line such as `*Dari:* Budi <budi@contoh.id>`; None for any other line."""
    if (":" not in line[:40] and "：" not in line[:40]) or len(line) > 2_000:
        return None
    match = _line().match(line)
    if not match:
        return None
    kind = next(kind for kind in KINDS if match.group(kind) is not None)
    return kind, match.group("value").strip(" *\u00a0")


@lru_cache(maxsize=1)
def _joint() -> re.Pattern[str]:
    words = sorted({word for kind in KINDS.values() for word in kind.split("|")}, key=len, reverse=True)
    long = "|".join(re.escape(word[:1].upper() + word[1:]) for word in words if len(word) > 2)
    short = "|".join(re.escape(word.capitalize()) for word in words if len(word) <= 2)
    glued = rf"(?<=[\w>\")\s])(?=(?:{long})\s?[:：]\s)"
    closed = rf"(?<=[>\")])(?=(?:{short}|CC|Cc|DW)\s?[:：]\s)"
    return re.compile(f"{glued}|{closed}")


def parted(line: str) -> list[str]:
    """`Dari: Budi <b@contoh.id>Kepada: …Perihal: …` as one line each: Yahoo runs its headers together."""
    return _joint().sub("\n", line).split("\n")
