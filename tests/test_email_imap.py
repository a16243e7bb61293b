"""E-mail in: IMAP against real servers on loopback (pymap in this process; Dovecot where it is installed)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.contract import Inbound
from connectors.email.client import EmailConnector, Settings
from demo.mailbox import Mailbox


def connector(box, **changes):
    settings = {name: value for name, value in box.account_settings().items() if name != "channel"} | changes
    return EmailConnector("surel", Settings(**settings), b"rahasia")


def mail(number):
    return f"From: Ani <ani@example.org>\r\nTo: x@y\r\nSubject: Lapor {number}\r\nMessage-ID: <m{number}@example.org>\r\nDate: Sat, 22 Nov 2025 10:00:00 +0700\r\n\r\nJalan rusak {number}\r\n".encode()


async def test_first():
    async with Mailbox() as box:
        c = connector(box, batch=10)
        print(await c.check())
        for n in range(25):
            await box.deliver(mail(n))
        cursor = None
        ids = []
        while True:
            b = await c.pull(cursor)
            ids += [a.external_id for a in b.arrivals]
            cursor = b.cursor
            print(len(b.arrivals), cursor, b.more)
            if not b.more:
                break
        assert len(set(ids)) == 25
        print(b.arrivals[-1])
        from connectors.contract import Reply

        print(
            await c.send(
                Reply(
                    key="k",
                    channel="email",
                    account="surel",
                    conversation="x",
                    address="ani@example.org",
                    text="Terima kasih — nomor CMH",
                    subject="Laporan Añda",
                    in_reply_to="m1@example.org",
                )
            )
        )
        print(box.sent[0].content.decode())
        await c.aclose()
