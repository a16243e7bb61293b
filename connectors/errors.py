"""What can go wrong at the edge, and what must follow. The class is the decision; nobody parses a text.

`code` is stable (shown on the desk, counted in metrics). `certain` is False when the platform may have acted although no
answer came: then the next step is to look it up or to ask a person, never simply to send again.
"""

from __future__ import annotations

from enum import StrEnum


class Then(StrEnum):
    """What follows an error."""

    RETRY = "retry"
    GIVE_UP = "give_up"
    STOP_ACCOUNT = "stop_account"
    QUARANTINE = "quarantine"


class ConnectorError(Exception):
    """Base of every error at an edge (connectors and doors). The text is for an operator: it names the setting or step."""

    code = "error"
    then = Then.RETRY

    def __init__(self, sentence: str, *, certain: bool = True) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.certain = certain


class Unreachable(ConnectorError):
    """No answer, or a fault on their side."""

    code = "unreachable"


class Throttled(ConnectorError):
    """They ask us to wait. Uses up no attempt; the account pauses for `wait` seconds."""

    code = "throttled"

    def __init__(self, sentence: str, *, wait: float) -> None:
        super().__init__(sentence)
        self.wait = wait


class BudgetSpent(Throttled):
    """What the account may use of a paid platform is used up; `wait` until it is worth looking again. Never silent: the desk shows it."""

    code = "budget_spent"


class Doubtful(ConnectorError):
    """Nothing failed, and yet somebody should look: a mailbox that has fallen silent, a platform that cannot call us."""

    code = "doubtful"


class Refused(ConnectorError):
    """They understood and said no; saying it again would not help."""

    code = "refused"
    then = Then.GIVE_UP


class RecipientGone(Refused):
    """The citizen blocked us, left, or the file is no longer there."""

    code = "recipient_gone"


class WindowClosed(Refused):
    """The platform no longer lets us write to this citizen."""

    code = "window_closed"


class SpendingLimit(Refused):
    """The account's limit for paid sends is reached; only what a person writes still goes out."""

    code = "spending_limit"


class TooLarge(Refused):
    """A file or text over the platform's or our limit."""

    code = "too_large"


class CredentialRefused(ConnectorError):
    """Token or password is wrong or was withdrawn: the account stops until someone changes the setting."""

    code = "credential_refused"
    then = Then.STOP_ACCOUNT


class Misconfigured(ConnectorError):
    """A setting is missing or contradicts another."""

    code = "misconfigured"
    then = Then.STOP_ACCOUNT


class Malformed(ConnectorError):
    """Their answer or message could not be read."""

    code = "malformed"
    then = Then.QUARANTINE


class Forged(ConnectorError):
    """A request that its alleged sender did not sign. Answered 401 or 403, counted, nothing kept."""

    code = "forged"
    then = Then.GIVE_UP

    def __init__(self, sentence: str, *, status: int = 401) -> None:
        super().__init__(sentence)
        self.status = status


class StoreAway(Exception):
    """Our own store is full, locked or away: nothing was kept, the platform must come again (503)."""
