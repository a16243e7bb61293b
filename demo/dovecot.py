"""The same mailbox with Debian's Dovecot as IMAP server, for tests that want the server that most offices run.

`sudo apt-get install dovecot-imapd` brings it. It is started by hand in a folder of its own, as root or as anybody, and stopped at the end.
"""

from __future__ import annotations

import asyncio
import getpass
import grp
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path

from imapclient import IMAPClient

from demo.mailbox import LOOPBACK, Mailbox

PROGRAM = Path("/usr/sbin/dovecot")
HOW_TO_GET_IT = "dovecot belum terpasang: sudo apt-get install dovecot-imapd"
START_SECONDS = 15.0

CAPABILITIES = "IMAP4rev1 LITERAL+ ENABLE IDLE NAMESPACE UNSELECT CHILDREN UIDPLUS MOVE BINARY MULTIAPPEND SPECIAL-USE"

CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
mail_location = maildir:{home}/mail
mail_fsync = never
auth_failure_delay = 0
imap_capability = {capability}
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={home}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


class Dovecot(Mailbox):
    """`async with Dovecot() as box`: Mailbox's promises kept by Dovecot; `close_imap` and `open_imap` stop it and start it again."""

    async def _prepare(self) -> None:
        # not pytest's tmp_path: Dovecot's own users must be able to enter it
        self._home = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self._home.chmod(0o755)
        (self._home / "mail").mkdir()
        people = _people()
        if os.geteuid() == 0:
            shutil.chown(self._home / "mail", people["owner"], people["owner_group"])
        users = self._home / "users"
        users.write_text(f"{self.address}:{{PLAIN}}{self.password}\n")
        users.chmod(0o644)
        self.imap_port = _free_port()
        self._configuration = self._home / "dovecot.conf"
        kept = " ".join(one for one in CAPABILITIES.split() if one not in self._lacks)
        self._configuration.write_text(CONFIGURATION.format(home=self._home, port=self.imap_port, capability=kept, **people))

    async def __aexit__(self, *problem: object) -> None:
        await super().__aexit__(*problem)
        shutil.rmtree(self._home, ignore_errors=True)

    async def open_imap(self) -> None:
        self._server = await asyncio.create_subprocess_exec(PROGRAM, "-F", "-c", self._configuration, start_new_session=True)
        async with asyncio.timeout(START_SECONDS):
            while not await _greeting(self.imap_port):  # noqa: ASYNC110  # it tells nobody when it is ready
                await asyncio.sleep(0.02)

    async def close_imap(self) -> None:
        if self._server.returncode is None:  # killed as a group: an orderly end takes Dovecot a second
            os.killpg(self._server.pid, signal.SIGKILL)
        await self._server.wait()
        async with asyncio.timeout(START_SECONDS):
            while await _greeting(self.imap_port) is not None:  # noqa: ASYNC110  # its children hold the port a moment longer
                await asyncio.sleep(0.01)

    async def cut(self) -> None:
        await self.close_imap()
        await self.open_imap()

    async def deliver(self, raw: bytes, *, flags: tuple[bytes, ...] = (), folder: str = "INBOX") -> None:
        await asyncio.to_thread(self._append, raw, flags, folder)

    def _append(self, raw: bytes, flags: tuple[bytes, ...], folder: str) -> None:
        with IMAPClient(LOOPBACK, self.imap_port, ssl=False, timeout=10) as client:
            client.login(self.address, self.password)
            client.append(folder, raw, flags)

    async def renumber(self) -> None:
        await self.close_imap()
        await asyncio.sleep(1.1)  # the new UIDVALIDITY is the time in seconds; it has to be another one
        for name in (self._home / "mail").glob("dovecot*"):
            name.unlink()
        await self.open_imap()


def _people() -> dict[str, str]:
    """Who runs what: Debian's users when we are root, else everything as ourselves."""
    if os.geteuid() == 0:
        return {"internal": "dovecot", "internal_group": "dovecot", "login": "dovenull", "owner": "nobody", "owner_group": "nogroup"}
    me, group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
    return {"internal": me, "internal_group": group, "login": me, "owner": me, "owner_group": group}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


async def _greeting(port: int) -> bytes | None:
    """What the server says first; empty while it says nothing, None when nobody listens."""
    try:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return None
    try:
        return await asyncio.wait_for(reader.readline(), 1)
    except (OSError, TimeoutError):
        return b""
    finally:
        writer.close()
