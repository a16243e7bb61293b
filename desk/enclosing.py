"""Makes the mails that carry a recap, each at the moment when it leaves, in a process of its own.

The libraries that write XLSX and PDF take 50 MB and a processor for seconds: this way the hub stays as small and as quick as it was.
It is a fresh process and no fork, as a hub at work has threads (decision 0010).
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import Sequence
from dataclasses import replace
from subprocess import PIPE

import structlog

from config.profile import Profile
from connectors.contract import Reply
from connectors.enclosure import Enclosure
from connectors.errors import Unreachable
from dispatcher.clocks.mailing import moments
from dispatcher.enclosing import DESK, Report
from dispatcher.workers import NotYet
from store import reports
from store.database import Database

WAIT_SECONDS = 2.0
MAKING_SECONDS = 100.0
"""Less than the lease of a debt; ten thousand rows take ten."""
log = structlog.get_logger()


class Recaps:
    """Satisfies `dispatcher.enclosing.Encloses`. One at a time; whoever comes meanwhile comes again."""

    def __init__(self, db: Database, profile: Profile, url: str) -> None:
        self._db, self._profile, self._url = db, profile, url
        self._making = asyncio.Lock()

    async def __call__(self, report: Report, reply: Reply) -> Reply:
        if self._making.locked():
            raise NotYet("Rekap lain sedang dibuat.", wait=WAIT_SECONDS)
        async with self._making:
            since, until = moments(self._profile, report.month)
            lines = await self._db.read(lambda session: reports.lines(session, since, until, report.agency))
            text, files = await _apart(self._profile, report, lines, f"{self._url}{DESK}?bulan={report.month:%Y-%m}")
        return replace(reply, text=text, enclosures=files)


async def _apart(profile: Profile, report: Report, lines: Sequence[reports.Line], link: str) -> tuple[str, Sequence[Enclosure]]:
    """`desk.mailed.written` in a fresh process, which is killed where nobody waits for it any more."""
    order = await asyncio.to_thread(pickle.dumps, (profile, report, lines, link))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    making = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, start_new_session=True
    )
    try:
        async with asyncio.timeout(MAKING_SECONDS):
            made, said = await making.communicate(order)
    except TimeoutError:
        made, said = b"", b"TimeoutError"
    finally:
        if making.returncode is None:
            making.kill()
            await making.wait()
    if making.returncode:
        log.error("reports.unmade", status=making.returncode, code=_kind(said))
        raise Unreachable(
            "Rekap belum dapat dibuat; hub mencobanya lagi. Bila terus gagal, unduh rekapnya di halaman ini dan kirim sendiri."
        )
    text, files = pickle.loads(made)  # noqa: S301 - our own child wrote it
    return text, files


def _kind(said: bytes) -> str:
    """The class of the error that a traceback ends with; its message may hold a citizen's words."""
    return said.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0][:60]


def main() -> None:
    """The child: an order on standard input, what was made on standard output."""
    from desk.mailed import written

    sys.stdout.buffer.write(pickle.dumps(written(*pickle.loads(sys.stdin.buffer.read()))))  # noqa: S301 - our own hub wrote it


if __name__ == "__main__":
    main()
