"""Where it happened: the platform's pin, the words that name the place, RT and RW, and the village behind them when that is certain."""

from __future__ import annotations

import re
from itertools import accumulate
from operator import add

from connectors.contract import Place
from normalizer import mapping, region
from normalizer.characters import lowered, one_line
from normalizer.complaint import Location
from normalizer.wording import any_of

_SPAN_LIMIT = 160
_READ_LIMIT = 4_000

_STREET = "jl jln jalan gg gang"
_AREA = "komplek kompleks perum perumahan kp kampung dusun kel kelurahan desa kec kecamatan blok rt rw"
_LANDMARK = (
    "pasar simpang perempatan pertigaan bunderan bundaran alun-alun terminal stasiun jembatan puskesmas sd sdn smp smpn sma sman smk "
    "smkn masjid mesjid"
    " taman sungai kali kantor rsud"
)
_GOES_ON = (
    "yang yg sudah sdh udah mohon mhn tolong karena krn tidak tdk ga gak belum blm rusak berlubang bolong hancur amblas ambles mati "
    "padam mampet banjir"
    " macet gelap penuh menumpuk dan dengan dgn untuk utk agar supaya sejak dari selama pada sering selalu ada banyak terlihat sangat "
    "masih hampir terus"
    " akibat terjadi tumbang bocor bau lagi ini itu terima trims kapan pak bu min bikin buat minta mau saya kami lampu menjadi jadi "
    "becek parah licin buntu"
    " padahal katanya nonaktif buka sampe sampai tutup lelet lambat warna roboh rubuh longsor udh sempat malah terlalu"
    " ditutup sepi ramai warga tersebut nik hp wa telp no.hp has have is are was been for in di ingin menanyakan"
)
_NO_NAME = frozenset(
    (_GOES_ON + (" depan umum raya utama kota lingkungan tol menuju ke tiap setiap nya mulus utamanya setempat orang bermain")).split()
)
_MARKERS = any_of(f"{_STREET} {_AREA} {_LANDMARK}".split())
_START = re.compile(rf"\b(?:{_MARKERS}\b\.?\s*(?=[0-9a-z])|rt\.?\s*[/ ]?\s*(?:rw)?\.?\s*\d)")
_ADDRESS_WORDS = frozenset(f"{_STREET} {_AREA}".split())
_MARKER_WORDS = frozenset(f"{_STREET} {_AREA} {_LANDMARK} no nomor dekat depan samping belakang seberang".split())
_ABBREVIATED = "".join(rf"(?<!\b{word}\.)" for word in "jl jln no kel kec gg rt rw kp jend kol ir dr h hj kh st blok".split())  # noqa: SIM905
_END = re.compile(
    rf"[\s;!?().,](?:(?<=[\n;!?()])|(?<=\.){_ABBREVIATED}(?:\s|$)"
    rf"|(?<=,)(?!\s*(?:{_MARKERS}|no|nomor|kota|dekat|depan|samping|belakang|seberang)\b)"
    rf"|(?:(?<=,)\s+|(?<=\s)\s*)(?:{any_of(_GOES_ON.split())}2?|(?:\d+|se)\s*(?:jam|hari|minggu|bulan|tahun|th|thn|hr|mgg))\b)"
)
"""Begins with the one character that can end a name, so that all others are passed over quickly. These patterns read small letters."""
_RT_RW = re.compile(
    r"\brt\.?\s*(?:/\s*)?rw\.?\s*:?\s*(?P<rt1>\d{1,3})\s*[/\-]\s*(?P<rw1>\d{1,3})"
    r"|\brt\.?\s*:?\s*(?P<rt2>\d{1,3})\s*(?:[/,\-]|dan)?\s*(?:rw\.?\s*:?\s*)?(?:(?<=[/\-])|(?<=rw)|(?<=rw )|(?<=rw\.)"
    r"|(?<=rw\. ))(?P<rw2>\d{1,3})|\brt\.?\s*:?\s*(?P<rt3>\d{1,3})|\brw\.?\s*:?\s*(?P<rw4>\d{1,3})",
)
_FRACTION = re.compile(r"\.\d{4}")
_POINT = re.compile(r"(?<![\d.])(-?\d{1,2}\.\d{4,10})\s*,\s*(-?\d{2,3}\.\d{4,10})(?!\d)")
_MARKED = re.compile(r"\b(?P<kind>kelurahan|kel|desa|kecamatan|kec)\b\.?\s*:?\s*(?P<name>[a-z][a-z' ]{2,40})")
_NAMED = re.compile(r"\b(?:di|daerah|wilayah|sekitar|dekat|arah|warga)\s+(?P<name>[a-z][a-z' ]{2,40})")
_PIECES = re.compile(r"[,\n.;\d]|\b(?:rt|rw|dan|atau|depan|dekat|no)\b")
_FIRST_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[a-z]+")
_VILLAGE_WORDS = re.compile(
    r"\b(?:kel|kelurahan|desa|kec|kecamatan|rt|rw|jl|jln|jalan|gg|gang|komplek|kompleks|perum|perumahan|kp|kampung|blok|di|daerah"
    r"|wilayah|warga)\b",
)


