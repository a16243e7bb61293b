"""Tables of people and of other systems: who may sign in, with what, and what they looked at or changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, String
from sqlmodel import Field, SQLModel

from store.columns import Key, json_column, key_column, moment


class OperatorRow(SQLModel, table=True):
    __tablename__ = "operators"
    id: int | None = key_column()
    name: str = Field(sa_column=Column(String, nullable=False, unique=True))
    """The login name, in lower case."""
    full_name: str
    role: str
    """agency, viewer, operator, supervisor or admin."""
    agency: str | None = None
    """Of role agency: key of the one agency whose complaints they see."""
    password: str | None = None
    """argon2id; None until the set-up link was used."""
    second_factor: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """The secret of the authenticator app, sealed with the hub's secret."""
    second_factor_step: int = 0
    """The last 30-second step whose code was used: each code opens once."""
    disabled: bool = False
    created_at: datetime = moment()
    email: str | None = None
    """Where reminders and alarms go; None: the desk alone tells them."""
    notices_read: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The newest notice that they have seen."""


class RecoveryRow(SQLModel, table=True):
    """A one-time code for whoever lost the phone with the authenticator; only its hash is kept."""

    __tablename__ = "recovery_codes"
    code_sha256: str = Field(primary_key=True)
    operator_id: int = Field(sa_column=Column(Key, nullable=False, index=True))


class SetupRow(SQLModel, table=True):
    """A one-time link that lets an operator set a password; only the hash of its token is kept."""

    __tablename__ = "setups"
    token_sha256: str = Field(primary_key=True)
    operator_id: int = Field(sa_column=Column(Key, nullable=False))
    expires_at: datetime = moment()


class SessionRow(SQLModel, table=True):
    """A browser session of an operator; only the hash of its token is kept."""

    __tablename__ = "sessions"
    token_sha256: str = Field(primary_key=True)
    content: dict[str, Any] = json_column({})
    operator_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True, index=True))
    expires_at: datetime = moment(index=True)
    created_at: datetime | None = moment(null=True)
    browser: str = ""
    """What the browser calls itself, shortened: so that its owner recognises it in their list."""


class ApiKeyRow(SQLModel, table=True):
    __tablename__ = "api_keys"
    id: int | None = key_column()
    name: str
    scope: str
    key_sha256: str = Field(sa_column=Column(String, nullable=False, unique=True))
    created_at: datetime = moment()
    disabled: bool = False


class AuditRow(SQLModel, table=True):
    """Who looked at personal data or changed something, and why."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_action", "action", "id"),)
    id: int | None = key_column()
    at: datetime = moment(index=True)
    operator: str
    action: str
    complaint_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True, index=True))
    detail: str | None = None
