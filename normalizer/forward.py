"""A mail that an operator passed on: who wrote it first, when, what, and what the operator wrote above. The simple version."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from normalizer import labels, quotes, when
from normalizer.characters import one_line
from normalizer.headers import mailbox
from normalizer.outcome import Original, Party

_LINES = 3_000
_SEARCHED = 1_000
_GAP = 3
"""Empty lines that may stand between two header lines, as HTML leaves them."""
_MARK = re.compile(r"^\s*>\s?")
_BEGIN = re.compile(
    r"^[\s>*]*(?:begin forwarded message|start of forwarded message|forwarded message|mulai pesan (?:yang )?(?:di)?teruskan"
    r"|awal pesan (?:yang )?diteruskan|pesan (?:yang )?diteruskan|pesan terusan|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado|inizio messaggio inoltrato"
    r"|início da mensagem (?:reencaminhada|encaminhada)|begin doorgestuurd bericht|videresendt (?:besked|melding)"
    r"|start på videresendt besked|vidarebefordrat (?:brev|mail|meddelande)|początek przekazywanej wiadomości"
    r"|p[řr]eposlan[aá] zpr[aá]va|välitetty viesti(?: alkaa)?|[^\n:]{8,60})\s*[:：]\s*\**$",
    re.IGNORECASE,
)
_END = re.compile(
    r"^[\s>]*-{3,}\s*(?:end(?: of)? (?:the )?forwarded message|akhir (?:dari )?pesan (?:yang )?(?:di)?teruskan"
    r"|ende der weitergeleiteten nachricht|fin du message[^-]*)\s*-{3,}",
    re.IGNORECASE,
)
_ONE_LINE = re.compile(r"^\s*(-{3,}[^-\n]{5,60}-{3,})\s+(\S.{10,1500})$")
_WRITER = re.compile(r"((?:[^\W\d_a-z][\w.'’-]*\s+){0,4}[^\W\d_a-z][\w.'’-]*)[\s\"»”]*<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)>")
_RULE = re.compile(r"^[\s>]*[_\-=*]{5,}\s*$")


@dataclass(frozen=True, slots=True)
class Unwrapped:
    original: Original
    note: str | None


def unwrap(text: str, zone: tzinfo, *, passed_on: bool, answer: bool) -> Unwrapped | None:
    """The mail inside, or None.

    passed_on: the subject says so (Fwd:), so that a header block without any divider is enough. answer: it says Re:, so that only a
    divider that speaks of forwarding counts.
    """
    lines = _parted(text.split("\n")[:_LINES])
    for index in range(min(len(lines), _SEARCHED)):
        begins = _divided(lines, index)
        top = index + 1 if begins else index
        found = _headers(lines, top)
        told = begins or passed_on or (not answer and index > 0 and bool(_RULE.match(lines[index - 1])))
        if found and told and _is_mail(found[0], begins or passed_on):
            headers, end = found
            return Unwrapped(_original(headers, _body(lines, top, end), zone), _note(lines[:index]))
        if passed_on and not found and (length := quotes.header(lines, index)):
            return _quoted(lines, index, length, zone)
    return None


def _quoted(lines: Sequence[str], index: int, length: int, zone: tzinfo) -> Unwrapped:
    """Forwarded under a line such as `On 28/10/2021, Budi <budi@contoh.id> wrote:`."""
    written = " ".join(lines[index : index + length])
    writer = _WRITER.search(written.replace("(", "<").replace(")", ">"))
    headers = {"from": f"{writer.group(1)} <{writer.group(2)}>" if writer else written, "date": written}
    return Unwrapped(_original(headers, _body(lines, index, index + length), zone), _note(lines[:index]))


def _parted(lines: Sequence[str]) -> list[str]:
    """Yahoo writes divider and headers in one line: back to one line each."""
    parted: list[str] = []
    for line in lines:
        match = _ONE_LINE.match(line)
        if match and labels.header_line(match.group(2)):
            parted += [match.group(1), *labels.parted(match.group(2)), ""]
        else:
            parted.append(line)
    return parted


def _divided(lines: Sequence[str], index: int) -> bool:
    line = lines[index]
    if len(line) > 200 or labels.header_line(line):
        return False
    return bool(labels.DIVIDER.match(line) or _BEGIN.match(line))


def _headers(lines: Sequence[str], top: int) -> tuple[dict[str, str], int] | None:
    """({kind: value}, first line after them) of the block that begins at `top`; None where none begins."""
    found: dict[str, str] = {}
    reached = top
    index = top
    while index < len(lines) and index - reached <= (_GAP if index == reached or not found else 1) and len(found) < 7:
        bare = _MARK.sub("", lines[index])
        header = labels.header_line(bare)
        if header and header[0] in found and header[0] != "cc":
            break
        if header:
            value = header[1]
            while not value and index + 1 < len(lines) and lines[index + 1].strip() and not labels.header_line(lines[index + 1]):
                index += 1
                value = _MARK.sub("", lines[index]).strip()
            found[header[0]] = value
            reached = index + 1
        elif bare.strip():
            if not found or not _continues(lines, index, found):
                break
            last = next(reversed(found))
            found[last] = f"{found[last]} {bare.strip()}"
            reached = index + 1
        index += 1
    return (found, reached) if len(found) >= 2 and "from" in found else None


def _continues(lines: Sequence[str], index: int, found: dict[str, str]) -> bool:
    """A folded header: the line right below it, before another header or with addresses on it."""
    if not lines[index - 1].strip(" >"):
        return False
    next_is_header = index + 1 < len(lines) and labels.header_line(_MARK.sub("", lines[index + 1])) is not None
    return next_is_header or (
        next(reversed(found)) in ("to", "cc") and "@" in lines[index] and lines[index - 1].rstrip().endswith((",", ";"))
    )


def _is_mail(headers: dict[str, str], announced: bool) -> bool:
    """People write "Dari: rumah saya" too: there must be an address, or a divider and a date."""
    return "@" in headers["from"] or (announced and bool(re.search(r"\d", headers.get("date", ""))))


def _body(lines: Sequence[str], top: int, end: int) -> str:
    rest = list(lines[end:])
    if any(_MARK.match(line) for line in lines[top:end]) or (rest and all(_MARK.match(line) or not line.strip() for line in rest)):
        last = max((index for index, line in enumerate(rest) if _MARK.match(line)), default=-1)
        rest = [_MARK.sub("", line) for line in rest[: last + 1]]
    ended = next((index for index, line in enumerate(rest) if _END.match(line)), len(rest))
    return "\n".join(rest[:ended]).strip()


def _note(lines: Sequence[str]) -> str | None:
    kept = list(lines)
    while kept and (not kept[-1].strip() or _RULE.match(kept[-1])):
        kept.pop()
    return "\n".join(kept).strip() or None


def _original(headers: dict[str, str], body: str, zone: tzinfo) -> Original:
    name, address = mailbox(headers["from"].replace("[mailto:", "<").replace("]", ">"))
    written = headers.get("date")
    moment = when.read(written, zone) if written else None
    return Original(
        from_=Party(id=address, name=name, address=address),
        to=headers.get("to"),
        cc=headers.get("cc"),
        subject=one_line(headers.get("subject", ""), 300) or None,
        date=moment.isoformat() if moment else written,
        body=body,
    )
