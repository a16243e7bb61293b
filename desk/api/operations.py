"""What the JSON API can do, one value an operation: the routes and the OpenAPI document are both made of these."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from desk.api.shapes import Nothing
from desk.context import Desk


class Trouble(Exception):
    """Answered as a Problem. `wait`: seconds after which another try is welcome."""

    def __init__(self, status: int, code: str, message: str, wait: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.wait = status, code, message, wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that passed the gate. `asked`: the operation's query or body; `number`: as the address spells it."""

    desk: Desk
    key_id: int
    key_name: str
    asked: Any
    number: str = ""

    @property
    def operator(self) -> str:
        """How the timeline and the trail call whoever did it."""
        return f"api:{self.key_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`says`: one sentence of the document. `refuses`: answers 409 where the hub's rules say no."""

    method: Literal["GET", "POST"]
    path: str
    name: str
    says: str
    answer: type[BaseModel]
    work: Callable[[Call], Awaitable[BaseModel]]
    query: type[BaseModel] = Nothing
    body: type[BaseModel] | None = None
    status: int = 200
    refuses: bool = False

    @property
    def scope(self) -> str:
        return "api:read" if self.method == "GET" else "api:write"

    @property
    def troubles(self) -> tuple[int, ...]:
        """The statuses of what may go wrong."""
        found = {401, 403, 422, 429, 503}
        if "{number}" in self.path:
            found.add(404)
        if self.body is not None:
            found |= {413, 415}
        return tuple(sorted(found | ({409} if self.refuses else set())))
