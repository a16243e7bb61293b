"""A mail's bytes into a Message: who, when, what, and whether a person wrote it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo

from connectors.contract import Inbound, Sender
from normalizer import automatic, forward, markup, mime, quotes, title
from normalizer.characters import clean, tidy
from normalizer.chat import kind_of, safe_name
from normalizer.complaint import EvidenceFile
from normalizer.message import Message
from normalizer.outcome import Original, Part, Party

_SUBJECT_LIMIT = 300


def read(inbound: Inbound, zone: tzinfo) -> Message:
    """Never raises. zone: for dates that name no offset."""
    mail = mime.parse(inbound.raw)
    headers = mail.headers
    name, address = headers.mailbox("from")
    subject = headers.text("subject", _SUBJECT_LIMIT) or inbound.subject
    found = automatic.judge(headers, mail.media_type, address, name, subject or "", mail.kinds)
    text = text_of(mail)
    passed_on = _passed_on(mail, text, subject or "", zone) if inbound.staff else None
    attachments = [evidence(leaf) for leaf in mail.files]
    return Message(
        sender=Sender(id=inbound.sender.id or address or "", name=name or inbound.sender.name, address=address or inbound.sender.address),
        author=_author(passed_on),
        sent_at=_sent_at(passed_on, inbound),
        message_id=next(iter(headers.ids("message-id")), inbound.message_id),
        in_reply_to=next(iter(headers.ids("in-reply-to")), None) or inbound.in_reply_to,
        subject=subject or None,
        text=text,
        body=passed_on.original.body or "" if passed_on else quotes.own_words(text),
        note=passed_on.note if passed_on else None,
        original=passed_on.original if passed_on else None,
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


def _passed_on(mail: mime.Mail, text: str, subject: str, zone: tzinfo) -> forward.Unwrapped | None:
    """The mail that an operator forwarded, inline or as an attached mail."""
    inline = forward.unwrap(
        text,
        zone,
        passed_on=title.passes_on(subject),
        answer=title.answers(subject),
    )
    if inline:
        known = inline.original.subject or title.without_marks(subject)
        return replace(inline, original=inline.original.model_copy(update={"subject": known or None}))
    attached = next((inner for leaf in mail.files if (inner := mime.embedded(leaf)) is not None), None)
    return _attached(attached, text) if attached else None


def _attached(inner: mime.Mail, note: str) -> forward.Unwrapped:
    headers = inner.headers
    name, address = headers.mailbox("from")
    sent = headers.date()
    original = Original(
        from_=Party(id=address, name=name, address=address),
        to=headers.text("to") or None,
        cc=headers.text("cc") or None,
        subject=headers.text("subject", _SUBJECT_LIMIT) or None,
        date=sent.isoformat() if sent else headers.text("date") or None,
        body=quotes.own_words(text_of(inner)),
    )
    return forward.Unwrapped(original, note.strip() or None)


def _author(passed_on: forward.Unwrapped | None) -> Sender | None:
    first = passed_on.original.from_ if passed_on else None
    return Sender(id=first.address or "", name=first.name, address=first.address) if first else None


def _sent_at(passed_on: forward.Unwrapped | None, inbound: Inbound) -> datetime:
    """When the citizen wrote: the forwarded mail's own date, unless it lies after the forward."""
    written = passed_on.original.date if passed_on else None
    try:
        first = datetime.fromisoformat(written) if written else None
    except ValueError:
        first = None
    return first if first and first.tzinfo and first <= inbound.sent_at else inbound.sent_at
