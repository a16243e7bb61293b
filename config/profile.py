"""The city's values: what differs from one city to the next, and nothing that code could decide.

Read from one TOML file by `config.load`; frozen after that. Two cities ship as examples in `config/cities/`.
"""

from __future__ import annotations

import re
from datetime import date, time
from difflib import get_close_matches
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Agency(Value):
    name: str
    short: str
    email: str = ""
    """Its contact, for the operators; where `reports.agencies` says so, its monthly recap goes there."""
    active: bool = True
    """False: no complaint is disposed to it any more; it keeps its name in those that were."""


class Attribute(Value):
    """A further question of an Open311 service (`service definition`), asked of systems that post there."""

    code: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")
    question: str
    datatype: Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"] = "string"
    required: bool = False
    hint: str = ""
    values: dict[str, str] = {}
    """Of a list: key and what it is called."""


class Category(Value):
    """A topic of the catalogue with the words that suggest it. `agency` is the city's routing: its default OPD."""

    name: str
    agency: str
    everyday: tuple[str, ...] = ()
    """Lists of config/everyday.toml whose words suggest it: what is written the same in every city."""
    words: tuple[str, ...] = ()
    """The city's own lower-case words or phrases, after loading with the everyday ones; slang is expanded before they are compared."""
    classification: str | None = None
    topic: str | None = None
    """The main topic above it, a key of the catalogue."""
    shipped: bool = False
    """From config/catalogue.toml, untouched by the city: proposed only where the city's own words say nothing."""
    lapor_id: str | None = None
    open311_code: str | None = None
    """Its service code, at an Open311 door and at the hub's own Open311 server; the server uses the key where there is none."""
    attributes: tuple[Attribute, ...] = ()
    """What the hub's own Open311 server asks beside the words."""


class Learned(Value):
    """What `run.py learn` learnt from the operators' decisions: weights[category][stem], priors[category]."""

    weights: dict[str, dict[str, float]]
    priors: dict[str, float]


class RuleSet(Value):
    """Limits in working days, valid from a date. Source of the shipped figures: docs/rules.md."""

    name: str
    effective_from: date
    verify: int
    first_follow_up: int
    resolve: dict[str, int]
    """By classification."""
    auto_close: int


class WorkingHours(Value):
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Monday is 0."""
    opens: time = time(8, 0)
    closes: time = time(16, 0)


class Holiday(Value):
    """A holiday of the city's own; working = true: a national one on which the office works all the same."""

    day: date
    name: str
    working: bool = False


class Reminders(Value):
    """When people are told of limits; days are working days."""

    before: int = Field(default=1, ge=0)
    """Operators are reminded from this many days before a limit."""
    close_notice: int = Field(default=2, ge=1)
    """The citizen is told this many days before an answered complaint closes by itself."""


class Reports(Value):
    """Who gets last month's recap by e-mail, from the first working day of a month on. Empty and false: nobody."""

    recipients: tuple[str, ...] = Field(default=(), max_length=50)
    agencies: bool = False
    """Whether each agency with a contact address gets the recap of its own complaints."""
    largest_mb: float = Field(default=18, ge=1, le=100)
    """Of one mail as it travels; what would be larger leaves the PDF out, then the XLSX too. Many servers refuse mails over 20 MB."""

    @field_validator("recipients")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(EMAIL.fullmatch, value)):
            raise ValueError('tiap penerima satu alamat surel, misalnya ["sekretariat@example.go.id"]')
        return tuple({address.lower(): address for address in value}.values())


class PublicRequests(Value):
    """What the hub's own Open311 server tells everybody beside state, service, agency and dates. Secret reports and reporters: never."""

    words: Literal["posted", "all", "none"] = "posted"
    """Whose description, exact place and answer are public, with numbers covered. posted: what other systems posted there, who know that
    it is public; all: also what citizens wrote to the city in their own channel, where the city's notice says so."""
    media: bool = False
    """Whether a link to the cleaned evidence goes along."""
    jurisdiction_id: str | None = None


class Intake(Value):
    """How talk becomes complaints."""

    supplement_window_minutes: int = 60
    """Later words of the same citizen within this time belong to the open complaint."""
    settle_seconds: float = 5.0
    """Forwarding waits this long for albums, bursts and files."""


class Quiet(Value):
    """In these hours automatic news waits for their end; usually they go over midnight."""

    begins: time = time(21, 0)
    ends: time = time(6, 0)


class Routes(Value):
    """Doors by category or by agency, where they are not the default: {"lampu_jalan": "pju"}. A category goes before its agency."""

    categories: dict[str, str] = {}
    agencies: dict[str, str] = {}


Told = Literal["verified", "waiting", "assigned", "in_progress", "answered", "closed", "out_of_scope", "archived"]


