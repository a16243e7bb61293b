"""A logged-in IMAP connection through imapclient, and what each of its failures means. Blocking: call it in the connector's own thread."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError, LoginError

from connectors.email.settings import Settings
from connectors.errors import ConnectorError, CredentialRefused, Misconfigured, Throttled, Unreachable

CONNECT_SECONDS = 15.0
PAUSE_SECONDS = 300.0

_LATER = re.compile(r"\[(UNAVAILABLE|INUSE|SERVERBUG|OVERQUOTA)\]|try again|temporar", re.IGNORECASE)
"""Response codes after RFC 5530 (https://www.rfc-editor.org/rfc/rfc5530), and what servers without them say."""
_TOO_MANY = re.compile(r"\[(LIMIT|THROTTLED)\]|too many|throttl|rate limit", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A selected folder."""

    validity: int
    exists: int


def is_temporary(error: Exception) -> bool:
    """Whether a server's NO speaks of itself and the moment, not of what was asked."""
    return bool(_LATER.search(str(error)) or _TOO_MANY.search(str(error)))


@contextmanager
def failures(step: str) -> Iterator[None]:
    """Turns what imapclient and sockets raise into our errors; sentences name the setting, never a server's own text."""
    try:
        yield
    except ConnectorError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise Unreachable("Sertifikat server IMAP tidak dipercaya: periksa imap.host dan imap.ca_file.") from error
    except (IMAPClientAbortError, OSError) as error:
        raise Unreachable(f"Sambungan IMAP gagal atau putus ({step}): periksa imap.host, imap.port dan imap.tls.") from error
    except CapabilityError as error:
        raise Misconfigured(f"Server IMAP tidak menawarkan yang diminta ({step}): periksa imap.tls dan after.") from error
    except IMAPClientError as error:
        raise Unreachable(f"Server IMAP menolak perintah ({step}).") from error
    except (ValueError, AssertionError, IndexError, KeyError, TypeError) as error:  # an answer that imapclient cannot parse
        raise Unreachable(f"Jawaban server IMAP tidak dapat dibaca ({step}).") from error


def connect(settings: Settings, token: str | None = None) -> IMAPClient:
    """Connected and logged in; `token` is the access token where the account has no password.

    Raises Unreachable, Throttled, CredentialRefused or Misconfigured.
    """
    server = settings.imap
    timeout = SocketTimeout(connect=min(CONNECT_SECONDS, settings.timeout_seconds), read=settings.timeout_seconds)
    with failures("sambung"):
        context = server.context()
        client = IMAPClient(
            server.host,
            server.port_for("imap"),
            ssl=server.tls == "ssl",
            ssl_context=context if server.tls == "ssl" else None,
            timeout=timeout,
        )
    try:
        client._imap.debug = 0  # imapclient turns imaplib's tracing on: it costs time, and a citizen's words belong in no log
        if server.tls == "starttls":
            with failures("starttls"):
                client.starttls(context)
        _login(client, settings.username_for(server), settings.password_for(server), token)
    except BaseException:
        drop(client)
        raise
    return client


def _login(client: IMAPClient, username: str, password: str | None, token: str | None) -> None:
    with failures("masuk"):
        try:
            if password is None:
                client.oauth2_login(username, token or "")
            elif f"{username}{password}".isascii() and not client.has_capability("LOGINDISABLED"):
                client.login(username, password)
            else:
                client.plain_login(username, password)
        except LoginError as error:
            failure = _login_failure(error, by_token=password is None)
            raise failure from (None if password is None else error)


def _login_failure(error: LoginError, *, by_token: bool) -> ConnectorError:
    if isinstance(error.__context__, IMAPClientAbortError):  # imapclient wraps a lost line too
        return Unreachable("Sambungan IMAP putus saat masuk.")
    if _TOO_MANY.search(str(error)):
        return Throttled("Server IMAP meminta kita menunggu sebelum masuk lagi.", wait=PAUSE_SECONDS)
    if is_temporary(error):
        return Unreachable("Server IMAP tidak dapat menerima kita untuk sementara.")
    if by_token:
        return CredentialRefused("IMAP menolak token OAuth: periksa username, izin kotak surat, dan apakah IMAP diaktifkan untuknya.")
    return CredentialRefused("IMAP menolak nama pengguna atau kata sandi: periksa username dan password akun ini.")


def open_folder(client: IMAPClient, folder: str, *, readonly: bool) -> Opened:
    """Selects the folder anew, so that its numbers are today's. Raises Misconfigured where there is none."""
    with failures("buka folder"):
        try:
            told = client.select_folder(folder, readonly=readonly)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            if is_temporary(error):
                raise Unreachable("Server IMAP tidak dapat membuka folder untuk sementara.") from error
            raise Misconfigured(f"Folder IMAP “{folder}” tidak ada atau tidak boleh dibuka: periksa folder.") from error
        return Opened(validity=int(told[b"UIDVALIDITY"]), exists=int(told[b"EXISTS"]))


def drop(client: IMAPClient) -> None:
    """Closes without a word; for lines that may be broken."""
    try:
        client.shutdown()
    except (OSError, IMAPClientError):
        return


def interrupt(client: IMAPClient) -> None:
    """From another thread: ends what it waits for. (Closing instead would wait for that thread's read to end.)"""
    try:
        client.socket().shutdown(socket.SHUT_RDWR)
    except OSError:
        return
