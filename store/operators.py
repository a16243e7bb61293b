"""Operators, their set-up links, and API keys. Their browser sessions are `store.sessions`'.

Plain functions: those that change take the writer's Connection (Core), those that look take a Session. Tokens and keys come in as
SHA-256 hex digests only; making them, and hashing passwords, is the caller's work.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlmodel import Session, col
from sqlmodel import select as chosen

from store.people import ApiKeyRow, OperatorRow, RecoveryRow, SessionRow, SetupRow

SETUP_LIFE = timedelta(hours=24)
FIRST_NAME = "admin"
SCOPES = ("open311", "api", "api:read", "api:write", "api:webhooks")
"""What a key opens: the Open311 server's POST; the JSON API, or its one half only."""

_operators: Table = OperatorRow.__table__  # type: ignore[attr-defined]
_setups: Table = SetupRow.__table__  # type: ignore[attr-defined]
_sessions: Table = SessionRow.__table__  # type: ignore[attr-defined]
_recovery: Table = RecoveryRow.__table__  # type: ignore[attr-defined]
_keys: Table = ApiKeyRow.__table__  # type: ignore[attr-defined]


class Role(StrEnum):
    """What an operator may do. From viewer on, each includes the ones before it; an agency account stands apart."""

    AGENCY = "agency"
    """Admin OPD or Pejabat Penghubung: sees and answers the complaints of one agency, and nothing else."""
    VIEWER = "viewer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    def includes(self, needed: Role) -> bool:
        if Role.AGENCY in (self, needed):
            return self is needed
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
    agency: str | None = None
    """Key of the agency, for role agency only."""
    guarded: bool = False
    """Signs in with a second factor."""


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


def add(
    connection: Connection, *, name: str, full_name: str, role: Role, now: datetime, token_sha256: str, agency: str | None = None
) -> int:
    """A new operator and the link with which they choose their password. Raises OperatorRefused."""
    name = cleaned_name(name)
    _fits(role, agency)
    if _find(connection, name) is not None:
        raise OperatorRefused(f"Nama pengguna {name} sudah ada.")
    operator_id = _insert(connection, name, full_name.strip() or name, role, now, agency)
    _open_setup(connection, operator_id, token_sha256, now)
    return operator_id


def reset(connection: Connection, *, name: str, now: datetime, token_sha256: str) -> None:
    """Takes password, second factor and all sessions away and opens a new set-up link. Raises OperatorRefused."""
    operator_id = id_of(connection, name)
    gone = {"password": None, "second_factor": None, "second_factor_step": 0, "disabled": False}
    connection.execute(update(_operators).where(_operators.c.id == operator_id).values(**gone))
    connection.execute(delete(_recovery).where(_recovery.c.operator_id == operator_id))
    connection.execute(delete(_sessions).where(_sessions.c.operator_id == operator_id))
    connection.execute(delete(_setups).where(_setups.c.operator_id == operator_id))
    _open_setup(connection, operator_id, token_sha256, now)


def disable(connection: Connection, *, name: str) -> None:
    """No more sign-in, every session ends. Raises OperatorRefused for an unknown name and for the last admin."""
    operator_id = id_of(connection, name)
    _leaves_an_admin(connection, operator_id)
    connection.execute(update(_operators).where(_operators.c.id == operator_id).values(disabled=True))
    connection.execute(delete(_sessions).where(_sessions.c.operator_id == operator_id))
    connection.execute(delete(_setups).where(_setups.c.operator_id == operator_id))


def give_role(connection: Connection, *, name: str, role: Role, agency: str | None = None) -> None:
    """Another role from the next click on. Raises OperatorRefused for an unknown name, the last admin, an agency role without agency."""
    operator_id = id_of(connection, name)
    _fits(role, agency)
    if role is not Role.ADMIN:
        _leaves_an_admin(connection, operator_id)
    connection.execute(update(_operators).where(_operators.c.id == operator_id).values(role=role.value, agency=agency))


def change_password(connection: Connection, operator_id: int, *, password: str, but_session: str) -> None:
    """A new password (an argon2 hash); every other session of theirs ends."""
    connection.execute(update(_operators).where(_operators.c.id == operator_id).values(password=password))
    connection.execute(delete(_sessions).where(_sessions.c.operator_id == operator_id, _sessions.c.token_sha256 != but_session))


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
    return Operator(id=found.id, name=name, full_name=full_name, role=Role(found.role), agency=found.agency)


