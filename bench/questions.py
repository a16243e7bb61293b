"""What the desk's pages ask of the store, one question at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from bench.people import COMMON, NOW, RARE
from bench.took import Took, repeated
from config.profile import Profile
from desk import figures
from desk.figures import Period
from store import dossier, groups, listing, pockets
from store.database import Database
from store.listing import Filters, View

Question = Callable[[Session], Any]
TABS = (View.OPEN, View.NEW, View.MINE, View.WAITING, View.SOON, View.OVERDUE, View.UNDELIVERED, None)


def of_lists(session: Session, profile: Profile) -> Mapping[str, Question]:
    """Views, facets, counts and searches, by name."""
    prefix = profile.prefix

    def page(**asked: Any) -> Question:
        filters = Filters(operator="rina", now=NOW, **asked)
        return lambda session: listing.page(session, filters, prefix)

    def counts(**asked: Any) -> Question:
        filters = Filters(operator="rina", now=NOW, **asked)
        return lambda session: listing.counts(session, filters, prefix, TABS)

    def facets(**asked: Any) -> Question:
        filters = Filters(operator="rina", now=NOW, **asked)
        return lambda session: listing.facets(session, filters, prefix)

    newest = listing.page(session, Filters(), prefix).lines[0]
    category = next(iter(profile.categories))
    month = {"since": NOW - timedelta(days=400), "until": NOW - timedelta(days=370)}
    views = {f"view {view or 'all'}": page(view=view) for view in TABS}
    return {
        **views,
        "a page from the middle": lambda session: listing.page(session, Filters(), prefix, before=newest.id // 2),
        "counts of the views": counts(),
        "counts, one agency": counts(agency=profile.default_agency),
        "counts, one channel and category": counts(channel="sms", category=category),
        "facets": facets(),
        "facets, open, one channel": facets(view=View.OPEN, channel="sms"),
        "facets, a rare pair": facets(channel="open311", category=category),
        "channel + category": page(channel="open311", category=category),
        "kecamatan": page(place=f"{profile.region_code}.01"),
        "kecamatan + emergency": page(place=f"{profile.region_code}.03", urgency="emergency"),
        "agency + state": page(agency=profile.default_agency, state="in_progress"),
        "a month a year ago": page(**month),
        "a month, one category": page(category=category, **month),
        "search, common word": page(words=COMMON),
        "search, common beginning": page(words=COMMON[:3]),
        "search, two common words": page(words=f"{COMMON} yang"),
        "search, rare word": page(words=RARE),
        "search, common and rare word": page(words=f"{COMMON} {RARE}"),
        "search, common, in a view": page(words=COMMON, view=View.WAITING),
        "search, common, closed, a category": page(words=COMMON, state="closed", category=category),
        "search, no such word": page(words="zzzzqq"),
        "search, phone": page(words="0810-0000-4321"),
        "search, a number": page(words=newest.tracking_number),
        "count under a search": lambda session: listing.counts(session, Filters(words=COMMON), prefix, (None,)),
        "facets under a search": facets(words=COMMON),
    }


def of_pages(session: Session, profile: Profile) -> Mapping[str, Question]:
    """One complaint, the pockets and the dashboard."""

    def picture(days: int) -> Question:
        period = Period(NOW.date() - timedelta(days=days), NOW.date())
        return lambda session: figures.count(session, profile, period, NOW)

    newest = listing.page(session, Filters(), profile.prefix).lines[0]
    return {
        "one complaint": lambda session: dossier.by_number(session, newest.tracking_number),
        "its matter": lambda session: groups.shown(
            session, newest.id, session.get_one(dossier.ComplaintRow, newest.id).matter_id, "system"
        ),
        "by a door's number": lambda session: dossier.id_of(session, "1004320"),
        "pockets": pockets.counts,
        "dashboard, this month": picture(30),
        "dashboard, a year": picture(365),
    }


def measure(url: str, profile: Profile, rounds: int) -> Iterator[tuple[str, Took]]:
    db = Database(url)
    with Session(db.readers) as session:
        asked = {**of_lists(session, profile), **of_pages(session, profile)}
    for name, question in asked.items():
        yield name, repeated(lambda _, question=question: _ask(db, question), rounds)
    db.readers.dispose()
    db.writer.dispose()


def _ask(db: Database, question: Question) -> None:
    with Session(db.readers) as session:
        question(session)
