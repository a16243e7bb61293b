"""The bot as a connector: it answers and fetches files; how messages reach it is `receive.py`."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar

from telegram import Bot, File
from telegram.error import BadRequest, ChatMigrated, InvalidToken, TelegramError

from connectors.contract import About, Checked, Health, Reply, Sent
from connectors.errors import ConnectorError, Throttled, TooLarge, Unreachable
from connectors.telegram.guards import Json, mapping, whole, words
from connectors.telegram.line import Line, meaning
from connectors.telegram.outgoing import outgoing
from connectors.telegram.pace import Pace
from connectors.telegram.settings import Settings
from connectors.telegram.words import Bot as Ourselves

__all__ = ["ABOUT", "Settings", "TelegramConnector"]

T = TypeVar("T")

ABOUT = About(
    provider="telegram",
    channels=("telegram",),
    title="Telegram",
    text_limit=4096,
    asks_place=True,
    source="https://core.telegram.org/bots/api#sendmessage",
)
MENU = {
    "lapor": "Buat laporan",
    "status": "Lihat status laporan",
    "baru": "Mulai laporan lain",
    "anonim": "Sembunyikan nama saya",
    "rahasia": "Rahasiakan laporan",
    "lokasi": "Kirim lokasi kejadian",
    "batal": "Cabut laporan",
    "bantuan": "Cara melapor",
}


class TelegramConnector:
    """What both ways share."""

    def __init__(self, account: str, settings: Settings) -> None:
        self.account, self.settings = account, settings
        self.bot = Ourselves(id=settings.bot_id, username=settings.username)
        self.pace = Pace()
        self._moved: dict[int, int] = {}
        self._line = Line(settings.answer_seconds)
        self._api = Bot(
            settings.token.get_secret_value(),
            base_url=f"{settings.api_base}/bot",
            base_file_url=f"{settings.api_base}/file/bot",
            request=self._line,
            get_updates_request=self._line,
        )

    @property
    def about(self) -> About:
        return ABOUT

    async def prepare(self) -> None:
        """Learn our own name, and set the bot's way of receiving and its menu at Telegram."""
        me = mapping(await self.call("getMe"))
        self.bot = Ourselves(id=whole(me.get("id")) or self.bot.id, username=words(me.get("username")) or self.bot.username)
        await self._open()
        await self.call("setMyCommands", commands=[{"command": name, "description": about} for name, about in MENU.items()])

    async def check(self) -> Checked:
        try:
            me, hook = mapping(await self.call("getMe")), mapping(await self.call("getWebhookInfo"))
        except ConnectorError as error:
            return Checked(health=Health.FAILED, sentence=error.sentence)
        doubt = self._doubt(hook)
        if doubt:
            return Checked(health=Health.WARNING, sentence=doubt)
        return Checked(health=Health.OK, sentence=f"Siap sebagai @{words(me.get('username'))} (mode {self.settings.mode}).")

    async def send(self, reply: Reply) -> Sent:
        """`certain` of what this raises is False when Telegram may have sent the message."""
        message = outgoing(reply)
        message["chat_id"] = self._moved.get(message["chat_id"], message["chat_id"])
        await self.pace.turn(message["chat_id"])
        sent = mapping(await self._outward(self._deliver(message)))
        if "callback_id" in reply.extra:
            await self._settle_button(str(reply.extra["callback_id"]))
        number = whole(sent.get("message_id"))
        return Sent(message_id=None if number is None else str(number))

    async def _deliver(self, message: dict[str, Any]) -> Any:
        """Once more only where Telegram surely sent nothing: the group has moved, or the topic is gone."""
        try:
            return await self._api.do_api_request("sendmessage", message)
        except ChatMigrated as moved:
            self._moved[message["chat_id"]] = moved.new_chat_id
            again = message | {"chat_id": moved.new_chat_id}
        except BadRequest as refused:
            if "thread not found" not in refused.message.lower() or "message_thread_id" not in message:
                raise
            again = {name: value for name, value in message.items() if name != "message_thread_id"}
        return await self._api.do_api_request("sendmessage", again)

    async def _settle_button(self, callback_id: str) -> None:
        """Ends the clock on a pressed button. The answer is out already, so a failure here means nothing."""
        try:
            await self.call("answerCallbackQuery", callback_query_id=callback_id)
        except ConnectorError:
            return

    async def download(self, ref: str, limit: int) -> bytes:
        """Raises TooLarge, RecipientGone (Telegram keeps a file as long as it likes), Unreachable ..."""
        self.pace.check()
        file = await self._outward(self._api.get_file(ref))
        if (file.file_size or 0) > limit:
            raise TooLarge(f"Berkas {file.file_size} bita melebihi batas {limit} bita.")
        content = await self._ask(_fetched(file))
        if len(content) > limit:
            raise TooLarge(f"Berkas {len(content)} bita melebihi batas {limit} bita.")
        return content

    async def aclose(self) -> None:
        await self._line.shutdown()

    async def call(self, method: str, *, wait: float = 0, **named: Any) -> Any:
        """A method of the Bot API with its raw result. Telegram ignores the case of names; the library warns of those it knows."""
        return await self._ask(self._api.do_api_request(method.lower(), named, read_timeout=wait + self.settings.answer_seconds))

    async def _outward(self, answer: Awaitable[T]) -> T:
        """What is told to be too much pauses all that the account sends and fetches; asking for news goes on."""
        try:
            return await self._ask(answer)
        except Throttled as error:
            self.pace.rest(error.wait)
            raise

    async def _ask(self, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except TelegramError as fault:
            raise meaning(fault, account=self.account) from None  # its text and address may hold the token
        except (TypeError, KeyError, ValueError, AttributeError) as fault:
            raise Unreachable(f"Jawaban Telegram tidak dikenal ({type(fault).__name__}).", certain=False) from None

    async def _open(self) -> None:
        """Tell Telegram how messages are to reach us."""
        raise NotImplementedError

    def _doubt(self, hook: Json) -> str | None:
        """What an operator should look at in getWebhookInfo's answer."""
        raise NotImplementedError


async def _fetched(file: File) -> bytes:
    if not file.file_path:
        raise BadRequest("wrong file_id")
    try:
        return bytes(await file.download_as_bytearray())
    except InvalidToken:  # the library's name for every 404; the token was good a moment ago
        raise BadRequest("wrong file_id") from None
