"""Files of a citizen: read with caps, kept on disk while they arrive, their kind told by their bytes, then put into the blob store."""

from __future__ import annotations

import asyncio
import re
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

import puremagic
from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import BadHttpMessage

from connectors.webchat.wire import FILE_LIMIT, File
from store.blobs import Blobs

BODY_LIMIT = 30_000_000
"""Bytes of one message with all its files."""
FILE_BYTES = 20_000_000
FIELD_BYTES = 64 * 1024
"""8,000 characters of text are at most 32,000 bytes."""
_IN_MEMORY = 512 * 1024
_SURE = 0.3
"""puremagic's confidence below which two chance bytes decided."""
_ODD = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


class TooMuch(Exception):
    """Over a cap. The text is a stable code: body, file, files."""


@dataclass(slots=True)
class Form:
    """A multipart body as it was read: plain fields, and files that still lie in temporary files."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[tuple[str, IO[bytes]]] = field(default_factory=list)

    def close(self) -> None:
        for _, temporary in self.files:
            temporary.close()


async def read_form(request: web.Request) -> Form:
    """Reads a multipart body to its end. Raises TooMuch or ValueError; nothing is left open then."""
    form, total = Form(), 0
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise ValueError("nested multipart")
            total += await _read_part(part, form, BODY_LIMIT - total)
    except BadHttpMessage as error:  # a part whose headers are none
        form.close()
        raise ValueError("multipart") from error
    except BaseException:
        form.close()
        raise
    return form


async def _read_part(part: BodyPartReader, form: Form, room: int) -> int:
    if part.filename is None:
        content = await _small(part, min(room, FIELD_BYTES))
        form.fields[part.name or ""] = content.decode("utf-8", "replace")
        return len(content)
    temporary = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with the form
    form.files.append((part.filename, temporary))
    size = 0
    while chunk := await part.read_chunk(64 * 1024):
        size += len(chunk)
        if size > min(room, FILE_BYTES):
            raise TooMuch("file" if size > FILE_BYTES else "body")
        temporary.write(chunk)
    if size == 0:  # a form without JavaScript sends its empty file field too
        form.files.pop()[1].close()
    if len(form.files) > FILE_LIMIT:
        raise TooMuch("files")
    return size


async def _small(part: BodyPartReader, limit: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(8192):
        content += chunk
        if len(content) > limit:
            raise TooMuch("body")
    return bytes(content)


async def keep(form: Form, blobs: Blobs) -> tuple[File, ...]:
    """Puts the files into the blob store, one after the other; durable on return."""
    return tuple([await asyncio.to_thread(_keep, name, temporary, blobs.put) for name, temporary in form.files])


def _keep(name: str, temporary: IO[bytes], put: Callable[[bytes], str]) -> File:
    temporary.seek(0)
    content = temporary.read()
    return File(sha256=put(content), filename=tidy_name(name), media_type=sniff(content), size=len(content))


def sniff(content: bytes) -> str:
    """The media type by the bytes themselves; what a name or a browser says is not asked."""
    try:
        found = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        found = []
    for match in found:
        if match.mime_type and match.confidence >= _SURE:
            return str(match.mime_type)
    try:
        content[:4096].decode("utf-8", "strict" if len(content) <= 4096 else "ignore")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "application/octet-stream" if b"\0" in content[:4096] else "text/plain"


def tidy_name(name: str) -> str:
    """A file name without paths, control and direction characters, short enough for any disk."""
    visible = "".join(character for character in name if unicodedata.category(character) not in ("Cc", "Cf"))
    return _ODD.sub("_", visible).strip(" .")[-120:] or "lampiran"
