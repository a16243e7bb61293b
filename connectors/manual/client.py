"""The front desk as a connector: entries come from the desk's own page, and the answer is the printed receipt."""

from __future__ import annotations

from pydantic import BaseModel

from connectors.contract import About, Checked, FollowUp, Health, Reply, Sent
from connectors.errors import RecipientGone, Refused

ABOUT = About(provider="manual", channels=("manual",), title="Meja depan: surat, telepon, tamu", replies=False, follow_up=FollowUp.NEVER)


class Settings(BaseModel, frozen=True, extra="forbid"):
    """A front desk has no keys of its own."""


class ManualConnector:
    def __init__(self, account: str, settings: Settings) -> None:
        self.account = account
        self.settings = settings

    @property
    def about(self) -> About:
        return ABOUT

    async def check(self) -> Checked:
        return Checked(health=Health.OK, sentence="Siap: petugas mencatat di halaman meja depan.")

    async def send(self, reply: Reply) -> Sent:
        """Raises Refused: this channel has no way back; `about.replies` says so beforehand."""
        raise Refused("Meja depan tidak dapat mengirim balasan: hubungi pelapor melalui telepon atau surat.")

    async def download(self, ref: str, limit: int) -> bytes:
        """Raises RecipientGone: scans are in the blob store before the entry is accepted, so no ref exists."""
        raise RecipientGone("Lampiran meja depan tidak diunduh: berkasnya disimpan saat dicatat.")

    async def aclose(self) -> None:
        return None
