"""The words of a message: text, caption, command, and whether a group's message speaks to the bot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.telegram.guards import Json, listed, mapping, whole, words

COMMANDS = {
    "start": "start",
    "lapor": "lapor",
    "aduan": "lapor",
    "pengaduan": "lapor",
    "report": "lapor",
    "status": "status",
    "cek": "status",
    "bantuan": "bantuan",
    "help": "bantuan",
    "baru": "baru",
    "new": "baru",
    "batal": "batal",
    "cancel": "batal",
    "cabut": "cabut",
    "anonim": "anonim",
    "rahasia": "rahasia",
    "lokasi": "lokasi",
}
COMMAND = re.compile(r"\s*/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,64}))?(?![A-Za-z0-9_@/])[\s:,.\-]*")
MENTION = re.compile(r"(?<![\w@.])@([A-Za-z0-9_]{3,64})")
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Who we are on Telegram. Without a username (before getMe, or in `normalize`) every name that ends in "bot" is taken for ours."""

    id: int | None = None
    username: str | None = None

    def named(self, name: str) -> bool:
        return name.lower() == self.username.lower() if self.username else name.lower().endswith("bot")

    def wrote(self, message: Json) -> bool:
        author = mapping(message.get("from"))
        if self.id is not None:
            return whole(author.get("id")) == self.id
        return author.get("is_bot") is True and self.named(words(author.get("username")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    text: str
    command: str | None = None
    addressed: bool = False
    payload: str | None = None
    """What a link t.me/bot?start=… carried: no words of the citizen."""


def said(message: Json, bot: Bot) -> Said:
    """`/lapor@bot jalan rusak` is the command lapor and the words "jalan rusak"; a bot's own name around the words is no word."""
    text = words(message.get("text")) or words(message.get("caption")) or _written(message)
    spoken = COMMAND.match(text)
    if spoken and (not spoken[2] or bot.named(spoken[2])):
        command, rest = COMMANDS.get(spoken[1].lower()), text[spoken.end() :].strip()
        if command == "start" and PAYLOAD.fullmatch(rest):
            return Said(text="", command=command, addressed=True, payload=rest)
        return Said(text=rest if command else text, command=command, addressed=True)
    if "@" in text and any(bot.named(name) for name in MENTION.findall(text)):
        return Said(text=_without_name(text, bot), addressed=True)
    return Said(text=text, addressed=_replies_to(message, bot) or _mentioned_by_id(message, bot))


def _replies_to(message: Json, bot: Bot) -> bool:
    if "reply_to_message" not in message:
        return False
    answered = mapping(message["reply_to_message"])
    # In a topic every message "replies" to the one that opened the topic.
    return "forum_topic_created" not in answered and bot.wrote(answered)


def _mentioned_by_id(message: Json, bot: Bot) -> bool:
    if "entities" not in message and "caption_entities" not in message:
        return False
    entities = [*listed(message.get("entities")), *listed(message.get("caption_entities"))]
    return bot.id is not None and any(whole(mapping(entity.get("user")).get("id")) == bot.id for entity in entities)


def _without_name(text: str, bot: Bot) -> str:
    for found in reversed(list(MENTION.finditer(text))):
        before, after = text[: found.start()].rstrip(), text[found.end() :].lstrip(" \t,:")
        if bot.named(found[1]) and not (before and after):
            text = before or after
    return text


def _written(message: Json) -> str:
    """Words of the kinds that have neither text nor caption: rich messages and checklists."""
    checklist = mapping(message.get("checklist"))
    if checklist:
        return "\n".join([words(checklist.get("title")), *(words(task.get("text")) for task in listed(checklist.get("tasks")))]).strip()
    return _rich(mapping(message.get("rich_message")).get("blocks"))


def _rich(blocks: object) -> str:
    """Every block's words on a line of their own. No recursion: the sender decides how deep it goes."""
    parts: list[str] = []
    waiting: list[object] = [_lines(blocks)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            parts.append(words(node))
        elif isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            waiting.extend(_lines(node[key]) for key in ("items", "blocks") if key in node)
            waiting.append(node.get("text"))
    return "\n".join(line.strip() for line in "".join(parts).splitlines() if line.strip())


def _lines(blocks: object) -> list[object]:
    return [part for block in blocks for part in (block, "\n")] if isinstance(blocks, list) else []
