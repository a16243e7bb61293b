"""One post with what was expanded beside it, to our values. Pure: no network, no clock.

The bytes are {"tweet": a post object, "includes": {"users", "media", "tweets", "places"}, "source": "mention" | "search"}.
https://docs.x.com/x-api/fundamentals/data-dictionary
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.contract import Arrival, Attachment, Inbound, Place, Sender, Unreadable
from connectors.x.guards import Json, listed, loads, mapping, moment, post_id, prose, words

CHANNEL = "x"
MENTION, SEARCH = "mention", "search"
LEADING = re.compile(r"(?:@[A-Za-z0-9_]{1,20}[\s,:]*)*")
"""The names that X itself puts in front of a reply, and what people put there."""
PARTS = 50
"""More media or mentions than X allows in one post mean a forged or broken object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Our account: `id` and `username` (lower case) as far as they are known. answers: it may post."""

    id: str | None = None
    username: str | None = None
    answers: bool = True


def read(raw: bytes, *, account: str, now: datetime, own: Own | None = None) -> Sequence[Arrival]:
    """Never raises on content: what cannot be read comes back as Unreadable."""
    try:
        held = mapping(loads(raw))
    except ValueError as error:
        return [
            Unreadable(channel=CHANNEL, account=account, raw=raw, reason="charset" if isinstance(error, UnicodeDecodeError) else "json")
        ]
    tweet = mapping(held.get("tweet"))
    number = post_id(tweet.get("id"))
    if number is None or not isinstance(tweet.get("text"), str):
        return [Unreadable(channel=CHANNEL, account=account, raw=raw, reason="shape", external_id=number)]
    post = _Post(tweet=tweet, includes=mapping(held.get("includes")), number=number, own=own or Own())
    return [post.inbound(account, now, words(held.get("source")), raw)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    tweet: Json
    includes: Json
    number: str
    own: Own

    def inbound(self, account: str, now: datetime, source: str, raw: bytes) -> Inbound:
        sender, thread = self._sender(), self._thread()
        addressed = self._addressed()
        return Inbound(
            channel=CHANNEL,
            account=account,
            external_id=self.number,
            message_id=self.number,
            conversation=f"{CHANNEL}:{account}:{thread}:{sender.id or self.number}",  # an unknown author shares nothing
            sender=sender,
            sent_at=moment(self.tweet.get("created_at"), self.number, now),
            text=self._text(),
            attachments=self._attachments(),
            place=self._place(),
            reply_address=self.number if self.own.answers else None,
            in_reply_to=self._referenced("replied_to"),
            edit_of=self._edit_of(),
            service=self._service(sender),
            extra={
                "public": True,
                "source": SEARCH if source == SEARCH and not self._names_us() else MENTION,
                "addressed": addressed,
                **self._about_author(),
            },
            raw=raw,
        )

    def _text(self) -> str:
        """A long post has its whole text beside its first 280 letters: https://docs.x.com/x-api/fundamentals/post-cap"""
        return prose(mapping(self.tweet.get("note_tweet")).get("text")) or prose(self.tweet.get("text"))

    def _author(self) -> Json:
        return self._included("users", "id", words(self.tweet.get("author_id")))

    def _sender(self) -> Sender:
        author = self._author()
        username = words(author.get("username"))
        return Sender(
            id=post_id(self.tweet.get("author_id")) or "",
            name=prose(author.get("name")) or None,
            address=f"@{username}" if username else None,
        )

    def _about_author(self) -> dict[str, str]:
        """X's own mark on offices and companies; the normaliser's admission reads it."""
        mark = words(self._author().get("verified_type"))
        return {"verified": mark} if mark in ("government", "business") else {}

    def _service(self, sender: Sender) -> str | None:
        if self.own.id is not None and sender.id == self.own.id:
            return "own_post"
        if self.own.username is not None and (sender.address or "").lower() == f"@{self.own.username}":
            return "own_post"
        return "retweet" if self._referenced("retweeted") else None

    def _thread(self) -> str:
        """The thread's first post. An edited post is its first version, whose thread it stays in."""
        versions = self._versions()
        thread = post_id(self.tweet.get("conversation_id")) or self.number
        return versions[0] if thread in versions else thread

    def _edit_of(self) -> str | None:
        versions = self._versions()
        return versions[versions.index(self.number) - 1] if self.number in versions[1:] else None

    def _versions(self) -> Sequence[str]:
        found = self.tweet.get("edit_history_tweet_ids")
        return [one for one in map(post_id, found) if one][:PARTS] if isinstance(found, list) else []

    def _referenced(self, kind: str) -> str | None:
        """Of replied_to, quoted, retweeted."""
        return next((post_id(one.get("id")) for one in listed(self.tweet.get("referenced_tweets")) if one.get("type") == kind), None)

    def _mentioned(self) -> Sequence[str]:
        entities = mapping(self.tweet.get("note_tweet")).get("entities") or self.tweet.get("entities")
        named = [words(one.get("username")).lower() for one in listed(mapping(entities).get("mentions"))[:PARTS]]
        return named or [name.lower() for name in re.findall(r"@([A-Za-z0-9_]{1,20})", self._text())[:PARTS]]

    def _names_us(self) -> bool:
        return self.own.username is not None and self.own.username in self._mentioned()

    def _addressed(self) -> bool:
        """Somebody talks to us: in reply to us, with our name first, or with our name in words of their own.

        Who answers a third person in a thread that once named us has our name put in front by X and talks to that person.
        An account whose own name is not known yet (`normalize`) takes any mention for its own.
        """
        if self.own.username is None:
            return bool(self._mentioned())
        if not self._names_us():
            return False
        if self.own.id is not None and self.tweet.get("in_reply_to_user_id") == self.own.id:
            return True
        text = self._text().lower()
        front = LEADING.match(text)
        in_front = re.findall(r"@(\w+)", front.group()) if front else []
        return self._referenced("replied_to") is None or in_front[:1] == [self.own.username] or self.own.username not in in_front

    def _attachments(self) -> Sequence[Attachment]:
        keys = mapping(self.tweet.get("attachments")).get("media_keys")
        wanted = [key for key in keys if isinstance(key, str)][:PARTS] if isinstance(keys, list) else []
        found = [self._included("media", "media_key", key) for key in wanted]
        return [_attachment(media) for media in found if media]

    def _place(self) -> Place | None:
        """The point that the citizen shared, or the name of the place that they chose; a city's middle is no point."""
        geo = mapping(self.tweet.get("geo"))
        chosen = self._included("places", "id", words(geo.get("place_id")))
        text = prose(chosen.get("full_name")) or prose(chosen.get("name")) or None
        point = mapping(geo.get("coordinates")).get("coordinates")
        if isinstance(point, list) and len(point) == 2 and all(type(each) in (int, float) for each in point):
            lon, lat = float(point[0]), float(point[1])
            if abs(lat) <= 90 and abs(lon) <= 180:
                return Place(lat=lat, lon=lon, text=text)
        return Place(text=text) if text else None

    def _included(self, kind: str, key: str, value: str) -> Json:
        """An expanded object; empty when it was not sent along (deleted, protected, not asked for)."""
        return next((one for one in listed(self.includes.get(kind)) if value and one.get(key) == value), {})


def _attachment(media: Json) -> Attachment:
    """A photo in full, the best MP4 of a video; of a video without addresses its still."""
    kind, key = words(media.get("type")), words(media.get("media_key"))
    if kind == "photo":
        return Attachment(ref=words(media.get("url")) or None, kind="image", media_type="image/jpeg", filename=f"{key}.jpg")
    films = [one for one in listed(media.get("variants")) if one.get("content_type") == "video/mp4" and words(one.get("url"))]
    if films:
        best = max(films, key=lambda one: one["bit_rate"] if type(one.get("bit_rate")) is int else 0)
        return Attachment(ref=words(best.get("url")), kind="video", media_type="video/mp4", filename=f"{key}.mp4")
    return Attachment(
        ref=words(media.get("preview_image_url")) or None, kind="image", media_type="image/jpeg", filename=f"{key}-cuplikan.jpg"
    )
