"""Telegram's JSON to our values. Pure: no network, no clock. Why not `telegram.Update`: docs/decisions, "Telegram's JSON is read directly".

Kinds and fields: https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import orjson

from connectors.contract import Arrival, Inbound, Sender, Unopened, Unreadable
from connectors.telegram.guards import Json, loads, mapping, moment, whole, words
from connectors.telegram.media import FETCH_LIMIT, KINDS, attachments, place
from connectors.telegram.words import Bot, Said, said

CHANNEL = "telegram"
MESSAGES = ("message", "edited_message", "business_message", "edited_business_message", "channel_post", "edited_channel_post")
CONTENT = frozenset(
    ("text", "caption", "photo", "location", "venue", "contact", "paid_media", "rich_message", "checklist", *KINDS),
)
PLAIN_LIMIT = 32_768
"""Bytes of an update that may be kept unopened; 4,096 letters are the most that Telegram lets anybody write."""
NAME = re.compile(r"[a-z][a-z_]{0,39}")
ENVELOPE = frozenset(
    "message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot sender_tag date edit_date "  # noqa: SIM905
    "business_connection_id chat forward_origin forward_from forward_from_chat forward_date forward_sender_name is_topic_message quote "
    "is_automatic_forward reply_to_message external_reply via_bot media_group_id author_signature has_protected_content "
    "is_from_offline entities caption_entities link_preview_options effect_id reply_markup".split()
)
"""Fields that every kind of message may have; the first other one names a service message."""


def read(raw: bytes, *, account: str, now: datetime, bot: Bot = Bot()) -> Sequence[Arrival]:  # noqa: B008 - frozen
    """One update, as the webhook's body or an element of getUpdates. Any bytes in, one arrival out; never raises on content."""
    try:
        update = loads(raw)
    except UnicodeDecodeError:
        return (Unreadable(channel=CHANNEL, account=account, raw=raw, reason="charset"),)
    except ValueError:
        return (Unreadable(channel=CHANNEL, account=account, raw=raw, reason="json"),)
    return (_Reader(raw, account, now, bot).arrival(update),)


def glance(raw: bytes, *, account: str) -> Unopened | None:
    """A citizen's plain words to the bot, the most of any flood, by key only; None: `read` it now.

    A name in the words, a group or a bot as author would be read by who we are, so these are not plain.
    """
    try:
        message = orjson.loads(raw)["message"]
        chat, text = message["chat"], message["text"]
        chat_id, number = chat["id"], message["message_id"]
        plain = chat["type"] == "private" and message["from"]["is_bot"] is False and "@" not in text
        if not (plain and text and type(text) is str and type(chat_id) is int and type(number) is int and len(raw) <= PLAIN_LIMIT):
            return None
    except (ValueError, LookupError, TypeError):
        return None
    return Unopened(
        channel=CHANNEL,
        account=account,
        external_id=f"{chat_id}:{number}",
        conversation=f"{CHANNEL}:{account}:{chat_id}",
        raw=raw,
    )