def setup_for(session: Session, token_sha256: str, now: datetime) -> Operator | None:
    """Whose link this is; None when it was used, ran out or never existed."""
    query = chosen(OperatorRow).join(SetupRow, col(SetupRow.operator_id) == col(OperatorRow.id))
    row = session.exec(query.where(SetupRow.token_sha256 == token_sha256, col(SetupRow.expires_at) > now)).first()
    return operator_of(row) if row is not None and not row.disabled else None


def named(session: Session, name: str) -> OperatorRow | None:
    return session.exec(chosen(OperatorRow).where(OperatorRow.name == name.strip().lower())).first()


def listed(session: Session) -> Sequence[OperatorRow]:
    return session.exec(chosen(OperatorRow).order_by(col(OperatorRow.name))).all()


def operator_of(row: OperatorRow) -> Operator:
    return Operator(
        id=row.id or 0,
        name=row.name,
        full_name=row.full_name,
        role=Role(row.role),
        agency=row.agency,
        guarded=row.second_factor is not None,
    )


def _find(connection: Connection, name: str) -> int | None:
    return connection.scalar(select(_operators.c.id).where(_operators.c.name == name))


def id_of(connection: Connection, name: str) -> int:
    found = _find(connection, name.strip().lower())
    if found is None:
        raise OperatorRefused(f"Tidak ada pengguna bernama {name}. Lihat daftarnya dengan: users list.")
    return found


def _fits(role: Role, agency: str | None) -> None:
    if (role is Role.AGENCY) != (agency is not None):
        raise OperatorRefused("Akun instansi memerlukan instansinya; peran lain tidak memakai instansi.")


def _leaves_an_admin(connection: Connection, operator_id: int) -> None:
    """Raises OperatorRefused when nobody else could administer the desk any more."""
    others = select(func.count()).where(
        _operators.c.role == Role.ADMIN,
        _operators.c.disabled.is_(False),
        _operators.c.password.is_not(None),
        _operators.c.id != operator_id,
    )
    is_admin = connection.scalar(select(_operators.c.role).where(_operators.c.id == operator_id)) == Role.ADMIN
    if is_admin and not connection.scalar(others):
        raise OperatorRefused("Ini admin terakhir. Tambahkan admin lain lebih dulu.")


def _insert(connection: Connection, name: str, full_name: str, role: Role, now: datetime, agency: str | None = None) -> int:
    known = {"name": name, "full_name": full_name, "role": role.value, "agency": agency}
    values = {**known, "second_factor_step": 0, "disabled": False, "created_at": now}
    return int(connection.execute(insert(_operators).values(**values).returning(_operators.c.id)).scalar_one())


def _open_setup(connection: Connection, operator_id: int, token_sha256: str, now: datetime) -> None:
    connection.execute(delete(_setups).where(_setups.c.expires_at <= now))
    connection.execute(insert(_setups).values(token_sha256=token_sha256, operator_id=operator_id, expires_at=now + SETUP_LIFE))


# -- API keys


def add_key(connection: Connection, *, name: str, scope: str, key_sha256: str, now: datetime) -> int:
    """Raises OperatorRefused for a scope that does not exist."""
    if scope not in SCOPES:
        raise OperatorRefused(f"Cakupan {scope} tidak dikenal. Pilih: {', '.join(SCOPES)}.")
    values = {"name": name, "scope": scope, "key_sha256": key_sha256, "created_at": now, "disabled": False}
    return int(connection.execute(insert(_keys).values(**values).returning(_keys.c.id)).scalar_one())


def key_of(session: Session, key_sha256: str, *scopes: str) -> ApiKeyRow | None:
    """The key, if it is switched on and has one of the scopes."""
    query = chosen(ApiKeyRow).where(
        ApiKeyRow.key_sha256 == key_sha256, col(ApiKeyRow.scope).in_(scopes), col(ApiKeyRow.disabled).is_(False)
    )
    return session.exec(query).first()


def keys_listed(session: Session) -> Sequence[ApiKeyRow]:
    return session.exec(chosen(ApiKeyRow).order_by(col(ApiKeyRow.id))).all()


def disable_key(connection: Connection, key_id: int) -> None:
    connection.execute(update(_keys).where(_keys.c.id == key_id).values(disabled=True))
