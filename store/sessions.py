"""Browser sessions of operators. The cookie holds a random token, the table only its SHA-256 as hex."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, update
from sqlmodel import Session, col, select

from store.operators import Operator, operator_of
from store.people import OperatorRow, SessionRow, SetupRow

_sessions: Table = SessionRow.__table__  # type: ignore[attr-defined]
_setups: Table = SetupRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A browser session that has not run out. `operator` is None once they were disabled."""

    expires_at: datetime
    operator: Operator | None
    content: Mapping[str, Any] = field(default_factory=dict)


def signed(session: Session, token_sha256: str, now: datetime) -> Signed | None:
    """The session behind a cookie, with its operator as they are now; None once it ran out."""
    row = session.get(SessionRow, token_sha256)
    if row is None or row.expires_at <= now:
        return None
    operator = session.get(OperatorRow, row.operator_id) if row.operator_id else None
    signed_in = operator_of(operator) if operator is not None and not operator.disabled else None
    return Signed(expires_at=row.expires_at, operator=signed_in, content=row.content or {})


def begin(
    connection: Connection,
    token_sha256: str,
    *,
    operator_id: int,
    content: Mapping[str, Any],
    expires_at: datetime,
    now: datetime,
    browser: str = "",
) -> None:
    values = {"content": dict(content), "operator_id": operator_id, "expires_at": expires_at, "created_at": now, "browser": browser[:200]}
    connection.execute(insert(_sessions).values(token_sha256=token_sha256, **values))


def keep(connection: Connection, token_sha256: str, *, expires_at: datetime, content: Mapping[str, Any] | None = None) -> None:
    """Moves the end of a session and, when given, replaces what it holds. One that is gone stays gone."""
    values: dict[str, Any] = {"expires_at": expires_at} | ({} if content is None else {"content": dict(content)})
    connection.execute(update(_sessions).where(_sessions.c.token_sha256 == token_sha256).values(**values))


def end(connection: Connection, token_sha256: str) -> None:
    connection.execute(delete(_sessions).where(_sessions.c.token_sha256 == token_sha256))


def sweep(connection: Connection, now: datetime) -> int:
    """Removes sessions and set-up links that ran out; how many sessions went."""
    connection.execute(delete(_setups).where(_setups.c.expires_at <= now))
    return connection.execute(delete(_sessions).where(_sessions.c.expires_at <= now)).rowcount


def listed(session: Session, operator_id: int, now: datetime) -> Sequence[SessionRow]:
    """Where an operator is signed in, the latest first."""
    query = select(SessionRow).where(SessionRow.operator_id == operator_id, col(SessionRow.expires_at) > now)
    return session.exec(query.order_by(col(SessionRow.expires_at).desc())).all()


def end_one(connection: Connection, operator_id: int, beginning: str) -> int:
    """Ends the session of this operator whose hash begins so; how many ended."""
    mine = _sessions.c.operator_id == operator_id
    return connection.execute(delete(_sessions).where(mine, _sessions.c.token_sha256.startswith(beginning, autoescape=True))).rowcount


def end_others(connection: Connection, operator_id: int, but: str | None = None) -> int:
    """Ends every session of an operator, but for one; how many ended."""
    others = _sessions.c.operator_id == operator_id
    if but is not None:
        others &= _sessions.c.token_sha256 != but
    return connection.execute(delete(_sessions).where(others)).rowcount