class _Reader:
    """One update under reading; holds what every step needs."""

    __slots__ = ("account", "bot", "now", "raw")

    def __init__(self, raw: bytes, account: str, now: datetime, bot: Bot) -> None:
        self.raw, self.account, self.now, self.bot = raw, account, now, bot

    def arrival(self, update: object) -> Arrival:
        if not isinstance(update, dict) or not update:
            return self._unreadable()
        for kind in MESSAGES:
            if update.get(kind) is not None:
                return self._message(kind, mapping(update[kind]))
        if update.get("callback_query") is not None:
            return self._button(mapping(update["callback_query"]))
        return self._other(update)

    def _unreadable(self) -> Unreadable:
        return Unreadable(channel=CHANNEL, account=self.account, raw=self.raw, reason="shape")

    def _message(self, kind: str, message: Json) -> Arrival:
        chat_id, number = whole(mapping(message.get("chat")).get("id")), whole(message.get("message_id"))
        if chat_id is None or number is None:
            return self._unreadable()
        heard, files, where, phone = said(message, self.bot), attachments(message), place(message), _phone(message)
        blank = not (heard.text or heard.command or files or where or phone or message.get("location") or message.get("contact"))
        if blank and not CONTENT.isdisjoint(message):
            return self._unreadable()
        # A business account's own numbering would collide with that of the bot's chat with the same citizen.
        first_id = f"{chat_id}:business:{number}" if "business" in kind else f"{chat_id}:{number}"
        edited = kind.startswith("edited")
        sender = _sender(message)
        extra = _extra(message, heard) | self._moved(message, chat_id)
        if any(file.ref is None for file in files):
            extra |= {"too_large": True, "limit_mb": FETCH_LIMIT // 1_048_576}
        if message.get("location") and (where is None or where.lat is None):
            extra["place_refused"] = True
        return Inbound(
            channel=CHANNEL,
            account=self.account,
            external_id=f"{first_id}:edit:{whole(message.get('edit_date')) or 0}" if edited else first_id,
            message_id=str(number),
            conversation=self._conversation(message, sender),
            sender=sender,
            sent_at=moment(message.get("edit_date" if edited else "date"), self.now),
            text=heard.text or _other_contact(message),
            attachments=files,
            place=where,
            reply_address=str(chat_id),
            in_reply_to=_in_reply_to(message),
            group=words(message.get("media_group_id")) or None,
            edit_of=first_id if edited else None,
            command=heard.command,
            service=self._service(kind, message, heard),
            extra=extra,
            raw=self.raw,
        )

    def _moved(self, message: Json, chat_id: int) -> dict[str, str | int | float | bool]:
        """A group that became a supergroup goes on under another id: its citizens' complaints go along."""
        new = whole(message.get("migrate_to_chat_id"))
        if new is None:
            return {}
        talk = f"{CHANNEL}:{self.account}"
        return {"moved_from": f"{talk}:{chat_id}", "moved_to": f"{talk}:{new}", "moved_address": str(new)}

    def _service(self, kind: str, message: Json, heard: Said) -> str | None:
        """Why nobody complains here, in one word; None when somebody may."""
        chat, author = mapping(message.get("chat")), mapping(message.get("from"))
        if "channel_post" in kind or chat.get("type") == "channel":
            return "channel_post"
        if self.bot.wrote(message) or ("business" in kind and author.get("id") != chat.get("id")):
            return "outgoing"
        if author.get("is_bot") is True and "sender_chat" not in message:
            return "bot"
        if message.get("is_automatic_forward") is True:
            return "automatic_forward"
        if CONTENT.isdisjoint(message):
            return next((key for key in message if key not in ENVELOPE and NAME.fullmatch(key)), "empty")
        if kind.startswith("edited") and "live_period" in mapping(message.get("location")):
            return "live_location"  # the same pin, moving every few seconds
        if "sticker" in message:
            return "sticker"  # never has words of its own: a thumb up for our answer, not a complaint
        return "not_addressed" if _in_group(message) and not heard.addressed else None

    def _button(self, query: Json) -> Arrival:
        message = mapping(query.get("message"))
        chat_id, key, pressed = whole(mapping(message.get("chat")).get("id")), words(query.get("id")), words(query.get("data"))
        if not key or (chat_id is None and "inline_message_id" not in query):
            return self._unreadable()
        command, _, rest = pressed.strip().replace(":", " ", 1).partition(" ")
        sender = _sender(query)
        return Inbound(
            channel=CHANNEL,
            account=self.account,
            external_id=f"{chat_id}:callback:{key}" if chat_id is not None else f"callback:{key}",
            message_id=str(whole(message.get("message_id")) or ""),
            conversation=self._conversation(message, sender),
            sender=sender,
            sent_at=self.now,
            text=rest.strip(),
            reply_address=None if chat_id is None else str(chat_id),
            command=command.lower() or None,
            service=None if command and chat_id is not None else "callback",
            extra=_extra(message, None) | {"callback_id": key},
            raw=self.raw,
        )

    def _other(self, update: Json) -> Arrival:
        """An update of a kind that carries no message, or that came after this was written."""
        number = whole(update.get("update_id"))
        if number is None:
            return self._unreadable()
        kind = next((key for key in update if key != "update_id" and update[key] is not None and NAME.fullmatch(key)), "empty")
        sender = _sender(mapping(update.get(kind)))
        return Inbound(
            channel=CHANNEL,
            account=self.account,
            external_id=f"update:{number}",
            conversation=f"{CHANNEL}:{self.account}:update",
            sender=sender,
            sent_at=moment(mapping(update.get(kind)).get("date"), self.now),
            service=kind,
            raw=self.raw,
        )

    def _conversation(self, message: Json, sender: Sender) -> str:
        """In a group each citizen has a line of their own: two neighbours are two complaints."""
        chat_id = whole(mapping(message.get("chat")).get("id"))
        return f"{CHANNEL}:{self.account}:{chat_id}" + (f":{sender.id}" if _in_group(message) else "")


def _in_group(message: Json) -> bool:
    chat = mapping(message.get("chat"))
    return chat.get("type") in ("group", "supergroup") or ("type" not in chat and (whole(chat.get("id")) or 0) < 0)


def _sender(message: Json) -> Sender:
    """The person; an anonymous admin or a channel speaks through `sender_chat`; failing all, the chat itself."""
    author = mapping(message.get("sender_chat") or message.get("from") or message.get("chat"))
    username = words(author.get("username"))
    name = f"{words(author.get('first_name'))} {words(author.get('last_name'))}".strip() or words(author.get("title"))
    return Sender(
        id=str(whole(author.get("id")) or ""),
        name=name or None,
        address=f"@{username}" if username else None,
        phone=_phone(message),
    )


def _phone(message: Json) -> str | None:
    """The citizen's own number; a contact of somebody else is words (`_other_contact`)."""
    if "contact" not in message:
        return None
    contact = mapping(message["contact"])
    owner = whole(contact.get("user_id"))
    own = owner is None or owner == whole(mapping(message.get("from")).get("id"))
    return words(contact.get("phone_number")) or None if own else None


def _other_contact(message: Json) -> str:
    if "contact" not in message or _phone(message):
        return ""
    contact = mapping(message["contact"])
    return " ".join(filter(None, (words(contact.get(key)) for key in ("first_name", "last_name", "phone_number"))))


def _in_reply_to(message: Json) -> str | None:
    if "reply_to_message" not in message:
        return None
    answered = mapping(message["reply_to_message"])
    number = None if "forum_topic_created" in answered else whole(answered.get("message_id"))
    return None if number is None else str(number)


def _extra(message: Json, heard: Said | None) -> dict[str, str | int | float | bool]:
    extra: dict[str, str | int | float | bool] = {}
    topic, business = whole(message.get("message_thread_id")), words(message.get("business_connection_id"))
    if topic is not None and message.get("is_topic_message") is True:  # elsewhere it is a reply's thread, which cannot be sent to
        extra["message_thread_id"] = topic
    if business:
        extra["business_connection_id"] = business
    if "forward_origin" in message or "forward_date" in message:
        extra["forwarded"] = True
    if heard and heard.payload:
        extra["start"] = heard.payload
    return extra