class Profile(Value):
    name: str
    """For people: "Kota Cimahi"."""
    office: str
    """Who answers: "Dinas Komunikasi dan Informatika Kota Cimahi"."""
    prefix: str = Field(pattern=r"^[A-Z]{2,5}$")
    """Of every tracking number."""
    region_code: str = Field(pattern=r"^\d\d\.\d\d$")
    """Kemendagri code of the city or regency; places are looked up under it only."""
    zone: str
    """IANA name: Asia/Jakarta, Asia/Makassar or Asia/Jayapura."""
    zone_name: Literal["WIB", "WITA", "WIT"]
    language: Literal["id", "en"] = "id"
    forward: Literal["at_once", "after_verification"] = "at_once"
    door: str = "desk"
    """Name of the door that gets every complaint that no route leads elsewhere: `desk`, or a [doors.NAME] of hub.toml."""
    routes: Routes = Routes()
    admission: Literal["always", "triage", "off"] = "triage"
    """Public posts (X) that reach the city's account. triage: what talks to the account and reads as a complaint gets its number at
    once, a person decides about the rest; always: all of it is a complaint; off: it is kept and set aside. Posts that only a saved
    search found are always decided by a person."""
    government_accounts: tuple[str, ...] = ()
    """Handles of offices on public channels (["@humas_kota"]): what they post is publicity, never a complaint."""
    map_center: tuple[float, float] | None = None
    map_radius_km: float | None = None
    """The circle around map_center that holds the city: coordinates beyond it are shown as outside, never refused."""
    privacy_contact: str
    retention_months: int = 60
    """How long raw bytes are kept."""
    intake: Intake = Intake()
    open311: PublicRequests = PublicRequests()
    open_data: bool = False
    """Whether everybody may fetch, at /transparansi, a line for each complaint of a finished month: no number, no words, no person."""
    fallbacks: dict[str, tuple[str, ...]] = {}
    """By channel: the channels by which an answer goes instead, in this order, when it cannot reach its citizen there."""
    tell: tuple[Told, ...] = ("verified", "waiting", "assigned", "in_progress", "answered", "closed", "out_of_scope", "archived")
    """Of which steps the citizen is told; the number itself always is."""
    quiet: Quiet | None = None
    """None: news goes out at any hour. Acknowledgements, answers to what was just written, and emergencies never wait."""
    news_a_day: int = Field(default=5, ge=1)
    """News at most, per complaint and day; what is more is told the next morning, together."""
    reopen_days: int = Field(default=14, ge=0)
    """So long after it was closed the citizen may still say that it is not solved."""
    hours: WorkingHours = WorkingHours()
    holidays: tuple[Holiday, ...] = ()
    """Beside the national ones and cuti bersama, which are known already."""
    reminders: Reminders = Reminders()
    reports: Reports = Reports()
    rules: tuple[RuleSet, ...]
    agencies: dict[str, Agency]
    catalogue: bool = True
    """With SP4N-LAPOR!'s main topics of config/catalogue.toml under the city's own categories."""
    categories: dict[str, Category]
    default_agency: str
    learned: Learned | None = None
    """From var/learned.json, where `run.py learn` put it; suggested before the rules' answers, with its words."""
    emergency_words: tuple[str, ...]
    texts: dict[str, dict[str, str]]
    """texts[language][name]: every sentence a citizen gets, with {fields}. Defaults: config/texts.toml."""

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"zona waktu {value!r} tidak dikenal, pakai misalnya Asia/Jakarta") from None
        return value

    @model_validator(mode="after")
    def _routes_lead_somewhere(self) -> Profile:
        routes = {f"categories.{key}.agency": category.agency for key, category in self.categories.items()}
        for where, agency in {"default_agency": self.default_agency, **routes}.items():
            if agency not in self.agencies:
                near = get_close_matches(agency, self.agencies, n=1)
                raise ValueError(f"{where}: tidak ada instansi {agency!r}" + (f", maksud Anda {near[0]}?" if near else ""))
            if not self.agencies[agency].active:
                raise ValueError(f"{where}: instansi {self.agencies[agency].name} tidak aktif; pilih yang lain lebih dahulu")
        for name, keys in (("categories", self.categories), ("agencies", self.agencies)):
            for key in getattr(self.routes, name):
                if key not in keys:
                    near = get_close_matches(key, keys, n=1)
                    raise ValueError(f"routes.{name}: tidak ada {key!r}" + (f", maksud Anda {near[0]}?" if near else ""))
        if not self.rules:
            raise ValueError("rules: sekurangnya satu [[rules]] wajib ada")
        return self

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def text(self, name: str, language: str | None = None, /, **fields: object) -> str:
        """The sentence `name`, filled in; Indonesian where the language has none. KeyError for an unknown name."""
        tongue = self.texts.get(language or self.language, {})
        return (tongue.get(name) or self.texts["id"][name]).format(city=self.name, office=self.office, **fields)

    @property
    def working_agencies(self) -> dict[str, Agency]:
        """Those to which a complaint can be disposed."""
        return {key: agency for key, agency in self.agencies.items() if agency.active}

    def agency_for(self, category: str | None) -> str:
        found = self.categories.get(category) if category else None
        return found.agency if found else self.default_agency

    def door_for(self, category: str | None, agency: str | None) -> str:
        """The one door that owns such a complaint."""
        return self.routes.categories.get(category or "") or self.routes.agencies.get(agency or "") or self.door

    @property
    def doors(self) -> frozenset[str]:
        """Every door that a complaint may be led to."""
        return frozenset({self.door, *self.routes.categories.values(), *self.routes.agencies.values()})

    def rule_set(self, on: date) -> RuleSet:
        """The rule set in force on a day; the earliest one before any began."""
        ordered = sorted(self.rules, key=lambda rule: rule.effective_from)
        return next((rule for rule in reversed(ordered) if rule.effective_from <= on), ordered[0])
