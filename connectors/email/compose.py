"""Reply -> the bytes of one mail: plain text, threaded, marked as automatic; with files where it is for our own people. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email import charset
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr

from connectors.contract import Reply
from connectors.email.automatic import is_machine
from connectors.email.headers import bare_id, is_address
from connectors.email.settings import Settings
from connectors.enclosure import Enclosure
from connectors.errors import Refused

DEFAULT_SUBJECT = "Laporan Anda"
_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def recipient(reply: Reply, settings: Settings) -> str:
    """The one address that the answer goes to. Raises Refused for what can be none, for machines and for ourselves."""
    address = reply.address
    if not is_address(address) or not address.isprintable():
        raise Refused("Alamat tujuan bukan alamat surel yang sah.")
    if address.lower() in settings.own:
        raise Refused("Alamat tujuan adalah alamat kotak surat ini sendiri.")
    if is_machine(address):
        raise Refused("Alamat tujuan milik mesin (mailer-daemon, no-reply, milis): tidak dibalas.")
    try:
        return address.rpartition("@")[0].encode("ascii").decode() + "@" + address.rpartition("@")[2].encode("idna").decode()
    except UnicodeError:
        raise Refused("Alamat tujuan memakai huruf di luar ASCII yang tidak dapat dikirimi surel.") from None


def compose(reply: Reply, to: str, message_id: str, settings: Settings, now: datetime) -> bytes:
    """One mail, lines ended by CRLF. message_id: bare. Raises Refused when a header would need a line break."""
    subject = reply.subject or DEFAULT_SUBJECT
    if any(_BREAK.search(text) for text in (subject, settings.name, to, message_id)):
        raise Refused("Judul, nama pengirim atau alamat mengandung ganti baris atau huruf kendali.")
    body = _body(reply.text)
    mail = _with_files(body, reply.enclosures) if reply.enclosures else body
    mail["From"] = formataddr((settings.name, settings.address))
    mail["To"] = to
    mail["Subject"] = subject if subject.isascii() and "=?" not in subject else Header(subject, "utf-8").encode()
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}>"
    references = _references(reply)
    if references:
        mail["In-Reply-To"] = references[-1]
        mail["References"] = "\n ".join(references)
    if reply.automatic:
        mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    return mail.as_bytes(policy=compat32.clone(linesep="\r\n"))


def _body(text: str) -> MIMEText:
    """Quoted-printable: a person can read it in the raw mail too, and no line grows too long."""
    printable = charset.Charset("utf-8")
    printable.body_encoding = charset.QP
    clean = text.replace("\r\n", "\n").encode("utf-8", "replace").decode()
    return MIMEText(clean, "plain", printable)  # type: ignore[arg-type]  # typeshed wants str; the Charset is documented


def _with_files(body: MIMEText, files: Sequence[Enclosure]) -> MIMEMultipart:
    mail = MIMEMultipart()
    mail.attach(body)
    for file in files:
        part = MIMEApplication(file.content, file.media_type.partition("/")[2])
        part.add_header("Content-Disposition", "attachment", filename=file.filename)
        mail.attach(part)
    return mail


def _references(reply: Reply) -> list[str]:
    """Ids of the thread, the answered mail last. Ids that are no plain ASCII words are left out: they cannot be folded safely."""
    known = str(reply.extra.get("references", "")).split()
    chain = [one for one in map(bare_id, [*known, reply.in_reply_to or ""]) if one and one.isascii() and one.isprintable()]
    ordered = [one for position, one in enumerate(chain) if one not in chain[position + 1 :]]
    return [f"<{one}>" for one in ordered]
