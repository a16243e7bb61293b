"""The words that telephone networks and Twilio give a meaning of their own, and the buttons under our answers.

https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "berhenti", "unreg"})
START = frozenset({"start", "unstop", "mulai"})
HELP = frozenset({"help", "info"})
BUTTONS = frozenset({"start", "lapor", "status", "bantuan", "batal", "cabut", "baru", "anonim", "rahasia", "lokasi"})
MEANT = {"STOP": "opt_out", "START": "opt_in", "HELP": "opt_help"}
"""Twilio's own name of the word, where it has answered by itself: nobody answers twice."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words, or the command that they are. service: why nobody complains here."""

    text: str = ""
    command: str | None = None
    service: str | None = None


def said(form: Mapping[str, str]) -> Said:
    """STOP and its like only when they are the whole message: "tolong stop truk ini" is a complaint."""
    text, pressed = form.get("Body", ""), form.get("ButtonPayload", "") or form.get("ListId", "")
    command = pressed.strip().lower().replace(":", " ", 1)
    if command.partition(" ")[0] in BUTTONS:
        return Said(command=command)
    meant = MEANT.get(form.get("OptOutType", "").upper())
    if meant:
        return Said(text=text, service=meant)
    if form.get("MessageType") == "sticker":
        return Said(text=text, service="sticker")
    word = text.strip().strip(".!").lower()
    if word in STOP:
        return Said(text=text, service="opt_out")
    if word in START:
        return Said(command="start")
    return Said(command="bantuan") if word in HELP else Said(text=text)
