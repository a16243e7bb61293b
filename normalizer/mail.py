"""A mail's bytes into a Message: who, when, what, and whether a person wrote it."""

from __future__ import annotations

from datetime import tzinfo

from connectors.contract import Inbound, Sender
from normalizer import automatic, forward, markup, mime, quotes
from normalizer.characters import clean, tidy
from normalizer.chat import kind_of, safe_name
from normalizer.complaint import EvidenceFile
from normalizer.message import Message
from normalizer.outcome import Original, Part

_SUBJECT_LIMIT = 300


def read(inbound: Inbound, zone: tzinfo) -> Message:
    """Never raises. zone: for dates that name no offset."""
    mail = mime.parse(inbound.raw)
    headers = mail.headers
    name, address = headers.mailbox("from")
    subject = headers.text("subject", _SUBJECT_LIMIT) or inbound.subject
    found = automatic.judge(headers, mail.media_type, address, name, subject or "", mail.kinds)
    text = text_of(mail)
    original, note = (
        forward.unwrap(mail, text, subject or "", zone) if inbound.staff or forward.likely(subject or "", text) else (None, None)
    )
    attachments = [evidence(leaf) for leaf in mail.files]
    return Message(
        sender=Sender(id=inbound.sender.id or address or "", name=name or inbound.sender.name, address=address or inbound.sender.address),
        sent_at=inbound.sent_at,
        message_id=next(iter(headers.ids("message-id")), inbound.message_id),
        in_reply_to=next(iter(headers.ids("in-reply-to")), None) or inbound.in_reply_to,
        subject=subject or None,
        text=text,
        body=_own(text, original, staff=inbound.staff),
        note=note,
        original=original,
        attachments=attachments,
        parts=[
            Part(index=index, filename=file.filename, media_type=file.media_type, size=file.size or 0)
            for index, file in enumerate(attachments)
        ],
        kinds=[kind_of("file", file.media_type) for file in attachments],
        set_aside=inbound.service or found.reason,
        auto_generated=found.auto_generated,
        bounce=found.bounce,
    )


def text_of(mail: mime.Mail) -> str:
    """All that the mail says, as lines of clean text."""
    if mail.flat:
        return tidy(clean(mail.flat))
    said = (markup.to_text(leaf.text()) if leaf.media_type != "text/plain" else leaf.text() for leaf in mail.words)
    return tidy(clean("\n\n".join(said)))


def evidence(leaf: mime.Leaf) -> EvidenceFile:
    name = safe_name(leaf.filename) or ("surat-terlampir.eml" if leaf.media_type == "message/rfc822" else None)
    return EvidenceFile(filename=name, media_type=leaf.media_type, size=len(leaf.content()))


def _own(text: str, original: Original | None, *, staff: bool) -> str:
    if original and staff:
        return original.body or ""
    return quotes.own_words(text) or text
