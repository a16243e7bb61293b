"""The Open311 server's channel as a connector. Requests come from the hub's own pages, and whoever posted them asks for the status."""

from __future__ import annotations

from pydantic import BaseModel

from connectors.contract import About, Checked, FollowUp, Health, Reply, Sent
from connectors.errors import RecipientGone, Refused

ABOUT = About(
    provider="open311",
    channels=("open311",),
    title="Open311: sistem lain",
    replies=False,
    follow_up=FollowUp.NEVER,
    source="https://wiki.open311.org/GeoReport_v2/",
)


class Settings(BaseModel, frozen=True, extra="forbid"):
    """No keys of its own: API keys are made with `run.py keys add --scope open311`; what is published is the profile's `open311`."""


class Open311Connector:
    def __init__(self, account: str, settings: Settings) -> None:
        self.account = account
        self.settings = settings

    @property
    def about(self) -> About:
        return ABOUT

    async def check(self) -> Checked:
        return Checked(health=Health.OK, sentence="Siap: sistem lain dapat mengirim ke /open311/v2 dengan kunci API.")

    async def send(self, reply: Reply) -> Sent:
        """Raises Refused: this channel has no way back; `about.replies` says so beforehand."""
        raise Refused("Open311 tidak mengenal balasan: sistem pengirim menanyakan statusnya sendiri.")

    async def download(self, ref: str, limit: int) -> bytes:
        """Raises RecipientGone: no address that a stranger names is ever fetched, so no ref exists."""
        raise RecipientGone("Lampiran Open311 tidak diunduh: tautannya ada di isi laporan.")

    async def aclose(self) -> None:
        return None
