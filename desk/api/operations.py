"""What the JSON API can do, one value an operation: the routes and the OpenAPI document are both made of these."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from desk.api.shapes import Nothing
from desk.context import Desk

WHOLE = "api"
"""The scope that reads and writes."""


class Trouble(Exception):
    """Answered as a Problem. `wait`: seconds after which another try is welcome."""

    def __init__(self, status: int, code: str, message: str, wait: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.wait = status, code, message, wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that passed the gate. `asked`: the operation's query or body; `number`, `name`: as the address spells them."""

    desk: Desk
    key_id: int
    key_name: str
    asked: Any
    number: str = ""
    name: str = ""
    """Of a webhook."""

    @property
    def operator(self) -> str:
        """How the timeline and the trail call whoever did it."""
        return f"api:{self.key_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`says`: one sentence of the document. `refuses`: answers 409 where the hub's rules say no."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    name: str
    says: str
    answer: type[BaseModel]
    work: Callable[[Call], Awaitable[BaseModel]]
    query: type[BaseModel] = Nothing
    body: type[BaseModel] | None = None
    status: int = 200
    refuses: bool = False
    own_scope: str = ""
    """One that `api` does not include."""

    @property
    def scope(self) -> str:
        return self.own_scope or ("api:read" if self.method == "GET" else "api:write")

    @property
    def opened_by(self) -> frozenset[str]:
        """Scopes of keys that may call it."""
        return frozenset({self.scope} if self.own_scope else {self.scope, WHOLE})

    @property
    def parts(self) -> tuple[str, ...]:
        """The named parts of its address."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def troubles(self) -> tuple[int, ...]:
        """The statuses of what may go wrong."""
        found = {401, 403, 422, 429, 503}
        if self.parts:
            found.add(404)
        if self.body is not None:
            found |= {413, 415}
        return tuple(sorted(found | ({409} if self.refuses else set())))
