"""Words for comparing: slang expanded, affixes peeled. What a person reads is never changed by this."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from normalizer.characters import fold
from normalizer.slang import PLAIN

_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_RUN = re.compile(r"\w+")
_STRETCHED = re.compile(r"([a-z])\1{2,}")

_REMEMBERED = 20_000

Phrase = tuple[str, ...]

_PREFIXES = ("meng", "meny", "mem", "men", "me", "peng", "peny", "pem", "pen", "per", "pe", "ber", "ter", "di", "ke", "se")
_NASAL = {"meny": "s", "peny": "s", "mem": "p", "pem": "p", "men": "t", "pen": "t", "meng": "k", "peng": "k"}
_SUFFIXES = ("nya", "kan", "lah", "kah", "an", "ku", "mu", "i")


def listed(written: str) -> tuple[str, ...]:
    """Phrases as our word lists write them: separated by commas."""
    return tuple(" ".join(phrase.split()) for phrase in written.split(",") if phrase.strip())


def words(text: str) -> list[str]:
    """The words of a text, folded, stretched letters shortened (tolooong -> tolong), slang expanded."""
    return list(_words(text))


@lru_cache(maxsize=8)
def _words(text: str) -> tuple[str, ...]:
    """One message asks for the same words several times."""
    folded = fold(text)
    stretched = _STRETCHED.search(folded) is not None
    found: list[str] = []
    for word in _WORD.findall(folded):
        plain = PLAIN.get(word)
        if plain is None and stretched and _STRETCHED.search(word):
            word = _STRETCHED.sub(r"\1", word)
            plain = PLAIN.get(word)
        if plain is None:
            found.append(word)
        else:
            found.extend(plain.split(" "))
    return tuple(found)


def holds(text: str, wanted: frozenset[str]) -> bool:
    """Whether one of the words (in small letters) stands in the text as it is written: the cheap question before a costly pattern."""
    return not wanted.isdisjoint(_written(text))


@lru_cache(maxsize=8)
def _written(text: str) -> frozenset[str]:
    return frozenset(_RUN.findall(text.lower()))


@lru_cache(maxsize=20_000)
def forms(word: str) -> frozenset[str]:
    """The word and what is left of it without the usual Indonesian endings and prefixes (persampahan -> sampah)."""
    ends = {word}
    ends.update(word[: -len(end)] for end in _SUFFIXES if word.endswith(end) and len(word) - len(end) >= 3)
    if word.endswith("annya") and len(word) > 8:
        ends.add(word[:-5])
    found = set(ends)
    for shorter in ends:
        for prefix in _PREFIXES:
            rest = shorter[len(prefix) :]
            if shorter.startswith(prefix) and len(rest) >= 3:
                found.add(rest)
                if prefix in _NASAL:
                    found.add(_NASAL[prefix] + rest)
    return frozenset(found)


def any_of(phrases: Iterable[str]) -> str:
    """A pattern for one of the phrases, by their first letters: tried much quicker than one phrase after the other."""
    endings: dict[str, list[str]] = {}
    for phrase in phrases:
        endings.setdefault(phrase[0], []).append(re.escape(phrase[1:]))
    return "(?:" + "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in endings.items()) + ")"


class Lexicon:
    """Phrases to be found in a text, each standing for one or more keys. Longer phrases win; a word counts once."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        """phrases: (key, phrase)."""
        self._starts: dict[str, dict[Phrase, list[str]]] = {}
        self._begun: dict[str, _Begun] = {}
        for key, phrase in phrases:
            parts = tuple(words(phrase))
            if parts:
                keys = self._starts.setdefault(parts[0], {}).setdefault(parts, [])
                if key not in keys:
                    keys.append(key)

    def find(self, tokens: Sequence[str]) -> list[tuple[str, Phrase, int]]:
        """(key, phrase, position) for every phrase that the tokens hold, from left to right."""
        found: list[tuple[str, Phrase, int]] = []
        reached = 0
        for position, token in enumerate(tokens):
            if position < reached:
                continue
            begun = self._begun.get(token) or self._beginning(token)
            if begun is not _NOTHING:
                phrase, keys = begun.longest(tokens, position)
                found += [(key, phrase, position) for key in keys]
                reached = position + len(phrase)
        return found

    def _beginning(self, token: str) -> _Begun:
        """Remembered, because most words of most texts begin none."""
        known = [begun for form in forms(token) for begun in self._starts.get(form, {}).items()]
        known.sort(key=lambda begun: (len(begun[0]), begun[0][0] == token, begun), reverse=True)
        longer = tuple(begun for begun in known if len(begun[0]) > 1)
        begun = _Begun(longer, frozenset(phrase[1] for phrase, _ in longer), *known[len(longer) :][:1]) if known else _NOTHING
        if len(self._begun) < _REMEMBERED:
            self._begun[token] = begun
        return begun


@dataclass(frozen=True, slots=True)
class _Begun:
    """The phrases that a word may begin, the longest first; of two, the one that is written like the word itself."""

    longer: tuple[tuple[Phrase, list[str]], ...] = ()
    seconds: frozenset[str] = frozenset()
    alone: tuple[Phrase, Sequence[str]] = ((), ())

    def longest(self, tokens: Sequence[str], position: int) -> tuple[Phrase, Sequence[str]]:
        """The longest whose words follow one another here, and its keys."""
        if self.longer and position + 1 < len(tokens) and not self.seconds.isdisjoint(forms(tokens[position + 1])):
            for phrase, keys in self.longer:
                following = tokens[position + 1 : position + len(phrase)]
                if len(following) == len(phrase) - 1 and all(
                    part in forms(token) for part, token in zip(phrase[1:], following, strict=True)
                ):
                    return phrase, keys
        return self.alone


_NOTHING = _Begun()
