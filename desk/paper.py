"""A long table on paper: A4 across, cells wrapped, the head of the table and the page's number on every page.

fpdf's own tables lay every cell out twice and ask the font for each letter's width again; seven hundred rows took twelve seconds. Here the
widths of letters are looked up once and each cell is split once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fpdf import FPDF

SIZE, LINE, PAD = 8, 4.0, 1.0
"""Points, and millimetres."""
LINES_AT_MOST = 30
"""Of one cell: a row must fit on a page."""
_GREEN = (23, 103, 73)


def table(title: str, office: str, head: Sequence[str], shares: Sequence[int], rows: Iterable[Sequence[str | int]], end: str = "") -> bytes:
    """`shares`: how wide the columns are, in proportion. `end`: a sentence under the table."""
    import font_roboto
    from fpdf import FPDF

    class Paper(FPDF):
        def header(self) -> None:
            self.set_font("Roboto", size=9)
            self.cell(0, 6, f"{office} · {title}", new_x="LMARGIN", new_y="NEXT")
            self.set_font("Roboto", "B", SIZE)
            self.set_fill_color(*_GREEN)
            self.set_text_color(255)
            for width, word in zip(widths, head, strict=True):
                self.cell(width, LINE + 2 * PAD, word, border=1, fill=True)
            self.ln()
            self.set_text_color(0)
            self.set_font("Roboto", size=SIZE)

        def footer(self) -> None:
            self.set_y(-12)
            self.set_font("Roboto", size=8)
            self.cell(0, 6, f"Halaman {self.page_no()} dari {{nb}}", align="C")

    paper = Paper(orientation="landscape")
    widths = [paper.epw * share / sum(shares) for share in shares]
    for style, name in (("", "Roboto"), ("B", "RobotoBold")):
        paper.add_font("Roboto", style, font_roboto.font_files[name])
    paper.set_title(title)
    paper.set_auto_page_break(False)
    paper.add_page()
    letters = Letters(paper)
    for values in rows:
        cells = [letters.split(str(value), width - 2 * PAD) for value, width in zip(values, widths, strict=True)]
        height = max(map(len, cells)) * LINE + 2 * PAD
        if paper.y + height > paper.h - 15:
            paper.add_page()
        _row(paper, widths, cells, height)
    if end:
        if paper.y + 8 > paper.h - 15:
            paper.add_page()
        paper.ln(PAD)
        paper.cell(0, 6, end)
    return bytes(paper.output())


class Letters:
    """How wide each letter is in the paper's present font; asked for once."""

    def __init__(self, paper: FPDF) -> None:
        self._paper, self._known = paper, dict[str, float]()

    def split(self, text: str, width: float) -> list[str]:
        """Lines no wider than that, broken between words where it can be."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line, left = "", width
            for word in paragraph.split():
                long = self._long(word)
                if line and long + self._of(" ") > left:
                    lines.append(line)
                    line, left = "", width
                while long > width:
                    fits = self._fitting(word, width)
                    lines.append(word[:fits])
                    word = word[fits:]
                    long = self._long(word)
                left -= long + (self._of(" ") if line else 0)
                line = f"{line} {word}" if line else word
            lines.append(line)
        return lines if len(lines) <= LINES_AT_MOST else [*lines[: LINES_AT_MOST - 1], "…"]

    def _fitting(self, word: str, width: float) -> int:
        """How many letters of the word; one at least."""
        for count, letter in enumerate(word):
            width -= self._of(letter)
            if width < 0:
                return max(count, 1)
        return len(word)

    def _long(self, word: str) -> float:
        return sum(map(self._of, word))

    def _of(self, letter: str) -> float:
        if letter not in self._known:
            self._known[letter] = self._paper.get_string_width(letter)
        return self._known[letter]


def _row(paper: FPDF, widths: Sequence[float], cells: Sequence[Sequence[str]], height: float) -> None:
    left, top = paper.l_margin, paper.y
    for width, lines in zip(widths, cells, strict=True):
        paper.rect(left, top, width, height)
        for number, line in enumerate(lines):
            if line:
                paper.text(left + PAD, top + PAD + (number + 0.75) * LINE, line)
        left += width
    paper.set_xy(paper.l_margin, top + height)
