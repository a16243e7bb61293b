"""The monthly recap as a mail: its words, and the recap as XLSX and PDF. Names are covered. Pure; `desk.enclosing` runs it apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from babel.dates import format_date
from babel.numbers import format_decimal

from config.profile import Profile
from connectors.enclosure import Enclosure
from desk import recap
from dispatcher.enclosing import Report
from store.picture import DONE
from store.reports import Line

MEGABYTE = 1_000_000
TRAVELS = 78 / 57
"""A file in a mail is base64: 57 bytes become a line of 78."""


@dataclass(frozen=True, slots=True)
class Tally:
    """`days`: in how many days half of the answered ones were."""

    received: int
    done: int
    days: float | None


def written(profile: Profile, report: Report, lines: Sequence[Line], link: str) -> tuple[str, Sequence[Enclosure]]:
    """The mail's text and its files. `link`: where the month can be fetched at the desk."""
    files = _files(profile, report, lines) if lines else ()
    return text_of(profile, report, lines, files, link), files


def _files(profile: Profile, report: Report, lines: Sequence[Line]) -> Sequence[Enclosure]:
    """The XLSX and the PDF, as far as the mail stays as small as the setting says."""
    title, name = recap.title(profile, report.month, report.agency), f"rekap-{report.month:%Y-%m}"
    name += f"-{report.agency}" if report.agency else ""
    left = profile.reports.largest_mb * MEGABYTE
    found = []
    for ending, media_type in recap.KINDS.items():
        rows = recap.rows(lines, profile, named=False)
        sheets = {} if report.agency else _sheets(profile, lines)
        made = recap.xlsx(title, rows, sheets) if ending == "xlsx" else recap.pdf(title, profile.office, rows)
        left -= len(made) * TRAVELS
        if left < 0:
            break
        found.append(Enclosure(filename=f"{name}.{ending}", media_type=media_type, content=made))
    return tuple(found)


def _sheets(profile: Profile, lines: Sequence[Line]) -> dict[str, recap.Rows]:
    """A further sheet for each agency that had complaints."""
    names = recap.sheet_names({key: agency.short for key, agency in profile.agencies.items()})
    by_agency = {key: [line for line in lines if line.agency == key] for key in names}
    return {names[key]: recap.rows(some, profile, named=False) for key, some in by_agency.items() if some}


def text_of(profile: Profile, report: Report, lines: Sequence[Line], files: Sequence[Enclosure], link: str) -> str:
    """Figures and what is enclosed; nothing of any one complaint."""
    month = format_date(report.month, "MMMM y", locale=profile.language)
    agency = profile.agencies[report.agency].name if report.agency in profile.agencies else report.agency
    hello = profile.text("report_hello_agency", month=month, agency=agency) if agency else profile.text("report_hello", month=month)
    if not lines:
        return "\n\n".join([hello, profile.text("report_none"), profile.text("report_close")])
    parts = [hello, _figures(profile, tally(lines)), *([] if agency else [_by_agency(profile, lines)])]
    sentence = ("report_no_files", "report_xlsx_only", "report_files")[len(files)]
    parts += [profile.text(sentence, link=link), profile.text("report_masked"), profile.text("report_close")]
    return "\n\n".join(parts)


def tally(lines: Sequence[Line]) -> Tally:
    taken = [(line.answered_at - line.registered_at).total_seconds() / 86_400 for line in lines if line.answered_at]
    return Tally(len(lines), sum(line.state in DONE for line in lines), median(taken) if taken else None)


def _figures(profile: Profile, told: Tally) -> str:
    share = round(100 * told.done / told.received)
    said = [profile.text("report_figures", count=told.received, done=told.done, share=share, open=told.received - told.done)]
    if told.days is not None:
        said.append(profile.text("report_days", days=format_decimal(round(told.days, 1), locale=profile.language)))
    return "\n".join(said)


def _by_agency(profile: Profile, lines: Sequence[Line]) -> str:
    """The busiest first."""
    some = {key: tally([line for line in lines if line.agency == key]) for key in profile.agencies}
    ordered = sorted(((key, told) for key, told in some.items() if told.received), key=lambda each: (-each[1].received, each[0]))
    said = [(profile.agencies[key].short, told) for key, told in ordered]
    if rest := [line for line in lines if line.agency not in profile.agencies]:
        said.append((profile.text("report_no_agency"), tally(rest)))
    rows = [profile.text("report_agency", agency=name, count=told.received, done=told.done) for name, told in said]
    return "\n".join([profile.text("report_agencies"), *rows])
