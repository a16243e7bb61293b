"""What the pages are given: built once by `run.py`, carried by the application, and never a global."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from aiohttp import web

from config.profile import Profile
from config.settings import Settings
from connectors.contract import Connector

if TYPE_CHECKING:
    from dispatcher.acts import Acts
    from dispatcher.intake import Intake
    from store.bell import Bell
    from store.blobs import Blobs
    from store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything a page may need. `secret` signs cookies and tokens; `clock` answers with an aware datetime."""

    settings: Settings
    profile: Profile
    db: Database
    blobs: Blobs
    bell: Bell
    acts: Acts
    intake: Intake
    connectors: Mapping[str, Connector]
    """By account name; accounts that failed their check are not among them."""
    secret: bytes
    clock: Callable[[], datetime]

    @property
    def public_url(self) -> str:
        """The address citizens use, without a slash at the end."""
        http = self.settings.http
        return (http.public_url or f"http://{http.host}:{http.port}").rstrip("/")


DESK = web.AppKey("desk", Desk)


def desk_of(request: web.Request) -> Desk:
    """The desk that a request belongs to, also from inside a sub-application."""
    return request.config_dict[DESK]
