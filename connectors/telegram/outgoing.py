"""Our Reply to the parameters of sendMessage. Pure. https://core.telegram.org/bots/api#sendmessage"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from connectors.contract import ASK_PLACE, Button, Reply
from connectors.errors import RecipientGone

BUTTON_BYTES = 64
"""https://core.telegram.org/bots/api#inlinekeyboardbutton"""
BESIDE = 16
"""Letters of a label up to which two stand in one row and stay readable on a phone."""
CHAT = re.compile(r"-?\d{1,19}")
MESSAGE = re.compile(r"(?:-?\d+:)?(?:business:)?(\d{1,18})(?::edit:\d+)?")
CARRIED = {"message_thread_id": int, "business_connection_id": str}
"""What `Inbound.extra` brings back."""


def outgoing(reply: Reply) -> dict[str, Any]:
    """Plain text without parse mode, so that nothing in it can break; no link preview: Telegram need not open our pages.

    Raises RecipientGone when the address is no chat.
    """
    if not CHAT.fullmatch(reply.address):
        raise RecipientGone("Alamat balasan bukan obrolan Telegram.")
    message: dict[str, Any] = {
        "chat_id": int(reply.address),
        "text": reply.text,
        "link_preview_options": LinkPreviewOptions(is_disabled=True),
    }
    answered = MESSAGE.fullmatch(reply.in_reply_to or "")
    if answered:
        message["reply_parameters"] = ReplyParameters(message_id=int(answered[1]), allow_sending_without_reply=True)
    markup = _keyboard(reply.buttons, private=message["chat_id"] > 0)
    if markup:
        message["reply_markup"] = markup
    return message | {name: kind(reply.extra[name]) for name, kind in CARRIED.items() if name in reply.extra}


def _keyboard(buttons: Sequence[Button], *, private: bool) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """Only a keyboard of the phone can ask for the position, and only in a private chat: https://core.telegram.org/bots/api#keyboardbutton

    A command that does not fit cannot be cut, so its button is left out.
    """
    place = next((button for button in buttons if button.command == ASK_PLACE), None)
    if place and private:
        ask = [[KeyboardButton(place.text, request_location=True)]]
        return ReplyKeyboardMarkup(ask, resize_keyboard=True, one_time_keyboard=True)
    fit = [button for button in buttons if button.command != ASK_PLACE and 1 <= len(button.command.encode()) <= BUTTON_BYTES]
    rows: list[list[InlineKeyboardButton]] = []
    for button in fit:
        pressed = InlineKeyboardButton(button.text, callback_data=button.command)
        beside = rows and len(rows[-1]) == 1 and max(len(button.text), len(rows[-1][0].text)) <= BESIDE
        if beside:
            rows[-1].append(pressed)
        else:
            rows.append([pressed])
    return InlineKeyboardMarkup(rows) if rows else None
