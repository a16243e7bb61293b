"""Health for people: every account, door and queue on one page, and what to do where something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from aiohttp import web
from sqlmodel import Session

from connectors.charges import Charges
from desk.context import Desk, desk_of
from desk.operator.labels import N_
from desk.operator.view import sentence_of, shown
from store import health, pockets
from store.expenses import spent
from store.health import Vitals
from store.reads import reads
from store.tables import PulseRow

BACKLOG_MINUTES = 5
"""Older than this in a queue is worth a look."""
OFF, STOPPED, PAUSED, FAILED, BACKLOG, FINE, QUIET = "off", "stopped", "paused", "failed", "backlog", "fine", "quiet"
WHAT_TO_DO: Mapping[str, str] = {
    "credential_refused": N_("Token atau kata sandinya ditolak. Perbarui di pengaturan, lalu mulai ulang hub."),
    "misconfigured": N_("Pengaturannya belum lengkap. Jalankan “run.py check”, ikuti petunjuknya, lalu mulai ulang hub."),
    "unreachable": N_("Alamatnya belum dapat dihubungi. Hub mencoba terus; periksa jaringan bila berlangsung lama."),
    "budget_spent": N_("Jatah dari penyedianya sudah terpakai. Tidak ada yang hilang; tambah jatahnya bila tidak dapat menunggu."),
    "spending_limit": N_(
        "Batas pengiriman berbayar tercapai: balasan otomatis berhenti, laporan tetap masuk. Naikkan batasnya bila perlu."
    ),
    "throttled": N_("Pihak sana meminta menunggu. Tidak perlu apa-apa; kiriman dilanjutkan sendiri."),
    "refused": N_("Pihak sana menolak kiriman. Lihat halaman “Perlu dilihat”."),
    "doubtful": N_("Periksa keterangannya. Akun tetap berjalan; tanda ini hilang sendiri bila sudah beres."),
    "subscriber_gone": N_("Penerimanya minta berhenti. Periksa dengan pengelolanya, lalu lanjutkan di halaman Webhook."),
    "subscriber_failed": N_("Tiga hari gagal terus, jadi dijeda. Perbaiki alamatnya, lalu lanjutkan di halaman Webhook."),
    "malformed": N_("Jawabannya tidak terbaca. Bila berulang, laporkan kepada pengelola hub."),
}
_NO_START = N_("Akun ini tidak ikut berjalan. Jalankan “run.py check” untuk sebabnya.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vital:
    """One account or door as the page shows it."""

    name: str
    title: str
    condition: str
    last_ok: datetime | None
    last_in: datetime | None
    error: str | None
    advice: str | None
    paused_until: datetime | None
    waiting: int = 0
    oldest: datetime | None = None
    forged: int = 0
    until: date | None = None
    """The last day of its credential."""


@dataclass(frozen=True, slots=True)
class Paid:
    """Paid parts of an account, of what it may send."""

    today: int
    month: int
    a_day: int
    a_month: int

    @property
    def nearly(self) -> bool:
        """Four fifths are used: somebody should look."""
        return self.today * 5 >= self.a_day * 4 or self.month * 5 >= self.a_month * 4


async def show(request: web.Request) -> web.StreamResponse:
    desk = desk_of(request)
    found = await desk.db.read(lambda session: health.vitals(session, tuple(desk.settings.accounts)))
    now = desk.clock()
    context = {
        "accounts": [_account(desk, found, name, now) for name in desk.settings.accounts],
        "doors": [_door(desk, found, name, now) for name in _doors(desk)],
        "jobs": _jobs(desk, found, now),
        "lanes": found.outward,
        "paid": await desk.db.read(lambda session: _paid(desk, session, now)),
        "reads": await desk.db.read(lambda session: reads(session, now)),
        "pocketed": await desk.db.read(pockets.counts),
        "ending": lambda until: until - now.astimezone(desk.profile.tz).date() <= timedelta(days=desk.settings.alerts.expiry_days),
        "late": lambda at: at is not None and now - at > timedelta(minutes=BACKLOG_MINUTES),
    }
    return await shown(request, "operator/health.html", context)


def _paid(desk: Desk, session: Session, now: datetime) -> Mapping[str, Paid]:
    """Accounts that pay for what they send."""
    today = now.astimezone(desk.profile.tz).date()
    charged = {name: each.budget for name, each in desk.connectors.items() if isinstance(each, Charges)}
    used = {name: spent(session.connection(), name, today) for name in charged}
    return {name: Paid(*used[name], budget.a_day, budget.a_month) for name, budget in charged.items()}


def _account(desk: Desk, found: Vitals, name: str, now: datetime) -> Vital:
    account, queue = desk.settings.accounts[name], found.inward.get(name)
    pulse = found.pulses.get(name)
    vital = _vital(name, account.channel, pulse, now, oldest=queue.oldest if queue else None)
    missing = bool(desk.connectors) and name not in desk.connectors
    heard = FINE if vital["condition"] == QUIET and name in found.last_in else vital["condition"]
    condition = OFF if not account.enabled else STOPPED if missing else heard
    advice = _NO_START if account.enabled and missing and not vital["advice"] else vital["advice"]
    vital |= {"condition": condition, "advice": advice, "waiting": queue.waiting if queue else 0}
    return Vital(**vital, last_in=found.last_in.get(name), until=account.credential_until)


def _door(desk: Desk, found: Vitals, name: str, now: datetime) -> Vital:
    """A door's pulse is kept as `door:name`; its queue is the lane `forward:name`."""
    lane = next((lane for lane in found.outward if lane.name == f"forward:{name}"), None)
    vital = _vital(name, "door", found.pulses.get(f"door:{name}"), now, oldest=lane.oldest if lane else None)
    if name == "desk" and vital["condition"] == QUIET:
        vital["condition"] = FINE  # our own desk is always there
    settings = desk.settings.doors.get(name)
    until = settings.credential_until if settings else None
    return Vital(**vital, waiting=lane.waiting if lane else 0, last_in=None, until=until)


def _doors(desk: Desk) -> list[str]:
    return sorted({"desk", *desk.profile.doors, *desk.settings.doors})


def _jobs(desk: Desk, found: Vitals, now: datetime) -> list[Vital]:
    """Pulses of what is neither an account nor a door."""
    known = {*desk.settings.accounts, *(f"door:{name}" for name in _doors(desk))}
    return [Vital(**_vital(name, "job", pulse, now), last_in=None) for name, pulse in found.pulses.items() if name not in known]


def _vital(name: str, title: str, pulse: PulseRow | None, now: datetime, oldest: datetime | None = None) -> dict[str, Any]:
    code = (pulse.last_error or "").partition(":")[0] if pulse else ""
    return {
        "name": name,
        "title": title,
        "condition": _condition(pulse, now, oldest),
        "last_ok": pulse.last_ok_at if pulse else None,
        "error": sentence_of(pulse.last_error) if pulse else None,
        "advice": WHAT_TO_DO.get(code) if pulse and pulse.last_error else None,
        "paused_until": pulse.paused_until if pulse else None,
        "oldest": oldest,
        "forged": pulse.forged if pulse else 0,
    }


def _condition(pulse: PulseRow | None, now: datetime, oldest: datetime | None) -> str:
    if pulse is not None and pulse.stopped:
        return STOPPED
    if pulse is not None and pulse.paused_until is not None and pulse.paused_until > now:
        return PAUSED
    if pulse is not None and pulse.last_error:
        return FAILED
    if oldest is not None and now - oldest > timedelta(minutes=BACKLOG_MINUTES):
        return BACKLOG
    return FINE if pulse is not None and pulse.last_ok_at else QUIET
