"""Operators, their set-up links, their browser sessions, and API keys.

Plain functions: those that change take the writer's Connection (Core), those that look take a Session. Tokens and keys come in as
SHA-256 hex digests only; making them, and hashing passwords, is the caller's work.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlmodel import Session, col
from sqlmodel import select as chosen

from store.people import ApiKeyRow, OperatorRow, SessionRow, SetupRow

SETUP_LIFE = timedelta(hours=24)
FIRST_NAME = "admin"
SCOPES = ("open311", "api")

_operators: Table = OperatorRow.__table__  # type: ignore[attr-defined]
_setups: Table = SetupRow.__table__  # type: ignore[attr-defined]
_sessions: Table = SessionRow.__table__  # type: ignore[attr-defined]
_keys: Table = ApiKeyRow.__table__  # type: ignore[attr-defined]


class Role(StrEnum):
    """What an operator may do; each includes the ones before it."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    def includes(self, needed: Role) -> bool:
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


class OperatorRefused(Exception):
    """A change that cannot be made. The text is for a person, in Indonesian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Someone who may sign in, without the password."""

    id: int
    name: str
    full_name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A browser session that has not run out. `operator` is None once they were disabled."""

    expires_at: datetime
    operator: Operator | None
    content: Mapping[str, Any] = field(default_factory=dict)


def digest(token: str) -> str:
    """The form in which a token or key is kept: SHA-256, hex. Enough because tokens are long and random."""
    return hashlib.sha256(token.encode()).hexdigest()


def cleaned_name(name: str) -> str:
    """A login name as it is kept: lower case, 2 to 40 of a-z 0-9 . _ - @. Raises OperatorRefused."""
    name = name.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._@-]{1,39}", name):
        raise OperatorRefused("Nama pengguna 2-40 huruf kecil, angka, titik, garis atau @, tanpa spasi.")
    return name


# -- operators and set-up links


def first_setup(connection: Connection, now: datetime, token_sha256: str) -> bool:
    """Opens a set-up link for the first admin; False (and nothing changed) once anybody else or any password exists.

    Links printed by earlier starts stay good until one of them is used: several nodes may start at once.
    """
    known = connection.execute(select(_operators.c.id, _operators.c.name, _operators.c.password)).all()
    if any(row.password or row.name != FIRST_NAME for row in known):
        return False
    operator_id = known[0].id if known else _insert(connection, FIRST_NAME, "Admin", Role.ADMIN, now)
    _open_setup(connection, operator_id, token_sha256, now)
    return True


def add(connection: Connection, *, name: str, full_name: str, role: Role, now: datetime, token_sha256: str) -> int:
    """A new operator and the link with which they choose their password. Raises OperatorRefused."""
    name = cleaned_name(name)
    if _find(connection, name) is not None:
        raise OperatorRefused(f"Nama pengguna {name} sudah ada.")
    operator_id = _insert(connection, name, full_name.strip() or name, role, now)
    _open_setup(connection, operator_id, token_sha256, now)
    return operator_id


def reset(connection: Connection, *, name: str, now: datetime, token_sha256: str) -> None:
    """Takes the password and all sessions away and opens a new set-up link. Raises OperatorRefused."""
    operator_id = _known(connection, name)
    connection.execute(update(_operators).where(_operators.c.id == operator_id).values(password=None, disabled=False))
    connection.execute(delete(_sessions).where(_sessions.c.operator_id == operator_id))
    connection.execute(delete(_setups).where(_setups.c.operator_id == operator_id))
    _open_setup(connection, operator_id, token_sha256, now)


def disable(connection: Connection, *, name: str) -> None:
    """No more sign-in, every session ends. Raises OperatorRefused for an unknown name and for the last admin."""
    operator_id = _known(connection, name)
    others = select(func.count()).where(
        _operators.c.role == Role.ADMIN,
        _operators.c.disabled.is_(False),
        _operators.c.password.is_not(None),
        _operators.c.id != operator_id,
    )
    is_admin = connection.scalar(select(_operators.c.role).where(_operators.c.id == operator_id)) == Role.ADMIN
    if is_admin and not connection.scalar(others):
        raise OperatorRefused("Ini admin terakhir. Tambahkan admin lain lebih dulu.")
    connection.execute(update(_operators).where(_operators.c.id == operator_id).values(disabled=True))
    connection.execute(delete(_sessions).where(_sessions.c.operator_id == operator_id))
    connection.execute(delete(_setups).where(_setups.c.operator_id == operator_id))


def finish_setup(connection: Connection, *, token_sha256: str, name: str, full_name: str, password: str, now: datetime) -> Operator:
    """Uses a set-up link: keeps name and password (an argon2 hash), and ends every link of this operator. Raises OperatorRefused."""
    name = cleaned_name(name)
    found = connection.execute(
        select(_operators)
        .join(_setups, _setups.c.operator_id == _operators.c.id)
        .where(_setups.c.token_sha256 == token_sha256, _setups.c.expires_at > now, _operators.c.disabled.is_(False))
    ).one_or_none()
    if found is None:
        raise OperatorRefused("Tautan ini sudah dipakai atau sudah lewat 24 jam. Mintalah tautan baru.")
    taken = _find(connection, name)
    if taken is not None and taken != found.id:
        raise OperatorRefused(f"Nama pengguna {name} sudah ada. Pilih nama lain.")
    connection.execute(delete(_setups).where(_setups.c.operator_id == found.id))
    full_name = full_name.strip() or found.full_name
    values = {"name": name, "full_name": full_name, "password": password}
    connection.execute(update(_operators).where(_operators.c.id == found.id).values(**values))
    return Operator(id=found.id, name=name, full_name=full_name, role=Role(found.role))


def setup_for(session: Session, token_sha256: str, now: datetime) -> Operator | None:
    """Whose link this is; None when it was used, ran out or never existed."""
    query = chosen(OperatorRow).join(SetupRow, col(SetupRow.operator_id) == col(OperatorRow.id))
    row = session.exec(query.where(SetupRow.token_sha256 == token_sha256, col(SetupRow.expires_at) > now)).first()
    return _operator(row) if row is not None and not row.disabled else None


def named(session: Session, name: str) -> OperatorRow | None:
    return session.exec(chosen(OperatorRow).where(OperatorRow.name == name.strip().lower())).first()


def listed(session: Session) -> Sequence[OperatorRow]:
    return session.exec(chosen(OperatorRow).order_by(col(OperatorRow.name))).all()


def _operator(row: OperatorRow) -> Operator:
    return Operator(id=row.id or 0, name=row.name, full_name=row.full_name, role=Role(row.role))


def _find(connection: Connection, name: str) -> int | None:
    return connection.scalar(select(_operators.c.id).where(_operators.c.name == name))


def _known(connection: Connection, name: str) -> int:
    found = _find(connection, name.strip().lower())
    if found is None:
        raise OperatorRefused(f"Tidak ada pengguna bernama {name}. Lihat daftarnya dengan: users list.")
    return found


def _insert(connection: Connection, name: str, full_name: str, role: Role, now: datetime) -> int:
    values = {"name": name, "full_name": full_name, "role": role.value, "disabled": False, "created_at": now}
    return int(connection.execute(insert(_operators).values(**values).returning(_operators.c.id)).scalar_one())


def _open_setup(connection: Connection, operator_id: int, token_sha256: str, now: datetime) -> None:
    connection.execute(delete(_setups).where(_setups.c.expires_at <= now))
    connection.execute(insert(_setups).values(token_sha256=token_sha256, operator_id=operator_id, expires_at=now + SETUP_LIFE))


# -- browser sessions


def session_of(session: Session, token_sha256: str, now: datetime) -> Signed | None:
    """The session behind a cookie, with its operator as they are now; None once it ran out."""
    row = session.get(SessionRow, token_sha256)
    if row is None or row.expires_at <= now:
        return None
    operator = session.get(OperatorRow, row.operator_id) if row.operator_id else None
    signed_in = _operator(operator) if operator is not None and not operator.disabled else None
    return Signed(expires_at=row.expires_at, operator=signed_in, content=row.content or {})


def open_session(connection: Connection, token_sha256: str, *, operator_id: int, content: Mapping[str, Any], expires_at: datetime) -> None:
    values = {"content": dict(content), "operator_id": operator_id, "expires_at": expires_at}
    connection.execute(insert(_sessions).values(token_sha256=token_sha256, **values))


def keep_session(connection: Connection, token_sha256: str, *, expires_at: datetime, content: Mapping[str, Any] | None = None) -> None:
    """Moves the end of a session and, when given, replaces what it holds. One that is gone stays gone."""
    values: dict[str, Any] = {"expires_at": expires_at} | ({} if content is None else {"content": dict(content)})
    connection.execute(update(_sessions).where(_sessions.c.token_sha256 == token_sha256).values(**values))


def end_session(connection: Connection, token_sha256: str) -> None:
    connection.execute(delete(_sessions).where(_sessions.c.token_sha256 == token_sha256))


def sweep_sessions(connection: Connection, now: datetime) -> int:
    """Removes sessions and set-up links that ran out; how many sessions went."""
    connection.execute(delete(_setups).where(_setups.c.expires_at <= now))
    return connection.execute(delete(_sessions).where(_sessions.c.expires_at <= now)).rowcount


# -- API keys


def add_key(connection: Connection, *, name: str, scope: str, key_sha256: str, now: datetime) -> int:
    """Raises OperatorRefused for a scope that does not exist."""
    if scope not in SCOPES:
        raise OperatorRefused(f"Cakupan {scope} tidak dikenal. Pilih: {', '.join(SCOPES)}.")
    values = {"name": name, "scope": scope, "key_sha256": key_sha256, "created_at": now, "disabled": False}
    return int(connection.execute(insert(_keys).values(**values).returning(_keys.c.id)).scalar_one())


def key_of(session: Session, key_sha256: str, scope: str) -> ApiKeyRow | None:
    query = chosen(ApiKeyRow).where(ApiKeyRow.key_sha256 == key_sha256, ApiKeyRow.scope == scope, col(ApiKeyRow.disabled).is_(False))
    return session.exec(query).first()


def keys_listed(session: Session) -> Sequence[ApiKeyRow]:
    return session.exec(chosen(ApiKeyRow).order_by(col(ApiKeyRow.id))).all()


def disable_key(connection: Connection, key_id: int) -> None:
    connection.execute(update(_keys).where(_keys.c.id == key_id).values(disabled=True))
