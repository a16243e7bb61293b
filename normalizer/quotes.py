"""The writer's own words in a mail: without what is quoted, without the signature. Line by line, linear in the length.

Whatever the rules find, a mail never loses all its words: where nothing would be left, everything stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from normalizer import labels

_LINES = 3_000
_LINE = 600
"""Longer lines are nobody's quote header."""
_HEADER_LINES = 4
_BLOCK = 8

_QUOTED = re.compile(r"^\s*(?:>|\|\s|\|$)")
_ADDRESSED = re.compile(
    r"^[\s>]*(?=[^\n]*\d)[^\n]{0,300}?(?:<\s*[^<>\n]*@[^<>\n]+>|\[mailto:[^\]\n]+\]|\b[\w.+-]+@[\w.-]+\b)[^\n]{0,80}[:：]\s*$"
)
_WROTE = re.compile(
    r"^[\s>]*(?:[-*]{1,6}\s*)?(?:on|at|pada|tanggal|tgl|le|el|am|op|il|em|em|no dia|w dniu|dnia|dne|dňa|den|på|på|på|le|на|в|от|ma|a"
    r"|2\d{3}[-./年]|在|于|\d{1,2}[-./\s])(?=[^\n]*\d)[^\n]{0,400}?(?:\bwrote|\bwrites|\bmenulis|\btulis|\bmenulis pesan|a écrit"
    r"|\bschrieb\b[^\n]{0,80}|\bescribió|\bschreef\b[^\n]{0,120}|geschreven|ha scritto|\bescreveu|napisała?(?:\(a\))?"
    r"|napsala?(?:\(a\))?|\bskrev\b[^\n]{0,120}|kirjoitti|írta|написала?|пише|пишет|写道|のメッセージ|yazdı|a scris|έγραψε"
    r"|כתב)\s*[:：]?\s*\**\s*$",
    re.IGNORECASE,
)
_WROTE_SAID = """
wrote writes tulis écrit schrieb escribió schreef geschreven scritto escreveu napisa napsal skrev kirjoitti írta написал пише
写道 のメッセージ yazd yazı scris έγραψε כתב
"""
_WROTE_WORDS = _WROTE_SAID.split()
_WROTE_REACH = 200
"""Characters from the end in which such a word must stand; clean lines have no long runs of blanks behind it."""
_DATED = re.compile(
    r"^[\s>]*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日|\d{1,2}[./]\d{1,2}[./]\d{4})[^\n]{0,60}?(?:GMT[+-]\d"
    r"|<[^<>\n]*@[^<>\n]*>)[^\n]{0,80}$"
)
_NAMED = re.compile(r"<[^<>\s]*@|\[mailto:|<\s*$")
_LEADING = re.compile(r"^(?=[^\n]*(?:@|\b(?:19|20)\d\d\b))[^\n]{8,300}[:：]\s*$")
"""Before lines that are marked as quoted, a line with a year or an address and a colon is enough."""
_COLONS = (":", "：")
_STARTS_HEADER = re.compile(
    r"^[\s>]*(?:[-*]{1,6}\s*)?(?:on|at|pada|tanggal|le|el|am|op|il|em|w dniu|dnia|dne|dňa|den|på|på|на|在|于|\d{4}[-/.年]|\d{1,2}[-./ ])",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"^[\s>]*(?:--|—|–|__|-- )\s*$|^\s*[_\-=*~#+—–]{5,}\s*$|^[\s*\[(_]*(?:sent (?:wirelessly )?(?:from|via|with|using)"
    r"|dikirim (?:dari|dengan|melalui)|terkirim dari|get outlook for|dapatkan outlook|envoy[ée] (?:de|depuis)|gesendet (?:von|mit)"
    r"|von meinem \S+ gesendet|inviato da|enviado (?:desde|do|de|a partir)|verzonden (?:vanaf|met|via)|verstuurd vanaf|skickat från"
    r"|sendt fra|odesláno z|wysłane z|lähetetty|отправлено с|iphone から|iphoneから|発信元|从我的|發自我的|발신자|unduh outlook"
    r"|diunduh dari)\b[^\n]{0,120}$",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"^[\s>]*(?:reply to this email directly|you(?:'re| are) receiving this|to unsubscribe|to respond, reply|visit (?:topic|message)"
    r"|you received this message because|this e-?mail and any (?:files|attachments)|pesan ini (?:bersifat )?rahasia"
    r"|e-?mail ini (?:bersifat )?rahasia|disclaimer\s*:|this message (?:was sent|contains) confidential"
    r"|\*{0,3}(?:please )?reply above this line|[-#=*_ ]*(?:write|type|tulis(?:kan)?|balas) (?:your )?(?:reply )?(?:above"
    r"|di atas) (?:this|garis) (?:line|ini))",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b")
_WORD = re.compile(r"\w")
_ONLY_MARKS = re.compile(r"^[\W_]*$")


def own_words(text: str) -> str:
    """What the writer of this mail wrote; the whole text where nothing of it can be told apart."""
    lines = text.split("\n")[:_LINES]
    at, after = _cut(lines)
    own = _trimmed(lines[:at])
    if after is not None:
        own = [*own, "", *_answers(lines[after:])] if own else _below(lines[after:])
    return "\n".join(own).strip() or text.strip()


def _cut(lines: Sequence[str]) -> tuple[int, int | None]:
    """(first line that is not the writer's, first line after the quote's header or None where no header stands there)."""
    for index, line in enumerate(lines):
        if len(line) > _LINE or not line.strip():
            continue
        length = header(lines, index)
        if length:
            return index, index + length
        if index and _FOOTER.match(line) and any(text.strip() for text in lines[:index]):
            return index, None
    return len(lines), None


def header(lines: Sequence[str], index: int) -> int:
    """How many lines the header of a quote takes that begins here; 0: none begins."""
    line = lines[index]
    if labels.DIVIDER.match(line) and len(line) < 120:
        return 1 + (_block(lines, index + 1) if index + 1 < len(lines) else 0)
    if _DATED.match(line) and (index + 1 == len(lines) or not lines[index + 1].strip() or _QUOTED.match(lines[index + 1])):
        return 1
    if _STARTS_HEADER.match(line) or _NAMED.search(line) or _leads(line):
        joined = line
        for length in range(1, _HEADER_LINES + 1):
            if _wrote(joined) or _addressed(joined) or (_leads(joined) and _quoted_next(lines, index + length)):
                return length
            if index + length >= len(lines) or len(joined) > _LINE or not lines[index + length].strip():
                break
            joined = f"{joined} {lines[index + length].strip().lstrip('> ')}"
    return _block(lines, index)


def _wrote(line: str) -> bool:
    """A look for the words alone is a hundred times cheaper than the pattern."""
    low = line[-_WROTE_REACH:].lower()
    return any(map(low.__contains__, _WROTE_WORDS)) and bool(_WROTE.match(line))


def _addressed(line: str) -> bool:
    return "@" in line and line.rstrip().endswith(_COLONS) and bool(_ADDRESSED.match(line))


def _leads(line: str) -> bool:
    return line.rstrip().endswith(_COLONS) and bool(_LEADING.match(line))


def _block(lines: Sequence[str], index: int) -> int:
    """Outlook's block: From, Sent, To, Subject on lines of their own."""
    first = labels.header_line(lines[index])
    if first is None:
        return 0
    kinds = {first[0]: first[1]}
    last = index
    for offset in range(index + 1, min(index + _BLOCK, len(lines))):
        found = labels.header_line(lines[offset])
        if found:
            kinds[found[0]] = found[1]
            last = offset
        elif offset - last > 2:
            break
    addressed = any("@" in line for line in lines[index : last + 1])
    enough = len(kinds) >= 3 or ("date" in kinds and ("from" in kinds or "to" in kinds))
    return last - index + 1 if enough and (addressed or _CLOCK.search(kinds.get("date", ""))) else 0


def _trimmed(lines: Sequence[str]) -> list[str]:
    """Without the quoted lines, rules and signature at the end."""
    kept = list(lines)
    first = next((index for index, line in enumerate(kept) if _WORD.search(line)), len(kept))
    signature = next((index for index in range(first + 1, len(kept)) if _ends(kept, index)), None)
    if signature is not None:
        kept = kept[:signature]
    while kept and (_ONLY_MARKS.match(kept[-1]) or _QUOTED.match(kept[-1])):
        kept.pop()
    if kept and all(_QUOTED.match(line) or not line.strip() for line in kept):
        return []
    return kept


def _ends(lines: Sequence[str], index: int) -> bool:
    """A signature begins at this line; the caller knows that somebody's words stand above it."""
    if not _SIGNATURE.match(lines[index]):
        return False
    bare = lines[index].strip()
    rest = [line for line in lines[index + 1 : index + 60] if line.strip() and not _ONLY_MARKS.match(line)]
    if bare and not any(character.isalpha() for character in bare) and bare not in ("--", "__", "—", "–"):
        return not rest
    return len(rest) <= 14 and not any(len(line) > 400 for line in rest[:4])


def _answers(lines: Sequence[str]) -> list[str]:
    """What is written below a quote whose lines are all marked; nothing where the quote has no marks to tell it by."""
    quoted = next((index for index, line in enumerate(lines) if line.strip()), 0)
    if not lines or not _QUOTED.match(lines[quoted]):
        return []
    while quoted < len(lines) and _QUOTED.match(lines[quoted]):
        quoted += 1
    if quoted >= len(lines) or lines[quoted].strip():
        return []
    while quoted < len(lines) and not lines[quoted].strip():
        quoted += 1
    if quoted < len(lines) and (_SIGNATURE.match(lines[quoted]) or _FOOTER.match(lines[quoted])):
        return []
    return _trimmed(lines[quoted : quoted + _cut(lines[quoted:])[0]])


def _below(lines: Sequence[str]) -> list[str]:
    """Of a mail that begins with the quote: the lines that carry no quote mark."""
    until = lines[: _cut(lines)[0]]
    return _trimmed([line for line in until if not _QUOTED.match(line)]) or _trimmed([line for line in lines if not _QUOTED.match(line)])


def _quoted_next(lines: Sequence[str], index: int) -> bool:
    return next((bool(_QUOTED.match(line)) for line in lines[index : index + 3] if line.strip()), False)
