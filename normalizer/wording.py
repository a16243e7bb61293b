"""Words for comparing: slang expanded, affixes peeled. What a person reads is never changed by this."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from normalizer.characters import fold
from normalizer.slang import PLAIN

_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_STRETCHED = re.compile(r"([a-z])\1{2,}")

_REMEMBERED = 20_000

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
    found: list[str] = []
    for word in _WORD.findall(fold(text)):
        plain = PLAIN.get(word)
        if plain is None and _STRETCHED.search(word):
            word = _STRETCHED.sub(r"\1", word)
            plain = PLAIN.get(word)
        if plain is None:
            found.append(word)
        else:
            found.extend(plain.split(" "))
    return tuple(found)


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


class Lexicon:
    """Phrases to be found in a text, each standing for one or more keys. Longer phrases win; a word counts once."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        """phrases: (key, phrase)."""
        self._starts: dict[str, dict[tuple[str, ...], list[str]]] = {}
        self._begun: dict[str, list[tuple[tuple[str, ...], list[str]]]] = {}
        for key, phrase in phrases:
            parts = tuple(words(phrase))
            if parts:
                keys = self._starts.setdefault(parts[0], {}).setdefault(parts, [])
                if key not in keys:
                    keys.append(key)

    def find(self, tokens: Sequence[str]) -> list[tuple[str, tuple[str, ...], int]]:
        """(key, phrase, position) for every phrase that the tokens hold, from left to right."""
        found: list[tuple[str, tuple[str, ...], int]] = []
        position = 0
        while position < len(tokens):
            if not self._beginning(tokens[position]):
                position += 1
                continue
            phrase, keys = self._longest(tokens, position)
            found.extend((key, phrase, position) for key in keys)
            position += len(phrase) or 1
        return found

    def _longest(self, tokens: Sequence[str], position: int) -> tuple[tuple[str, ...], list[str]]:
        """The longest phrase that begins here; of two, the one that is written like the token itself."""
        standing = [
            (len(phrase), phrase[0] == tokens[position], phrase, keys)
            for phrase, keys in self._beginning(tokens[position])
            if self._stands(phrase, tokens, position)
        ]
        _, _, phrase, keys = max(standing, default=(0, False, (), []))
        return phrase, keys

    def _beginning(self, token: str) -> list[tuple[tuple[str, ...], list[str]]]:
        """The phrases that a word may begin; remembered, because most words of most texts begin none."""
        known = self._begun.get(token)
        if known is None:
            known = [begun for form in forms(token) for begun in self._starts.get(form, {}).items()]
            if len(self._begun) < _REMEMBERED:
                self._begun[token] = known
        return known

    @staticmethod
    def _stands(phrase: tuple[str, ...], tokens: Sequence[str], position: int) -> bool:
        if position + len(phrase) > len(tokens):
            return False
        return len(phrase) == 1 or all(part in forms(tokens[position + offset]) for offset, part in enumerate(phrase[1:], 1))
