"""One mail out through SMTP, and what each refusal means.

Sentences carry the server's codes, never its text: that may hold a citizen's address.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiosmtplib

from connectors.email.settings import Settings
from connectors.errors import ConnectorError, CredentialRefused, Misconfigured, RecipientGone, Refused, Throttled, TooLarge, Unreachable

PAUSE_SECONDS = 300.0
"""How long to rest when a server says "too many" without saying how long."""
DAY_PAUSE_SECONDS = 3600.0

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_TOO_MANY = re.compile(r"too many|\brate\b|\blimit|throttl", re.IGNORECASE)
_UNKNOWN = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4")
"""Enhanced codes that say: nobody there (RFC 3463, https://www.rfc-editor.org/rfc/rfc3463)."""


async def deliver(settings: Settings, to: str, mail: bytes, token: str | None = None) -> None:
    """Hands the mail to the server. Raises ConnectorError; only a line lost after DATA is uncertain."""
    async with session(settings, token) as server:
        with _answers("mail"):
            await server.mail(settings.address)
        with _answers("rcpt"):
            await server.rcpt(to)
        with _answers("data"):
            await server.data(mail)


@asynccontextmanager
async def session(settings: Settings, token: str | None = None) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connection that is logged in (`token`: where there is no password); closed at the end, politely where the line still stands."""
    smtp = settings.smtp
    with _answers("connect"):
        server = aiosmtplib.SMTP(
            hostname=smtp.host,
            port=smtp.port_for("smtp"),
            use_tls=smtp.tls == "ssl",
            start_tls=smtp.tls == "starttls",
            tls_context=smtp.context(),
            local_hostname=settings.domain,
            timeout=settings.timeout_seconds,
        )
        await server.connect()
    try:
        with _answers("login"):
            await _login(server, settings.username_for(smtp), settings.password_for(smtp), token)
        yield server
        await _quit(server)
    finally:
        server.close()


async def _login(server: aiosmtplib.SMTP, username: str, password: str | None, token: str | None) -> None:
    if password is not None:
        await server.login(username, password)
    else:
        await server.auth_xoauth2(username, token or "")


async def _quit(server: aiosmtplib.SMTP) -> None:
    """The mail is delivered by now: what goes wrong while parting is no failure."""
    try:
        await server.quit()
    except (aiosmtplib.SMTPException, OSError):
        server.close()


@contextmanager
def _answers(step: str) -> Iterator[None]:
    try:
        yield
    except aiosmtplib.SMTPResponseException as error:
        raise refusal(step, error.code, str(error.message)) from error
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, TimeoutError, OSError) as error:
        if _is_distrust(error):
            raise Unreachable("Sertifikat server SMTP tidak dipercaya: periksa smtp.host dan smtp.ca_file.") from error
        if step == "data":
            raise Unreachable("Sambungan SMTP putus sesudah surat dikirim; tidak diketahui apakah diterima.", certain=False) from error
        raise Unreachable(f"Server SMTP tidak menjawab ({step}): periksa smtp.host, smtp.port dan smtp.tls.") from error
    except aiosmtplib.SMTPException as error:  # no answer of the server: it lacks AUTH or STARTTLS
        raise Misconfigured(f"Server SMTP tidak menawarkan yang diminta ({step}): periksa smtp.tls dan smtp.port.") from error


def _is_distrust(error: BaseException | None) -> bool:
    """aiosmtplib wraps the certificate's error in its own."""
    while error and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def refusal(step: str, code: int, text: str) -> ConnectorError:
    """The error class for a server's answer. step: connect, login, mail, rcpt or data."""
    enhanced = found[1] if (found := _ENHANCED.search(text)) else ""
    said = f"SMTP {code} {enhanced}".strip()
    if 400 <= code < 500:
        return _later(step, code, enhanced, text, said)
    if code in (530, 534, 535, 538) or (step == "login" and code >= 500):
        return CredentialRefused(
            f"{said}: SMTP menolak nama pengguna, kata sandi atau token; periksa username dan password atau oauth akun ini."
        )
    if code < 500 or code >= 600:
        return Unreachable(f"Jawaban server SMTP tidak dimengerti ({step}).", certain=step != "data")
    if enhanced == "5.4.5":  # Gmail: daily sending limit, https://support.google.com/a/answer/3726730
        return Throttled(f"{said}: batas kirim harian tercapai.", wait=DAY_PAUSE_SECONDS)
    return _never(step, code, enhanced, said)


def _later(step: str, code: int, enhanced: str, text: str, said: str) -> ConnectorError:
    """A greylisting server (4.7.1 to RCPT) means this one recipient; the account need not pause."""
    whole_account = step != "rcpt" and (enhanced.startswith("4.7.") or (code == 421 and enhanced != "4.3.2"))
    if whole_account or _TOO_MANY.search(text):
        return Throttled(f"{said}: server SMTP meminta kita menunggu.", wait=PAUSE_SECONDS)
    return Unreachable(f"{said}: server SMTP menolak untuk sementara.")


def _never(step: str, code: int, enhanced: str, said: str) -> ConnectorError:
    if step in ("connect", "mail"):
        return Misconfigured(f"{said}: server SMTP tidak mengizinkan alamat pengirim kita; periksa address dan smtp.host.")
    if code == 552 or enhanced in ("5.3.4", "5.2.3"):
        return TooLarge(f"{said}: surat terlalu besar untuk server tujuan.")
    if step == "rcpt" and (enhanced in _UNKNOWN or (not enhanced and code in (550, 551, 553))):
        return RecipientGone(f"{said}: alamat penerima tidak ada lagi.")
    return Refused(f"{said}: server SMTP menolak surat ini ({step}).")
