"""A day's work for screenshots and tests: complaints in every state, one of them with everything that a page can show."""

from __future__ import annotations

import io
from datetime import timedelta

from PIL import Image, ImageDraw
from staging import NOW, Stage

from store.events import Event
from store.subscribers import SubscriberRow
from store.tables import EvidenceRow, InboxRow, OutboxRow, PulseRow, SupplementRow, TimelineRow

TITLES = (
    ("Lampu jalan mati di Jalan Amir Machmud depan SMAN 2", "received", "telegram", "penerangan_jalan", "normal"),
    ("Pohon tumbang menutup Jalan Pesantren", "received", "webchat", "pohon", "emergency"),
    ("Sampah menumpuk tiga hari di TPS Cibabat", "verified", "email", "sampah", "normal"),
    ("Antrean KTP elektronik di kecamatan sampai sore tanpa kepastian jam pelayanan", "assigned", "manual", "kependudukan", "high"),
    ("Drainase tersumbat, air masuk rumah warga RT 03 RW 07", "in_progress", "telegram", "drainase", "normal"),
    ("Usul taman bermain di Kelurahan Melong", "answered", "webchat", "taman", "normal"),
    ("Pungutan di sekolah negeri", "waiting", "email", "pendidikan", "normal"),
    ("Terima kasih, lubang sudah ditambal", "closed", "telegram", "jalan", "normal"),
)


def picture() -> bytes:
    image = Image.new("RGB", (640, 420), "#2b3a42")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 300, 640, 420), fill="#3f4b45")
    pen.rectangle((300, 60, 312, 320), fill="#8a8f8c")
    pen.ellipse((270, 40, 342, 80), fill="#55605a")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


LOG: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("done", "complaint.registered", {"result": "HTTP 204"}),
    ("owed", "complaint.moved", {"last_error": "unreachable: Tidak ada jawaban dalam 10 detik."}),
    ("given_up", "complaint.changed", {"last_error": "refused: HTTP 400."}),
    ("done", "check", {"result": "HTTP 200"}),
)
"""What became of a subscriber's events."""


async def seed(stage: Stage) -> str:
    """Returns the printed number of the rich one."""
    for n, (title, state, channel, category, urgency) in enumerate(TITLES):
        at = NOW - timedelta(hours=30 - 3 * n)
        known = category if category in stage.desk.profile.categories else None
        await stage.add_complaint(
            title=title,
            state=state,
            channel=channel,
            category=known,
            urgency=urgency,
            agency=stage.desk.profile.agency_for(known),
            registered_at=at,
            confidential=n == 6,
            anonymous=n == 6,
        )
    return await rich(stage)


async def rich(stage: Stage) -> str:
    categories = list(stage.desk.profile.categories)
    number = await stage.add_complaint(
        title="Jalan berlubang di depan Pasar Atas, dua motor jatuh",
        body="Jalan di depan Pasar Atas berlubang cukup dalam. Kemarin sore dua motor jatuh di sana. Mohon segera ditambal sebelum ada "
        "korban lagi. Saya dapat dihubungi di 0812-3456-7890.",
        first_words="Punten min, jln depan pasar atas bolong dalem bgt, kmrn sore 2 motor jatoh. tolong atuh ditambal. hub 0812-3456-7890",
        registered_at=NOW - timedelta(minutes=50),
        reply_address="12345",
        category=categories[0],
        agency=stage.desk.profile.agency_for(categories[0]),
        suggestions=[
            {"category": categories[0], "score": 0.82, "why": "kata: berlubang, jalan"},
            {"category": categories[1], "score": 0.31, "why": "kata: pasar"},
        ],
        location={"text": "depan Pasar Atas", "region_code": "32.77.03.1001", "region_name": "Padasuka, Cimahi Tengah",
                  "confidence": "high", "lat": -6.87221, "lon": 107.54213, "rt": "03", "rw": "07"},
    )  # fmt: skip
    key = (await stage.desk.db.read(lambda s: s.connection().exec_driver_sql("select max(id) from complaints").scalar())) or 0
    sha256 = stage.desk.blobs.put(picture())
    await stage.add(
        EvidenceRow(complaint_id=key, account="a", filename="IMG_2041.jpg", media_type="image/jpeg", size=48_213, sha256=sha256)
    )
    note = stage.desk.blobs.put(b"<script>alert(1)</script>")
    await stage.add(EvidenceRow(complaint_id=key, account="a", filename="laporan.html", media_type="text/html", size=25, sha256=note))
    await stage.add(
        EvidenceRow(complaint_id=key, account="a", filename="video.mp4", media_type="video/mp4", size=31_000_000, error="too_large")
    )
    more = SupplementRow(complaint_id=key, body="Tadi pagi ada lagi yang jatuh, di titik yang sama.", at=NOW - timedelta(minutes=20))
    await stage.add(more)
    for minutes, kind, actor, more_fields in (
        (50, "registered", "citizen", {"state": "received"}),
        (20, "supplement", "citizen", {}),
        (12, "note", "rina", {"note": "Sudah menelepon ketua RW, titiknya persis di depan toko kain."}),
    ):
        await stage.add(
            TimelineRow(complaint_id=key, at=NOW - timedelta(minutes=minutes), kind=kind, actor=actor, source="telegram", **more_fields)
        )
    for n, (kind, state, error) in enumerate((("reply", "done", None), ("forward", "dead", "refused: Pintu menolak kategori ini."))):
        await stage.add(
            OutboxRow(
                key=f"k{n}", kind=kind, lane=f"{kind}:kominfo_bot", order_key="o", complaint_id=key, state=state, attempts=n + 1,
                payload={"text": f"Terima kasih, laporan Anda kami terima dengan nomor {number}."} if kind == "reply" else {},
                created_at=NOW - timedelta(minutes=49), due_at=NOW, done_at=NOW if state == "done" else None, last_error=error,
            )
        )  # fmt: skip
    return number


