"""What other programs may see and do through /api/v1, and what they may not."""

from __future__ import annotations

from typing import Any

import pytest
from api_hub import Api

from desk.api import OPERATIONS
from desk.api.gate import BODY_LIMIT, CALLS_BY_KEY, WRONG_KEYS

DASHBOARD = {"name": "dasbor", "url": "https://dasbor.example.go.id/kabar", "events": ["complaint.registered", "complaint.moved"]}
STORY = "Lampu jalan di Jl. Amir Machmud mati sudah tiga hari, hubungi saya 081234567890"


async def test_every_operation_wants_a_key_of_its_scope(api: Api) -> None:
    """Without key, with a wrong one or one for Open311: 401. With the other half's key: 403. Nothing is done."""
    number = await api.written(STORY)
    for operation in OPERATIONS:
        path = operation.path.replace("{number}", number).replace("{name}", "dasbor")
        await api.call("POST", "/webhooks", "api:webhooks", json=DASHBOARD)
        for key in (None, "salah", "open311", "kunci-baca\u00e9", ""):
            status, told, headers = await api.call(operation.method, path, key)
            assert (status, told["code"], headers["WWW-Authenticate"]) == (401, "key", "Bearer")
        other = "api" if operation.own_scope else "api:write" if operation.method == "GET" else "api:read"
        status, told, _ = await api.call(operation.method, path, other)
        assert (status, told["code"]) == (403, "scope")
        status, _, _ = await api.call(operation.method, path, operation.scope)
        assert status in (200, 202, 415)


async def test_nothing_of_the_reporter_is_shown(api: Api) -> None:
    """No name, no phone number, neither in the list, the complaint nor its timeline; of a confidential one no word at all."""
    open_number = await api.written(STORY)
    secret = await api.written("Laporan ini rahasia: pungutan liar di kantor kelurahan Cibabat oleh Pak Dadang")
    for path in ("/complaints", f"/complaints/{open_number}", f"/complaints/{open_number}/timeline", f"/complaints/{secret}"):
        status, told, _ = await api.call("GET", path, "api:read")
        assert status == 200
        for hidden in ("Siti Aminah", "34567890", "Dadang", "pungutan"):
            assert hidden not in str(told), path
    _, told, _ = await api.call("GET", f"/complaints/{secret}")
    assert told["confidential"]
    assert told["title"] is told["text"] is None
    _, told, _ = await api.call("GET", f"/complaints/{open_number}")
    assert "Lampu jalan" in told["text"]


async def test_a_complaint_is_moved_and_noted(api: Api) -> None:
    """The citizen is told, the timeline says which key did it, and who saw an older version is refused with the hub's sentence."""
    number = await api.written(STORY)
    _, seen, _ = await api.call("GET", f"/complaints/{number}")
    move = {"to": "assigned", "agency": "dishub", "reason": "Bagian PJU", "version": seen["version"]}
    status, moved, _ = await api.call("POST", f"/complaints/{number}/moves", "api:write", json=move)
    assert (status, moved["state"], moved["agency"]) == (200, "assigned", "dishub")
    assert moved["version"] > seen["version"]
    status, told, _ = await api.call("POST", f"/complaints/{number}/moves", json=move)
    assert (status, told["code"]) == (409, "refused")
    assert "baru saja diubah" in told["message"]
    status, told, _ = await api.call("POST", f"/complaints/{number}/moves", json={"to": "answered"})
    assert (status, told["message"]) == (409, "Tulis dulu keterangan untuk pelapor.")
    status, _, _ = await api.call("POST", f"/complaints/{number}/notes", json={"text": "Sudah dicek"})
    assert status == 201
    _, told, _ = await api.call("GET", f"/complaints/{number}/timeline")
    done = [(one["kind"], one["actor"], one["note"]) for one in told["events"] if one["actor"].startswith("api:")]
    assert done == [("state", "api:uji api:write", "Bagian PJU"), ("note", "api:uji api", "Sudah dicek")]
    owed = await api.town.rows("SELECT payload FROM outbox WHERE kind = 'reply' AND payload LIKE '%Perhubungan%'")
    assert len(owed) == 1


async def test_a_new_complaint_once(api: Api) -> None:
    """Handed over with a reference it is one complaint however often it is sent; another key's same reference is another's."""
    body = {"text": "Sampah menumpuk di Pasar Antri", "category": "sampah", "reference": "A-17", "phone": "081298765432"}
    status, first, _ = await api.call("POST", "/complaints", json=body)
    assert status == 201
    while not first["number"]:
        _, first, _ = await api.call("POST", "/complaints", json=body)
    status, again, _ = await api.call("POST", "/complaints", json=body)
    assert again == first
    _, other, _ = await api.call("POST", "/complaints", "api:write", json=body)
    assert other["number"] != first["number"]
    _, told, _ = await api.call("GET", f"/complaints/{first['number']}")
    assert (told["channel"], told["category"]) == ("open311", "sampah")
    assert "98765432" not in str(told)
    status, told, _ = await api.call("POST", "/complaints", json={"text": "x", "category": "tidak_ada"})
    assert (status, told["code"]) == (409, "refused")


