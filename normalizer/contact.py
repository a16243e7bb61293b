"""Whom to reach: phone, mail address and handle, as the platform says or as the text says."""

from __future__ import annotations

import re

from connectors.contract import Sender
from normalizer import numbers
from normalizer.characters import one_line
from normalizer.complaint import Reporter

_PHONE = re.compile(r"(?<![\w+])(?:\+\s?62|62|0)[ \-.]?[1-9](?:[ \-.()]{0,2}\d){6,12}(?!\d)")
_OWN_PHONE = re.compile(
    r"(?:\b(?:no|nomor|nomer)\.?\s*)?\b(?:hp|handphone|wa|whatsapp|telp|telepon|tlp|telpon|phone|kontak|contact"
    r"|hubungi(?: saya)?)\b[^\d+\n]{0,25}$",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_OWN_EMAIL = re.compile(r"\b(?:e-?mail|surel)\b[^\n@]{0,25}$", re.IGNORECASE)
_NAME = re.compile(
    r"\b(?:nama(?: lengkap)?(?: saya)?|perkenalkan(?:,? (?:nama )?saya)?)\s*(?:adalah|:|=)?\s+([A-Z][\w'.]+(?: [A-Z][\w'.]+){0,4})"
)


def reporter(sender: Sender, text: str) -> Reporter:
    """The platform's word first; what the text adds is taken only where its words say that it is the writer's own."""
    address = sender.address or ""
    phone = sender.phone or (address if address.startswith("+") else None)
    email = address if "@" in address[1:] else None
    name = one_line(sender.name, 120) if sender.name else None
    if phone is None and numbers.digits(text) >= 8:
        phone = _own(text, _PHONE, _OWN_PHONE)
    if email is None and "@" in text:
        email = _own(text, _EMAIL, _OWN_EMAIL)
    if name is None and "nama" in text.lower():
        said = _NAME.search(text)
        name = said.group(1) if said else None
    return Reporter(name=name or None, email=email, phone=e164(phone) if phone else None)


def e164(written: str) -> str:
    """+62…; what is no valid number (911) stays as it was written."""
    import phonenumbers

    written = written.removeprefix("whatsapp:").strip()
    if not any(map(str.isdigit, written)):
        return written
    spelled = "+" + written if re.match(r"62[2-9]", written) else written
    try:
        number = phonenumbers.parse(spelled, "ID")
    except phonenumbers.NumberParseException:
        return written
    if not phonenumbers.is_possible_number(number):
        return written
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _own(text: str, pattern: re.Pattern[str], before: re.Pattern[str]) -> str | None:
    for match in pattern.finditer(text):
        if before.search(text[max(0, match.start() - 40) : match.start()]):
            return match.group()
    return None
