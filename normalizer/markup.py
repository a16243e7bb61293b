"""HTML -> text, as a reader would see it: no scripts, no styles, no fetch of anything."""

from __future__ import annotations

import html
import re

_LIMIT = 2_000_000
_DEPTH = 150
_SILENT = re.compile(r"<(?:(?P<name>script|style|head|title|svg|template|noscript)\b|!--)", re.IGNORECASE)
_END_OF_COMMENT = re.compile("-->")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})\b[^<>]{0,5000}>")
_EMPTY_LINES = re.compile(r"\n{3,}")
_BLOCKS = frozenset("p div br tr li h1 h2 h3 h4 h5 h6 table ul ol blockquote hr pre section article header footer".split())  # noqa: SIM905
_VOID = frozenset("br hr img input meta link col area base wbr source".split())  # noqa: SIM905
_QUOTE_OPEN = re.compile(r"<blockquote\b[^<>]{0,2000}>", re.IGNORECASE)


def to_text(markup: str) -> str:
    """Lines of text; blockquotes as `> ` is left to the caller's rules (see quotes). Linear in the length, whatever the nesting."""
    markup = _without_silent(markup[:_LIMIT])
    if markup.count("<") > 20_000 or _nesting(markup) > _DEPTH:
        return _strip(markup)
    try:
        return _rendered(markup)
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError, KeyError):
        return _strip(markup)


def _without_silent(markup: str) -> str:
    """Without comments and what no reader sees. One pass: an opening that is never closed is looked for once only."""
    pieces: list[str] = []
    reached = 0
    unclosed: set[str] = set()
    for opening in _SILENT.finditer(markup):
        name = (opening.group("name") or "").lower()
        if opening.start() < reached or name in unclosed:
            continue
        closing = (re.compile(rf"</{name}[^<>]{{0,50}}>", re.IGNORECASE) if name else _END_OF_COMMENT).search(markup, opening.end())
        if closing is None:
            unclosed.add(name)
            continue
        pieces.append(markup[reached : opening.start()])
        reached = closing.end()
    return "".join([*pieces, markup[reached:]])


def _rendered(markup: str) -> str:
    from inscriptis import get_text
    from inscriptis.css_profiles import STRICT_CSS_PROFILE
    from inscriptis.model.config import ParserConfig

    return str(get_text(markup, ParserConfig(css=STRICT_CSS_PROFILE.copy(), display_links=False, display_images=False)))


def _strip(markup: str) -> str:
    """Tags off, block ends as line ends: for what is too deep to be laid out."""

    def end(match: re.Match[str]) -> str:
        return "\n" if match.group(2).lower() in _BLOCKS else ""

    return _EMPTY_LINES.sub("\n\n", html.unescape(_TAG.sub(end, markup)))


def _nesting(markup: str) -> int:
    deepest = depth = 0
    for match in _TAG.finditer(markup):
        if match.group(2).lower() in _VOID:
            continue
        depth += -1 if match.group(1) else 1
        deepest = max(deepest, depth)
    return deepest
