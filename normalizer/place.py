"""Where it happened: the platform's pin, the words that name the place, RT and RW, and the village behind them when that is certain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from connectors.contract import Place
from normalizer import mapping, region
from normalizer.characters import one_line
from normalizer.complaint import Location

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
_MARKERS = "|".join(re.escape(word) for word in f"{_STREET} {_AREA} {_LANDMARK}".split())
_START = re.compile(rf"\b(?:(?:{_MARKERS})\b\.?\s*(?=[A-Z0-9a-z])|rt\.?\s*[/ ]?\s*(?:rw)?\.?\s*\d)", re.IGNORECASE)
_ADDRESS_WORDS = frozenset(f"{_STREET} {_AREA}".split())
_MARKER_WORDS = frozenset(f"{_STREET} {_AREA} {_LANDMARK} no nomor dekat depan samping belakang seberang".split())
_ABBREVIATED = "".join(rf"(?<!\b{word})" for word in "jl jln no kel kec gg rt rw kp jend kol ir dr h hj kh st blok".split())  # noqa: SIM905
_END = re.compile(
    rf"[\n;!?()]|{_ABBREVIATED}\.(?:\s|$)|,(?!\s*(?:{_MARKERS}|no|nomor|kota|dekat|depan|samping|belakang|seberang)\b)"
    rf"|,?\s+(?:{'|'.join(map(re.escape, _GOES_ON.split()))})2?\b|,?\s+(?:\d+|se)\s*(?:jam|hari|minggu|bulan|tahun|th|thn|hr|mgg)\b",
    re.IGNORECASE,
)
_RT_RW = re.compile(
    r"\brt\.?\s*(?:/\s*)?rw\.?\s*:?\s*(?P<rt1>\d{1,3})\s*[/\-]\s*(?P<rw1>\d{1,3})"
    r"|\brt\.?\s*:?\s*(?P<rt2>\d{1,3})\s*(?:[/,\-]|dan)?\s*(?:rw\.?\s*:?\s*)?(?:(?<=[/\-])|(?<=rw)|(?<=rw )|(?<=rw\.)"
    r"|(?<=rw\. ))(?P<rw2>\d{1,3})|\brt\.?\s*:?\s*(?P<rt3>\d{1,3})|\brw\.?\s*:?\s*(?P<rw4>\d{1,3})",
    re.IGNORECASE,
)
_POINT = re.compile(r"(?<![\d.])(-?\d{1,2}\.\d{4,10})\s*,\s*(-?\d{2,3}\.\d{4,10})(?!\d)")
_MARKED = re.compile(r"\b(?P<kind>kelurahan|kel|desa|kecamatan|kec)\b\.?\s*:?\s*(?P<name>[a-z][a-z' ]{2,40})", re.IGNORECASE)
_NAMED = re.compile(r"\b(?:di|daerah|wilayah|sekitar|dekat|arah|warga)\s+(?P<name>[a-z][a-z' ]{2,40})", re.IGNORECASE)
_PIECES = re.compile(r"[,\n.;]|\b(?:rt|rw)\b[.\s/]*\d{0,3}|\b(?:dan|atau|depan|dekat|no)\b|\d+", re.IGNORECASE)
_LETTERS = re.compile(r"[a-z]+")
_VILLAGE_WORDS = re.compile(
    r"\b(?:kel|kelurahan|desa|kec|kecamatan|rt|rw|jl|jln|jalan|gg|gang|komplek|kompleks|perum|perumahan|kp|kampung|blok|di|daerah"
    r"|wilayah|warga)\b",
    re.IGNORECASE,
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
    spoken = _span(read)
    rt, rw = _rt_rw(read)
    lat, lon = _point(read, pin, mapping.point(link) if link else None)
    code = _region(read, region_code) if _VILLAGE_WORDS.search(read) else None
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


def _span(text: str) -> str | None:
    """The longest run of words that names an address: from "Jl.", "Kp.", "Kelurahan" … to where the sentence goes on."""
    best = ""
    reached = 0
    for start in _START.finditer(text):
        if start.start() < reached:
            continue
        end = _end(text, start.end())
        if not _names_something(start.group(), text[start.end() : end]):
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


def _end(text: str, position: int) -> int:
    window = text[position : position + _SPAN_LIMIT]
    stop = _END.search(window)
    return position + (stop.start() if stop else len(window))


def _names_something(marker: str, rest: str) -> bool:
    if marker[-1:].isdigit():
        return True
    first = re.match(r"[^\W_]+", rest.lstrip())
    return first is not None and first.group().lower() not in _NO_NAME


def _better(span: str, best: str) -> bool:
    def rank(words: str) -> tuple[bool, int]:
        return words.lower().split(".")[0].split(" ")[0] in _ADDRESS_WORDS, len(words)

    return bool(span) and (not best or rank(span) > rank(best))


def _rt_rw(text: str) -> tuple[str | None, str | None]:
    """Three digits each, as on an identity card."""
    rt = rw = None
    for match in _RT_RW.finditer(text):
        found = match.groupdict()
        rt = rt or found["rt1"] or found["rt2"] or found["rt3"]
        rw = rw or found["rw1"] or found["rw2"] or found["rw4"]
    return rt and rt.zfill(3), rw and rw.zfill(3)


def _point(text: str, pin: Place | None, linked: mapping.Point | None) -> tuple[float | None, float | None]:
    """The pin, a map link's coordinates, or those in the text; outside the world or on Null Island it is no place."""
    written = _POINT.search(text)
    pairs = [(pin.lat, pin.lon)] if pin else []
    pairs += [linked] if linked else []
    if written:
        pairs.append((float(written.group(1)), float(written.group(2))))
    for lat, lon in pairs:
        if lat is not None and lon is not None and -90 <= lat <= 90 and -180 <= lon <= 180 and (abs(lat) > 1e-6 or abs(lon) > 1e-6):
            return lat, lon
    return None, None


def _region(text: str, prefix: str) -> str | None:
    """The code of the one village or district that the text surely means; None when it names several or none."""
    known = region.under(prefix)
    villages: set[str] = set()
    districts: set[str] = set()
    for name, kind in _candidates(text):
        meant = [match for match in known.get(name, ()) if _trusted(match, kind)]
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


def _candidates(text: str) -> Iterator[tuple[str, str]]:
    """(squeezed name, village | district | named | pair): the first words after a marker or at the beginning of a piece; any two words."""
    for pattern in (_MARKED, _NAMED):
        for match in pattern.finditer(text):
            marker = (match.groupdict().get("kind") or "").lower()
            kind = "village" if marker in ("kelurahan", "kel", "desa") else "district" if marker else "named"
            parts = match.group("name").split()[:3]
            for count in range(1, len(parts) + 1):
                yield region.squeeze("".join(parts[:count])), kind
    for piece in _PIECES.split(text):
        parts = _LETTERS.findall(piece.lower().replace("'", ""))[:40]
        for count in range(1, min(3, len(parts)) + 1):
            yield "".join(parts[:count]), "named"
        for first, second in pairwise(parts):
            yield first + second, "pair"
