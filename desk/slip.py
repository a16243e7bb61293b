"""The receipt that a citizen takes along, as PDF, and the QR code of its tracking page. Never a word of the complaint and no name."""

from __future__ import annotations

import io
from collections.abc import Sequence


def qr(address: str) -> str:
    """An SVG as a data address, for an <img>."""
    import segno

    return str(segno.make(address, error="m").svg_data_uri(scale=4, border=2))


def pdf(office: str, number: str, facts: Sequence[tuple[str, str]], address: str) -> bytes:
    """A5. `facts`: what it is called, and what it is."""
    import font_roboto
    import segno
    from fpdf import FPDF

    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=8, border=2)
    paper = FPDF(format="A5")
    for style, name in (("", "Roboto"), ("B", "RobotoBold")):
        paper.add_font("Roboto", style, font_roboto.font_files[name])
    paper.set_title(f"Tanda terima {number}")
    paper.add_page()
    for text, style, size in ((office, "", 11), ("Tanda terima pengaduan", "B", 16), (number, "B", 22)):
        paper.set_font("Roboto", style, size)
        paper.multi_cell(0, size * 0.6, text, new_x="LMARGIN", new_y="NEXT")
    paper.set_font("Roboto", size=11)
    for called, what in facts:
        paper.multi_cell(0, 7, f"{called}: {what}", new_x="LMARGIN", new_y="NEXT")
    paper.image(picture, w=45)
    paper.multi_cell(0, 6, f"Pindai, atau buka:\n{address}", new_x="LMARGIN", new_y="NEXT")
    return bytes(paper.output())