async def subscribers(stage: Stage) -> None:
    """One that fails, with a log of every kind, and one that was paused."""
    url = "https://dasbor.example.go.id/hooks/satu-pintu/kejadian-pengaduan?lingkungan=produksi&versi=2026-11"
    common = {"sealed": b"x", "created_at": NOW, "events": [event.value for event in Event]}
    since = NOW - timedelta(hours=3)
    await stage.add(SubscriberRow(name="dasbor-wali-kota", url=url, failing_since=since, **common))
    await stage.add(SubscriberRow(name="sistem-dishub", url="https://8.8.8.8/", agency="dishub", standing="failed", **common))
    for n, (state, event, more) in enumerate(LOG):
        payload = {"id": f"line-{n}", "event": event, "at": NOW.isoformat()}
        about = None if event == "check" else 1
        await stage.add(
            OutboxRow(key=f"t{n}", kind="tell", lane="tell:dasbor-wali-kota", order_key=f"t{n}", state=state, attempts=n + 1,
                      created_at=NOW - timedelta(minutes=n), due_at=NOW + timedelta(minutes=7), complaint_id=about, payload=payload, **more)
        )  # fmt: skip


async def trouble(stage: Stage) -> None:
    """Something in every pocket, and accounts that are not well."""
    for n, reason in enumerate(("shape", "timeout")):
        await stage.add(
            InboxRow(
                channel="telegram", account="kominfo_bot", external_id=f"q{n}", conversation="", received_at=NOW - timedelta(hours=n + 1),
                state="quarantined", reason=reason, raw=b'{"update_id": 1, "message": <b>rusak</b> 081234567890', attempts=n + 1,
            )
        )  # fmt: skip
    await stage.add(
        InboxRow(channel="email", account="surat", external_id="s1", conversation="c", received_at=NOW, state="done",
                 outcome="set_aside", reason="bounce", inbound=b"{}")
    )  # fmt: skip
    await stage.add(
        OutboxRow(key="u1", kind="reply", lane="reply:kominfo_bot", order_key="u", state="uncertain", attempts=1, created_at=NOW,
                  due_at=NOW, complaint_id=1, last_error="unreachable: Jawaban Telegram tidak pernah tiba.")
    )  # fmt: skip
    await stage.add(
        OutboxRow(
            key="w1", kind="reply", lane="reply:surat", order_key="w", state="owed", created_at=NOW - timedelta(minutes=9), due_at=NOW
        )
    )
    await subscribers(stage)
    await stage.add(PulseRow(name="chat", last_ok_at=NOW - timedelta(seconds=20)))
    await stage.add(
        PulseRow(name="desk", last_ok_at=NOW - timedelta(days=1), last_error_at=NOW, stopped=True,
                 last_error="credential_refused: Token bot ditolak oleh Telegram.")
    )  # fmt: skip
