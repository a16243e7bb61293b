"""Which complaint of ours a record of LAPOR! is: by Tracking ID, by our own number, else by its words and its time. Pure.

By words only what still waits for its number is looked for. The same words are found by a dictionary; words that were changed while keying
in are compared with few: those of the right days that share the rarest words.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest
from itertools import chain

from dispatcher.lapor.reading import Record
from normalizer import tracking

BEFORE, AFTER = timedelta(days=1), timedelta(days=60)
"""A report may stand in LAPOR! from a day before we registered it (clocks, dates without a time) until so much later."""
SURE = 90.0
"""rapidfuzz's ratio, 0..100."""
MARGIN = 4.0
"""By so much the best has to be better than the next."""
SHORTEST = 20
"""Characters: shorter texts are too alike to say who wrote them."""
_RAREST, _COMMON, _COMPARED, _LENGTH = 6, 500, 60, 1_000
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A complaint that waits for its Tracking ID."""

    id: int
    at: datetime
    texts: tuple[str, ...]


class Matcher:
    """Built once for a file. `known`: Tracking ID -> complaint; `numbers`: our number in stored form -> complaint."""

    def __init__(self, prefix: str, known: Mapping[str, int], numbers: Mapping[str, int], waiting: Iterable[Waiting]) -> None:
        self._prefix, self._known, self._numbers = prefix, known, numbers
        self._waiting = {each.id: (each.at, tuple(dict.fromkeys(filter(None, map(plain, each.texts))))) for each in waiting}
        self._same: dict[str, set[int]] = defaultdict(set)
        having: dict[str, set[int]] = defaultdict(set)
        for key, (_, texts) in self._waiting.items():
            for text in texts:
                self._same[text].add(key)
                for word in set(_WORD.findall(text)):
                    having[word].add(key)
        # what stands in many reports finds none of them
        self._having = {word: keys for word, keys in having.items() if len(keys) <= _COMMON}

    def find(self, record: Record) -> Sequence[int]:
        """One complaint: it is this. None: not ours. Several: nobody but a person can tell."""
        if record.reference in self._known:
            return [self._known[record.reference]]
        number = tracking.stored(self._prefix, record.reference)
        if number is not None:
            return [self._numbers[number]] if number in self._numbers else []
        texts = [text for text in map(plain, record.words) if len(text) >= SHORTEST]
        same = {key for text in texts for key in self._same.get(text, ()) if self._timely(key, record.at)}
        return sorted(same) if same else self._alike(texts, record.at)

    def _timely(self, key: int, at: datetime | None) -> bool:
        return at is not None and -BEFORE <= at - self._waiting[key][0] <= AFTER

    def _alike(self, texts: Sequence[str], at: datetime | None) -> Sequence[int]:
        from rapidfuzz import fuzz, process

        scores: dict[int, float] = {}
        for text in texts:
            others = {(key, place): other for key in self._candidates(text, at) for place, other in enumerate(self._waiting[key][1])}
            for _, score, (key, _) in process.extract_iter(text, others, scorer=fuzz.ratio, score_cutoff=SURE):
                scores[key] = max(score, scores.get(key, 0.0))
        top = max(scores.values(), default=0.0)
        return sorted(key for key, score in scores.items() if score > top - MARGIN)

    def _candidates(self, text: str, at: datetime | None) -> Sequence[int]:
        """Few: who shares most of the rarest words and is of the right days. Texts that are 90 % alike share half of these at least."""
        known = (word for word in set(_WORD.findall(text)) if word in self._having)
        rarest = nsmallest(_RAREST, known, key=lambda word: (len(self._having[word]), word))
        shared = Counter(chain.from_iterable(self._having[word] for word in rarest))
        timely = (key for key, count in shared.most_common() if 2 * count >= len(rarest) and self._timely(key, at))
        return [key for key, _ in zip(timely, range(_COMPARED), strict=False)]


def plain(text: str) -> str:
    """Words alone: capitals, signs and line ends change on the way through forms and spreadsheets."""
    return " ".join(re.findall(r"\w+", text[:_LENGTH].lower()))