def find(
    text: str, pin: Place | None, region_code: str, *, center: tuple[float, float] | None = None, radius_km: float | None = None
) -> Location:
    """text: clean. region_code: the city's; places outside it are never named. center, radius_km: the circle around the city.

    Nothing found: an empty Location. A map link without coordinates is kept as the address.
    """
    link = mapping.link(text[:_READ_LIMIT]) if "://" in text or "geo:" in text or "www." in text else None
    text = text.replace(link, " ") if link else text
    read = text[:_READ_LIMIT] if pin is None or not pin.text else f"{pin.text}\n{text[:_READ_LIMIT]}"
    low = lowered(read)
    spoken = _span(read, low)
    rt, rw = _rt_rw(low)
    lat, lon = _point(read, pin, mapping.point(link) if link else None)
    code = _region(low, region_code) if _VILLAGE_WORDS.search(low) else None
    address = one_line(pin.text, 200) if pin and pin.text else spoken or (one_line(link, 200) if link else None)
    if not (spoken or rt or rw or lat is not None or code or address):
        return Location()
    return Location(
        text=spoken,
        address=address,
        region_code=code,
        region_name=region.name_of(code) if code else None,
        rt=rt,
        rw=rw,
        lat=lat,
        lon=lon,
        inside=mapping.inside(lat, lon, center, radius_km) if lat is not None and lon is not None else None,
        confidence="high" if code or lat is not None else "low",
    )


def _span(text: str, low: str) -> str | None:
    """The longest run of words that names an address: from "Jl.", "Kp.", "Kelurahan" … to where the sentence goes on.

    low: the text in small letters.
    """
    best = ""
    reached = 0
    for start in _START.finditer(low):
        if start.start() < reached:
            continue
        end = _end(low, start.end())
        if not _names_something(start.group(), low[start.end() : end]):
            continue
        span = _shortened(text[start.start() : end].strip(" ,.-:"))
        reached = start.start() + max(len(span), 1)
        if _better(span, best):
            best = span
    return one_line(best, _SPAN_LIMIT) or None


def _shortened(span: str) -> str:
    """A name has few words: after a marker at most three, two after a landmark; where the name has capitals, only words with capitals."""
    kept, room, capital, marker = 0, 3, None, ""
    for word in re.finditer(r"[^\s,]+,?", span):
        bare = word.group().strip(".,").lower()
        if bare in _MARKER_WORDS or not bare.isalpha():
            room = 3 if bare in _ADDRESS_WORDS or not bare.isalpha() else 2
            room = 0 if marker in ("rt", "rw") and bare.isdigit() else room  # what follows is the sentence, or a marker of its own
            kept, capital, marker = word.end(), None, bare
            continue
        first = word.group()[0].isupper()
        if room == 0 or (capital and not first):
            break
        kept, room, capital = word.end(), room - 1, first if capital is None else capital
    return span[:kept].strip(" ,.-:")


