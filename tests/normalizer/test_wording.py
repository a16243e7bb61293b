from __future__ import annotations

import re

from normalizer.wording import Lexicon, any_of, forms, holds, words


def test_slang_is_expanded() -> None:
    """Abbreviations compare as the words they stand for."""
    assert words("Tlg dong, jln dpn rmh sy blm dibaikin") == ["tolong", "dong", "jalan", "depan", "rumah", "saya", "belum", "dibaikin"]


def test_stretched_letters() -> None:
    """toloooong is tolong."""
    assert words("toloooong") == ["tolong"]


def test_ambiguous_abbreviations_stay() -> None:
    """dr is dari or dokter, kk is kakak or kartu keluarga: nobody guesses."""
    assert words("dr kk") == ["dr", "kk"]


def test_affixes_are_peeled() -> None:
    """A word is found behind its usual prefixes and endings."""
    assert "sampah" in forms("persampahan")
    assert "sampah" in forms("sampahnya")
    assert "sumbat" in forms("menyumbat")
    assert "lubang" in forms("berlubang")


def test_longest_phrase_wins() -> None:
    """ "lampu jalan" is street lighting, although "jalan" alone is a road; a word counts once."""
    lexicon = Lexicon([("road", "jalan"), ("light", "lampu jalan")])
    assert [key for key, _, _ in lexicon.find(words("lampu jalan mati di jalan ini"))] == ["light", "road"]


def test_phrases_see_through_affixes() -> None:
    """Each word of a phrase may carry an ending."""
    lexicon = Lexicon([("light", "lampu jalan")])
    assert lexicon.find(words("lampunya jalanan"))[0][0] == "light"


def test_a_word_is_held_as_it_is_written() -> None:
    """The cheap question sees whole words in any case, and neither parts of words nor slang."""
    assert holds("Anak SAYA sakit", frozenset({"saya"}))
    assert not holds("anaknya sakit", frozenset({"anak"}))
    assert not holds("anak sy", frozenset({"saya"}))


def test_any_of_finds_what_each_phrase_finds() -> None:
    """A pattern by first letters matches the same phrases, marks in them taken as marks."""
    phrases = ("jl", "jalan", "alun-alun", "no.hp", "j")
    assert all(re.fullmatch(any_of(phrases), phrase) for phrase in phrases)
    assert not any(re.fullmatch(any_of(phrases), other) for other in ("jal", "noxhp", "alun", ""))
