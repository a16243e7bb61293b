"""What each channel can do, in one table, from what the connectors tell of themselves.

`python tests/house/channel_matrix.py` writes docs/channels/README.md; test_channel_matrix keeps it current.
"""

from __future__ import annotations

from pathlib import Path

from config.settings import Account
from connectors import registry
from connectors.about import About, FollowUp
from connectors.contract import Connector, Puller, Receiver

ROOT = Path(__file__).parents[2]
ACCOUNTS = {
    "telegram": {"token": "1:x", "mode": "webhook"},
    "whatsapp": {"account_sid": "AC" + "0" * 32, "auth_token": "x" * 32, "numbers": ["+6281200000000"]},
    "sms": {"account_sid": "AC" + "0" * 32, "auth_token": "x" * 32, "numbers": ["+6281200000000"]},
    "x": {"username": "kota", "bearer_token": "x"}
    | dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "x"),
    "email": {"address": "a@example.go.id", "password": "x", "imap": {"host": "example.go.id"}, "smtp": {"host": "example.go.id"}},
    "webchat": {},
    "manual": {},
    "open311": {},
    "webhook": {"secret": "whsec_" + "eA" * 22, "callback_url": "https://app.example.go.id/balasan"},
}
FOLLOWS = {
    FollowUp.WINDOW: "within the window",
    FollowUp.THREAD: "answers only",
    FollowUp.CONVERSATION: "the whole thread",
    FollowUp.NEVER: "never",
}
_NO_ANSWER = {"manual": "no: printed receipt", "open311": "no: asked for"}
HEAD = """# Channels

Made by `python tests/house/channel_matrix.py` from what the connectors tell of themselves.
Each page says what arrives, how to set it up, its limits, and what to do when something is wrong.

| channel | comes in by | answers | letters an answer | joins the open complaint | write freely for | tells of delivery |
|---|---|---|---|---|---|---|
"""


def rows() -> str:
    return HEAD + "".join(_row(channel) for channel in registry.channels())


def _row(channel: str) -> str:
    account = Account(channel=channel, **ACCOUNTS[channel])  # type: ignore[arg-type]
    connector = registry.build(channel, account, b"x" * 32, "https://lapor.example.go.id")
    about: About = connector.about
    cells = (
        f"[{channel}]({channel}.md)",
        _way(connector),
        "yes" if about.replies else _NO_ANSWER[channel],
        f"{about.text_limit:,}" if about.replies else "",
        FOLLOWS[about.follow_up],
        f"{about.window_hours} hours" if about.window_hours else "always" if about.replies else "",
        "yes" if about.reports else "",
    )
    return f"| {' | '.join(cells)} |\n"


def _way(connector: Connector) -> str:
    if connector.about.provider == "telegram":
        return "polling or webhook"
    ways = [name for kind, name in ((Receiver, "webhook"), (Puller, "polling")) if isinstance(connector, kind)]
    return " and ".join(ways) or "the hub's own pages"


if __name__ == "__main__":
    (ROOT / "docs/channels/README.md").write_text(rows(), "utf-8")
