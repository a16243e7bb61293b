"""The web chat as a connector. The stored reply is the message, so there is nothing to send and nothing to fetch."""

from __future__ import annotations

from pydantic import BaseModel

from connectors.contract import About, Checked, Health, Reply, Sent
from connectors.errors import RecipientGone

ABOUT = About(provider="webchat", channels=("webchat",), title="Obrolan di situs", text_limit=4096, repeatable=True)


class Settings(BaseModel, frozen=True, extra="forbid"):
    """A chat account has no keys of its own; where it may be embedded is `http.embed_origins`."""


class WebchatConnector:
    def __init__(self, account: str, settings: Settings) -> None:
        self.account = account
        self.settings = settings

    @property
    def about(self) -> About:
        return ABOUT

    async def check(self) -> Checked:
        return Checked(health=Health.OK, sentence="Siap: obrolan terbuka di halaman depan.")

    async def send(self, reply: Reply) -> Sent:
        """Done already: the browser reads the stored reply through its event stream, now or when it comes back."""
        return Sent()

    async def download(self, ref: str, limit: int) -> bytes:
        """Raises RecipientGone: the chat's files are in the blob store before the message is accepted, so no ref exists."""
        raise RecipientGone("Lampiran obrolan tidak diunduh: berkasnya disimpan saat pesan diterima.")

    async def aclose(self) -> None:
        return None
