"""Personal data, covered: what is left of a text, a name, a phone number or a mail address for who must not see it."""

from __future__ import annotations

from normalizer import privacy


def masked(text: str | None) -> str:
    """A text without NIK, phone numbers and mail addresses."""
    return privacy.mask(text, privacy.find(text)) if text else ""


def covered(text: str | None) -> str:
    """For viewers: also without the words about health and children."""
    return privacy.covered_for_viewers(text) if text else ""


def masked_name(name: str | None) -> str:
    """Budi Santoso -> B••• S•••: enough to tell two people apart on one page."""
    return " ".join(f"{word[0]}•••" for word in name.split()) if name else ""


def masked_phone(phone: str | None) -> str:
    return f"{phone[:4]}••••{phone[-2:]}" if phone and len(phone) > 8 else "••••" if phone else ""


def masked_email(email: str | None) -> str:
    if not email:
        return ""
    user, _, domain = email.partition("@")
    return f"{user[:1]}•••@{domain}" if domain else "•••"