def _end(low: str, position: int) -> int:
    window = low[position : position + _SPAN_LIMIT]
    stop = _END.search(window)
    return position + (stop.start() if stop else len(window))


def _names_something(marker: str, rest: str) -> bool:
    if marker[-1:].isdigit():
        return True
    first = _FIRST_WORD.match(rest.lstrip())
    return first is not None and first.group() not in _NO_NAME


def _better(span: str, best: str) -> bool:
    def rank(words: str) -> tuple[bool, int]:
        return words.lower().split(".")[0].split(" ")[0] in _ADDRESS_WORDS, len(words)

    return bool(span) and (not best or rank(span) > rank(best))


def _rt_rw(low: str) -> tuple[str | None, str | None]:
    """Three digits each, as on an identity card."""
    rt = rw = None
    for match in _RT_RW.finditer(low):
        found = match.groupdict()
        rt = rt or found["rt1"] or found["rt2"] or found["rt3"]
        rw = rw or found["rw1"] or found["rw2"] or found["rw4"]
    return rt and rt.zfill(3), rw and rw.zfill(3)


def _point(text: str, pin: Place | None, linked: mapping.Point | None) -> tuple[float | None, float | None]:
    """The pin, a map link's coordinates, or those in the text; outside the world or on Null Island it is no place."""
    written = _POINT.search(text) if _FRACTION.search(text) else None
    pairs = [(pin.lat, pin.lon)] if pin else []
    pairs += [linked] if linked else []
    if written:
        pairs.append((float(written.group(1)), float(written.group(2))))
    for lat, lon in pairs:
        if lat is not None and lon is not None and -90 <= lat <= 90 and -180 <= lon <= 180 and (abs(lat) > 1e-6 or abs(lon) > 1e-6):
            return lat, lon
    return None, None


def _region(low: str, prefix: str) -> str | None:
    """The code of the one village or district that the text surely means; None when it names several or none."""
    known = region.under(prefix)
    villages: set[str] = set()
    districts: set[str] = set()
    for kind, names in _candidates(low).items():
        for name in names & known.keys():
            meant = [match for match in known[name] if _trusted(match, kind)]
            if len(meant) > 1 and kind in ("named", "pair"):
                continue  # a village and a district, or two villages, of one name: only "kelurahan" or "kecamatan" tells which
            for match in meant:
                (villages if match.village else districts).add(match.code)
    inside = {code for code in villages if any(code.startswith(district + ".") for district in districts)}
    if len(inside or villages) == 1:
        return next(iter(inside or villages))
    districts = districts or {code.rpartition(".")[0] for code in villages}
    return next(iter(districts)) if len(districts) == 1 else None


def _trusted(match: region.Region, kind: str) -> bool:
    """Whether a name in this position means the region: after "kelurahan" any name does, elsewhere only an unmistakable one."""
    if kind in ("named", "pair"):
        return not match.ordinary
    return match.village == (kind == "village")


def _candidates(low: str) -> dict[str, set[str]]:
    """Squeezed names by kind, village | district | named | pair: the first words after a marker or at the beginning of a piece; any two
    words."""
    found: dict[str, set[str]] = {"village": set(), "district": set(), "named": set(), "pair": set()}
    for pattern in (_MARKED, _NAMED):
        for match in pattern.finditer(low):
            marker = match.groupdict().get("kind") or ""
            kind = "village" if marker in ("kelurahan", "kel", "desa") else "district" if marker else "named"
            found[kind].update(accumulate(match.group("name").replace("'", "").split()[:3]))
    for piece in _PIECES.split(low.replace("'", "")):
        parts = _LETTERS.findall(piece)[:40]
        found["named"].update(accumulate(parts[:3]))
        found["pair"].update(map(add, parts, parts[1:]))
    return found
