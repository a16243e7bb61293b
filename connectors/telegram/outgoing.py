"""Our Reply to the parameters of sendMessage. Pure. https://core.telegram.org/bots/api#sendmessage"""

from __future__ import annotations

import re
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters

from connectors.contract import Reply
from connectors.errors import RecipientGone

BUTTON_BYTES = 64
"""https://core.telegram.org/bots/api#inlinekeyboardbutton"""
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
    # A row each: labels stay readable on a phone. A command that does not fit cannot be cut, so its button is left out.
    rows = [
        [InlineKeyboardButton(button.text, callback_data=button.command)]
        for button in reply.buttons
        if 1 <= len(button.command.encode()) <= BUTTON_BYTES
    ]
    if rows:
        message["reply_markup"] = InlineKeyboardMarkup(rows)
    return message | {name: kind(reply.extra[name]) for name, kind in CARRIED.items() if name in reply.extra}
