"""A small linear model of the city's categories, trained on what its operators decided; used only where it beats the rules.

Naive Bayes over the words' stems: a sum of weights a category, which can be shown. Plain Python, a few hundred kilobytes at most.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from config.profile import Learned
from normalizer.complaint import Suggestion
from normalizer.wording import forms, words

FOLDS = 5
FEWEST = 40
"""Decisions below which nothing is learnt: five of them in a fold would prove nothing."""
MARGIN = 0.02
"""The model must be right this much more often than the rules."""
SURE = 0.6
"""Below this the model keeps silent, and the rules speak."""
_SMOOTH = 0.5
_MOST_WORDS = 4_000
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Decision:
    """What an operator made of a complaint: its first words, the category that stands, and what the rules had proposed."""

    text: str
    category: str
    proposed: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Right answers on held-back decisions, of `seen`."""

    seen: int
    rules: int
    model: int

    @property
    def better(self) -> bool:
        return self.seen >= FEWEST and self.model - self.rules > MARGIN * self.seen


def compare(decisions: Sequence[Decision]) -> Comparison:
    """Each decision is asked of a model that was trained without its fold; where it is not sure, the rules' answer counts."""
    model = 0
    for fold in range(FOLDS):
        held = decisions[fold::FOLDS]
        kept = [one for place, one in enumerate(decisions) if place % FOLDS != fold]
        learned = train(kept)
        for one in held:
            answer = suggest(learned, words(one.text))
            model += (answer.category if answer else one.proposed) == one.category
    return Comparison(len(decisions), sum(one.proposed == one.category for one in decisions), model)


def train(decisions: Sequence[Decision]) -> Learned:
    """Weights of each stem for each category, against the average of all."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    sizes: Counter[str] = Counter()
    for one in decisions:
        sizes[one.category] += 1
        counts[one.category].update(_stems(words(one.text)))
    totals: Counter[str] = Counter()
    for counted in counts.values():
        totals.update(counted)
    known = [word for word, number in totals.most_common(_MOST_WORDS) if number > 1]
    everything = sum(totals[word] for word in known) or 1
    weights = {
        category: {
            word: round(
                math.log((counted[word] + _SMOOTH) / (sum(counted.values()) + _SMOOTH * len(known))) - math.log(totals[word] / everything),
                3,
            )
            for word in known
            if counted[word] or totals[word] > 2
        }
        for category, counted in counts.items()
    }
    priors = {category: round(math.log(size / len(decisions)), 3) for category, size in sizes.items()}
    return Learned(weights=weights, priors=priors)


def suggest(learned: Learned, tokens: Sequence[str]) -> Suggestion | None:
    """The category that the model is sure of, with the words that speak for it; None where it is not."""
    stems = _stems(tokens)
    sums = {
        category: learned.priors.get(category, 0.0) + sum(weights.get(stem, 0.0) for stem in stems)
        for category, weights in learned.weights.items()
    }
    if not sums:
        return None
    best = max(sums, key=lambda category: sums[category])
    chance = 1.0 / sum(math.exp(min(50.0, other - sums[best])) for other in sums.values())
    telling = sorted(stems, key=lambda stem: -learned.weights[best].get(stem, 0.0))
    telling = [stem for stem in telling if learned.weights[best].get(stem, 0.0) > 0][:4]
    if chance < SURE or not telling:
        return None
    return Suggestion(category=best, score=round(chance, 2), why="dipelajari dari keputusan petugas: " + ", ".join(telling))


def _stems(tokens: Sequence[str]) -> list[str]:
    """Each stem once, in order: the shortest form of each word."""
    return list(dict.fromkeys(min(sorted(forms(token)), key=len) for token in tokens if len(token) >= _SHORTEST))
