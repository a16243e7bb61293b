"""Which PDFs a browser is handed: ordinary letters of ordinary programs; nothing that runs, and nothing that cannot be looked into."""

from __future__ import annotations

import zlib

import pytest
from fpdf import FPDF

from desk.operator import papers
from desk.operator.papers import only_paper

HEAD = b"%PDF-1.7\n"


def group(inside: bytes, told: bytes = b"/Type/ObjStm/N 2/First 9/Filter/FlateDecode") -> bytes:
    packed = zlib.compress(inside)
    return b"%s7 0 obj<<%s/Length %d>>stream\r\n%s\nendstream endobj" % (HEAD, told, len(packed), packed)


def test_letters_are_only_paper() -> None:
    """A page as fpdf writes it, a link, a place to open at, and packed groups of plain objects."""
    paper = FPDF()
    paper.add_page()
    paper.set_font("helvetica", size=24)
    paper.cell(text="Surat warga /Rencana #1", link="https://cimahikota.go.id")
    assert only_paper(bytes(paper.output()))
    assert only_paper(HEAD + b"1 0 obj<</Type/Catalog/OpenAction [3 0 R /FitH null]>>endobj")
    assert only_paper(group(b"3 0 4 20 <</Type/Page>> <</Type/Font>>"))


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
        HEAD + b"1 0 obj<</OpenAction 5 0 R>>endobj",
        HEAD + b"1 0 obj<</AA<</O<</S/#4Aava#53cript>>>>>>endobj",
        HEAD + b"1 0 obj<</S/Launch/F(cmd.exe)>>endobj",
        HEAD + b"1 0 obj<</Names<</EmbeddedFiles 4 0 R>>>>endobj",
        HEAD + b"trailer<</Encrypt 9 0 R>>",
        group(b"3 0 <</S/JavaScript/JS(1)>>"),
        group(b"3 0 <</S/Java#53cript/JS(1)>>"),
        group(b"3 0 <<>>", told=b"/Type/ObjStm/N 1/First 4/Filter[/FlateDecode/ASCIIHexDecode]"),
        group(b"3 0 <<>>", told=b"/Type/ObjStm/N 1/First 4/Filter 8 0 R"),
        group(b"3 0 <<>>", told=b"/Filter/FlateDecode/Type/ObjStm/N 1/First 4/Fi#6cter[/FlateDecode/AHx]"),
        group(b"3 0 <<>>", told=b"/Type/Obj#53tm/N 1/First 4/Filter/FlateDecode"),
        group(b"3 0 <<>>")[:-30],
    ],
)
def test_what_runs_or_hides_is_not(content: bytes) -> None:
    """Scripts, programs, files inside, in any spelling, packed or locked."""
    assert not only_paper(content)


def test_what_unpacks_to_too_much_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb is not unpacked to its end."""
    monkeypatch.setattr(papers, "UNPACKED", 100_000)
    assert only_paper(group(b"3 0 " + b" " * 90_000))
    assert not only_paper(group(b"3 0 " + b" " * 100_000))
