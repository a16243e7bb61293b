from __future__ import annotations

from normalizer_samples import chat

from config.profile import Learned, Profile
from normalizer import learning
from normalizer.learning import FEWEST, Decision, compare, suggest, train
from normalizer.normalize import normalize
from normalizer.wording import words

LAMPS = "neon di tikungan pasir kaliki byar pet nomor tiang {}"
WATER = "sumur bor warga surut keruh pak lurah rumah nomor {}"


def decisions(count: int, proposed: str | None = None) -> list[Decision]:
    pairs = [(LAMPS, "penerangan_jalan"), (WATER, "air_bersih")]
    return [Decision(text.format(number), category, proposed) for number in range(count) for text, category in pairs]


def test_better_than_the_rules() -> None:
    """Where the rules know nothing of a city's own words, the model is right on decisions that it has not seen."""
    compared = compare(decisions(FEWEST))
    assert (compared.seen, compared.rules, compared.model) == (2 * FEWEST, 0, 2 * FEWEST)
    assert compared.better


def test_the_rules_stay_where_they_are_right() -> None:
    """A model that is only as good as the rules is not used."""
    right = [Decision(one.text, one.category, one.category) for one in decisions(FEWEST)]
    assert not compare(right).better


def test_few_decisions_prove_nothing() -> None:
    """Below the least number the rules stay."""
    assert not compare(decisions(FEWEST // 2 - 1)).better
    assert compare([]).seen == 0


def test_says_why() -> None:
    """A learnt suggestion names the words that speak for it, and is silent about words that it never saw."""
    learned = train(decisions(20))
    told = suggest(learned, words("neon di tikungan byar pet"))
    assert told is not None
    assert told.category == "penerangan_jalan"
    assert "neon" in told.why
    assert suggest(learned, words("kucing hilang")) is None
    assert suggest(Learned(weights={}, priors={}), words("neon")) is None


def test_goes_before_the_rules(profile: Profile) -> None:
    """With a model in the profile its answer comes first, and the routing stays the city's table."""
    knowing = profile.model_copy(update={"learned": train(decisions(20))})
    told = normalize(chat("neon di tikungan pasir kaliki byar pet"), knowing)
    assert (told.category, told.agency) == ("penerangan_jalan", profile.agency_for("penerangan_jalan"))
    assert told.suggestions[0].why.startswith("dipelajari")


def test_sure_is_sure() -> None:
    """The threshold is a share."""
    assert 0.5 < learning.SURE < 1
