"""What one message costs the normaliser, on one core: chat texts, mails of 5 KB and of 1 MB. `make bench`, or `python bench/normalize.py`.

All steps included, warm: the first round of each kind is not counted (regions, phone numbers, word forms load once). Figures of two
machines are not to be compared; the goals (2 ms a chat text, 10 ms a mail of 5 KB, in the median) are meant for an idle core.
"""

from __future__ import annotations

import argparse
import base64
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from config import load
from config.profile import Profile
from connectors.contract import Inbound, Sender
from normalizer.normalize import normalize

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
CHATS = (
    "Selamat pagi min, lampu jalan di Jl. Kenanga RT 03 RW 05 Kelurahan Karangmekar mati sejak kemarin, mohon diperbaiki, gelap sekali",
    "MIN TOLONG JLN DPN SMPN 3 ANCUR BGT UDH 3 BLN GA DIBENERIN2, KMRN ADA YG JATOH",
    "sampah numpuk di pasar antri bau busuk, hp saya 081234567890",
    "halo min",
    "status laporan saya gimana ya kok belum ada kabar",
    "Pungli di kantor kelurahan, diminta uang Rp 200.000 atas nama Budi Santoso, rekening BCA 1234567890, mohon dirahasiakan nama saya",
    "kebakaran di Gg. Mawar dekat masjid https://maps.google.com/?q=-6.8723,107.5425",
    "kapan jadwal rekam ktp di disdukcapil? syaratnya apa saja",
)
HEAD = (
    "From: Siti Aminah <siti@contoh.id>\r\nTo: pengaduan@kota.contoh.id\r\nSubject: Jalan rusak {n}\r\nMessage-ID: <{n}@contoh.id>\r\n"
    "Date: Sun, 22 Nov 2026 09:30:00 +0700\r\nMIME-Version: 1.0\r\n"
)
WORDS = (
    "Dengan hormat, kami warga RT 03 RW 05 Kelurahan Karangmekar melaporkan jalan berlubang di Jl. Kenanga sejak tiga minggu lalu. "
    "Saluran air di sampingnya tersumbat sampah sehingga banjir bila hujan.\r\n"
)


def chats() -> list[Inbound]:
    return [_inbound("telegram", str(number), text=text) for number, text in enumerate(CHATS)]


def letters(size: int) -> list[Inbound]:
    """Plain, and HTML with a quoted reply, filled up to `size` bytes; big ones by a photo, as people send them."""
    body = WORDS * max(1, min(size, 5_000) // len(WORDS) - 2) + "\r\nPada 21 Nov 2026, Kota menulis:\r\n> Terima kasih\r\n"
    plain = "Content-Type: text/plain; charset=utf-8\r\n\r\n" + body
    html = "Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>" + body.replace("\r\n", "</p><p>") + "</p></body></html>"
    photo = base64.encodebytes(bytes(range(256)) * (max(0, size - 6_000) * 3 // 4 // 256)).decode()
    files = f'--b\r\nContent-Type: image/jpeg; name="a.jpg"\r\nContent-Transfer-Encoding: base64\r\n\r\n{photo}\r\n--b--\r\n'
    found = []
    for number, said in enumerate((plain, html)):
        whole = said if size <= 6_000 else f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{said}\r\n{files}"
        found.append(_inbound("email", f"{number}@contoh.id", raw=(HEAD.format(n=number) + whole).encode()))
    return found


def _inbound(channel: str, name: str, text: str = "", raw: bytes = b"") -> Inbound:
    sender = Sender(id="7", name="Siti Aminah")
    return Inbound(
        channel=channel,
        account="bench",
        external_id=name,
        conversation=f"{channel}:bench:7",
        sender=sender,
        sent_at=NOW,
        text=text,
        raw=raw,
    )


def measure(inbounds: Sequence[Inbound], profile: Profile, seconds: float) -> list[float]:
    """Milliseconds of each normalisation, in CPU time of this process: what else the machine does is not the normaliser's."""
    for inbound in inbounds:
        normalize(inbound, profile)
    spent: list[float] = []
    end = time.process_time() + seconds
    while time.process_time() < end:
        for inbound in inbounds:
            start = time.process_time()
            normalize(inbound, profile)
            spent.append((time.process_time() - start) * 1_000)
    return spent


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=3.0, help="CPU seconds for each kind")
    seconds = arguments.parse_args().seconds
    profile = load.profile(load.settings(environ={}))
    print(f"normaliser, one core; {megabytes():.0f} MB before the first message")
    print(f"{'':<12}{'a second':>10}{'median ms':>11}{'p99 ms':>9}{'peak MB':>9}")
    for name, inbounds in (("chat text", chats()), ("mail 5 KB", letters(5_000)), ("mail 1 MB", letters(1_000_000))):
        spent = measure(inbounds, profile, seconds)
        p99 = statistics.quantiles(spent, n=100)[98]
        print(f"{name:<12}{1_000 / statistics.mean(spent):>10.0f}{statistics.median(spent):>11.2f}{p99:>9.2f}{megabytes():>9.0f}")


if __name__ == "__main__":
    main()