async def test_webhooks(api: Api) -> None:
    """Registered with a secret that is shown once, tried, looked at, removed; what the city does not allow is refused; all in the trail."""
    status, made, _ = await api.call("POST", "/webhooks", "api:webhooks", json={**DASHBOARD, "agency": "dishub"})
    assert (status, made["standing"], made["secret"][:6]) == (201, "active", "whsec_")
    status, tried, _ = await api.call("POST", "/webhooks/dasbor/test", "api:webhooks")
    assert status == 202
    _, log, _ = await api.call("GET", "/webhooks/dasbor/deliveries", "api:webhooks")
    assert [(one["id"], one["event"], one["state"]) for one in log["deliveries"]] == [(tried["id"], "check", "owed")]
    del made["secret"]
    assert (await api.call("GET", "/webhooks/dasbor", "api:webhooks"))[1] == made
    assert (await api.call("GET", "/webhooks", "api:webhooks"))[1] == {"webhooks": [made]}
    for wrong in ({}, {"name": "lain", "url": "https://169.254.169.254/"}, {"name": "lain", "agency": "tidak_ada"}):
        assert (await api.call("POST", "/webhooks", "api:webhooks", json={**DASHBOARD, **wrong}))[0] == 409
    assert (await api.call("POST", "/webhooks", "api:webhooks", json={**DASHBOARD, "events": ["semua"]}))[0] == 422
    assert (await api.call("DELETE", "/webhooks/dasbor", "api:webhooks"))[1] == made
    assert (await api.call("GET", "/webhooks/dasbor", "api:webhooks"))[0] == 404
    rows = await api.town.rows("SELECT operator, action, detail FROM audit WHERE action LIKE 'webhook%' ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [
        ("api:uji api:webhooks", action, "dasbor") for action in ("webhook_add", "webhook_test", "webhook_delete")
    ]


async def test_lists_go_on_by_key(api: Api) -> None:
    """Page by page every complaint comes once, the newest first; filters narrow; the counts agree."""
    numbers = [await api.written(f"Jalan berlubang di RW {n:02}, Cibabat {n}") for n in range(33)]
    api.town.later(minutes=5)
    got: list[str] = []
    before: Any = None
    while before is not None or not got:
        _, page, _ = await api.call("GET", "/complaints", params={"before": before} if before else {})
        got += [one["number"] for one in page["complaints"]]
        before = page["next"]
    assert got == numbers[::-1]
    _, page, _ = await api.call("GET", "/complaints", params={"state": "closed"})
    assert page == {"complaints": [], "next": None}
    _, page, _ = await api.call(
        "GET", "/complaints", params={"q": "berlubang", "view": "new", "until": "9999-12-31", "since": "0001-01-01"}
    )
    assert len(page["complaints"]) == 30
    _, stats, _ = await api.call("GET", "/stats")
    assert stats["total"] == stats["open"] == stats["states"]["received"] == 33


@pytest.mark.parametrize(
    ("status", "code", "call"),
    [
        (404, "unknown", ("GET", "/complaints/CMH-0000-0000", {})),
        (404, "unknown", ("GET", "/tidak/ada", {})),
        (405, "method", ("DELETE", "/complaints", {})),
        (422, "invalid", ("GET", "/complaints?nama=siti", {})),
        (422, "invalid", ("GET", "/complaints?state=new&state=closed", {})),
        (422, "invalid", ("GET", "/complaints?before=-1", {})),
        (422, "invalid", ("GET", "/agencies?x=1", {})),
        (422, "invalid", ("POST", "/complaints", {"json": {"text": "x", "nik": "1"}})),
        (422, "invalid", ("POST", "/complaints", {"json": {"text": "a\0b"}})),
        (422, "invalid", ("POST", "/complaints", {"json": [["text", "x"]]})),
        (422, "invalid", ("POST", "/complaints", {"data": b"\xff\xfe", "headers": {"Content-Type": "application/json"}})),
        (422, "invalid", ("POST", "/complaints", {"data": b"[" * 100_000, "headers": {"Content-Type": "application/json"}})),
        (415, "media_type", ("POST", "/complaints", {"data": {"text": "x"}})),
        (413, "too_large", ("POST", "/complaints", {"json": {"text": "x" * BODY_LIMIT}})),
    ],
)
async def test_what_is_wrong_is_said_in_one_form(api: Api, status: int, code: str, call: tuple[str, str, Any]) -> None:
    """{code, message} for everything, and never what was sent."""
    method, path, rest = call
    got, told, _ = await api.call(method, path, **rest)
    assert (got, told["code"], set(told)) == (status, code, {"code", "message"})
    assert "siti" not in told["message"]


async def test_too_fast(api: Api) -> None:
    """Wrong keys are slowed down by address, good ones on the same address go on; each key has a pace of its own."""
    for _ in range(WRONG_KEYS.amount):
        assert (await api.call("GET", "/stats", "salah"))[0] == 401
    status, told, headers = await api.call("GET", "/stats", "salah")
    assert (status, told["code"]) == (429, "too_many")
    assert int(headers["Retry-After"]) >= 1
    assert (await api.call("GET", "/stats"))[0] == 200
    for _ in range(CALLS_BY_KEY.amount - 1):
        await api.call("GET", "/agencies")
    assert (await api.call("GET", "/agencies"))[0] == 429
    assert (await api.call("GET", "/agencies", "api:read"))[0] == 200
