"""The API as a system meets it: keys, scopes, repeats, problems, and the promise all the same."""

import base64
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from announcer.services import boards, tokens, workplace_codes
from announcer.services.importing import import_boards
from announcer.services.tokens import Scope
from tests.integration.promise.way import open_window, staff_of
from tests.world import World
from web.api.app import create_app
from web.api.problems import PROBLEMS

EVERYTHING = tuple(Scope)
TEXT: dict[str, Any] = {
    "class": "beslut",
    "unit": "bildning",
    "title": "Biblioteket öppnar klockan 9",
    "summary": "Bildningsnämnden beslutade det i dag.",
    "body": "Det här händer **nu**.",
    "audience": ["bibliotek"],
    "contact": "Rektor, 0591-555 10",
    "record_number": "BN 2026-1",
}


class Caller:
    """A program that holds a key."""

    def __init__(self, world: World, token: str, **headers: str) -> None:
        authorization = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = httpx.Client(
            base_url=f"{world.url}/api/v1", headers={**authorization, **headers}, trust_env=False
        )

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def post(
        self, path: str, body: Any = None, key: str = "", method: str = "POST"
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.request(method, path, json={} if body is None else body, headers=headers)


Call = Callable[..., Caller]


@pytest.fixture
def caller(world: World) -> Call:
    """Somebody with a key of their own."""

    def call(person: Any, *scopes: Scope, system: str = "", **headers: str) -> Caller:
        token = tokens.create(
            world.installation,
            world.communicator,
            person.directory_id,
            scopes or EVERYTHING,
            system,
            timedelta(days=1),
        )
        return Caller(world, token, **headers)

    return call


def handed_in(caller: Caller, key: str = "k1", **other: Any) -> str:
    answer = caller.post("/announcements", {**TEXT, **other}, key)
    assert answer.status_code == 201, answer.text
    public_id: str = answer.json()["public_id"]
    return public_id


def is_problem(answer: httpx.Response, name: str) -> bool:
    status, _ = PROBLEMS[name]
    assert answer.headers["Content-Type"].startswith("application/problem+json"), answer.text
    assert (answer.json()["type"], answer.json()["status"]) == (f"/api/v1/problems#{name}", status)
    return answer.status_code == status


def test_a_system_hands_in_a_person_approves_and_the_promise_holds(world: World, caller: Call):
    system = caller(world.chief, Scope.WRITE, Scope.READ, system="Ärendesystemet")
    desk = caller(world.communicator)
    public_id = handed_in(system)
    text = desk.get(f"/announcements/{public_id}").json()
    assert text["texts"][0]["body"] == TEXT["body"]
    approval = {"content_hash": text["content_hash"]}
    assert desk.post(f"/announcements/{public_id}/approve", approval).json()["changed"] is True
    world.settle()
    assert set(world.staff_mail()) == staff_of(world, "bibliotek")
    assert desk.post(f"/announcements/{public_id}/release").json()["changed"] is True
    world.settle()
    assert world.press_mail() == [], "the window is not over"
    found = system.get(f"/announcements/{public_id}/status").json()
    press = next(step for step in found["steps"] if step["key"] == "press")
    assert (press["state"], press["waits"]) == ("waiting", ["window"])
    open_window(world, public_id)
    world.settle()
    assert world.press_mail()
    who = world.owner.execute(
        "SELECT payload::jsonb -> 'detail' ->> 'system' FROM announcer.event"
        " WHERE payload::jsonb ->> 'what' = 'by system'"
    ).fetchall()
    assert who == [("Ärendesystemet",)]


def test_a_repeat_is_answered_the_same_and_carried_out_once(world: World, caller: Call):
    system = caller(world.chief)
    first, again = (system.post("/announcements", TEXT, "abc") for _ in range(2))
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert is_problem(system.post("/announcements", {**TEXT, "title": "B"}, "abc"), "key-reused")
    other = caller(world.communicator).post("/announcements", TEXT, "abc")
    assert other.json()["public_id"] != first.json()["public_id"], "keys are each caller's own"
    rows = world.owner.execute("SELECT count(*) FROM announcer.announcement").fetchone()
    assert rows == (2,)


def test_after_a_day_a_key_can_be_used_again(world: World, caller: Call):
    system = caller(world.chief)
    first = handed_in(system)
    world.advance(hours=23)
    system2 = caller(world.chief)
    world.advance(hours=2)
    assert handed_in(system2, title="En annan text") != first


def test_a_refused_request_leaves_nothing_and_its_key_is_free(world: World, caller: Call):
    system = caller(world.chief)
    bad = system.post("/announcements", {**TEXT, "class": "finns inte"}, "abc")
    assert is_problem(bad, "invalid")
    assert bad.json()["findings"]
    assert handed_in(system, "abc")


def test_while_the_first_is_under_way_a_repeat_is_told_so(make_busy, caller: Call):
    world, inside, go_on = make_busy
    system = _caller_of(world, world.chief)
    answers: list[httpx.Response] = []
    thread = threading.Thread(
        target=lambda: answers.append(system.post("/announcements", TEXT, "abc"))
    )
    thread.start()
    assert inside.wait(20)
    try:
        assert is_problem(
            _caller_of(world, world.chief, system).post("/announcements", TEXT, "abc"),
            "in-progress",
        )
    finally:
        go_on.set()
        thread.join()
    assert answers[0].status_code == 201


def _caller_of(world: World, person: Any, same: Caller | None = None) -> Caller:
    if same is not None:
        return Caller(world, same.client.headers["Authorization"].removeprefix("Bearer "))
    token = tokens.create(
        world.installation,
        world.communicator,
        person.directory_id,
        EVERYTHING,
        "",
        timedelta(days=1),
    )
    return Caller(world, token)


@pytest.fixture
def make_busy(app_url, owner_url, smtp, tmp_path):
    """A world that stops once in the middle of handing in, until it is told to go on."""
    inside, go_on = threading.Event(), threading.Event()

    def point(name: str) -> None:
        if name == "submit: before commit" and not inside.is_set():
            inside.set()
            assert go_on.wait(20)

    with World(app_url, owner_url, smtp, tmp_path, point=point) as world:
        yield world, inside, go_on


def test_without_a_key_that_is_valid_nothing_is_answered(world: World, caller: Call):
    holder = caller(world.chief)
    public_id = handed_in(holder)
    revoked, expired, left = (caller(world.chief) for _ in range(3))
    listed = tokens.listed(world.installation, world.communicator)
    tokens.revoke(world.installation, world.communicator, listed[1].fingerprint)
    for wrong in (Caller(world, ""), Caller(world, "announcer_x"), revoked):
        answer = wrong.get(f"/announcements/{public_id}")
        assert is_problem(answer, "not-signed-in")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    world.owner.execute(
        "UPDATE announcer.person SET left_at = now() WHERE directory_id = %s",
        (world.chief.directory_id,),
    )
    assert is_problem(left.get("/announcements"), "not-signed-in")
    world.advance(days=2)
    assert is_problem(expired.get("/announcements"), "not-signed-in")


def test_a_session_of_the_pages_opens_nothing_here(world: World, sign_in: Any):
    visitor = sign_in(world.communicator)
    assert visitor.client.get("/api/v1/announcements").status_code == 401


#: Every address that needs a key, with its scope and a body.
DECLARATION = {"template": "koka vattnet", "area": "Grythyttan"}
#: Of a comment that there is not.
NO_COMMENT = "00000000-0000-0000-0000-000000000000"
ROUTES: dict[tuple[str, str], tuple[Scope, Any]] = {
    ("POST", "/v1/announcements"): (Scope.WRITE, TEXT),
    ("POST", "/v1/announcements/preview"): (Scope.WRITE, TEXT),
    ("GET", "/v1/announcements"): (Scope.READ, None),
    ("GET", "/v1/announcements/<public_id>"): (Scope.READ, None),
    ("GET", "/v1/announcements/<public_id>/status"): (Scope.READ, None),
    ("GET", "/v1/announcements/<public_id>/gates"): (Scope.READ, None),
    ("GET", "/v1/announcements/<public_id>/briefing"): (Scope.READ, None),
    ("GET", "/v1/announcements/<public_id>/record"): (Scope.READ, None),
    ("PUT", "/v1/announcements/<public_id>/text"): (Scope.WRITE, TEXT),
    ("POST", "/v1/announcements/<public_id>/approve"): (Scope.APPROVE, {"content_hash": "0" * 64}),
    ("POST", "/v1/announcements/<public_id>/return"): (Scope.APPROVE, {"why": "Fel"}),
    ("POST", "/v1/announcements/<public_id>/return/take-back"): (Scope.APPROVE, None),
    ("GET", "/v1/announcements/<public_id>/comments"): (Scope.READ, None),
    ("POST", "/v1/announcements/<public_id>/comments"): (
        Scope.WRITE,
        {"content_hash": "0" * 64, "words": "Vilken dag?"},
    ),
    ("POST", "/v1/announcements/<public_id>/comments/<comment>/done"): (Scope.WRITE, None),
    ("POST", "/v1/announcements/<public_id>/hold"): (Scope.CONTROL, {"why": "Fel"}),
    ("POST", "/v1/announcements/<public_id>/resume"): (Scope.CONTROL, None),
    ("POST", "/v1/announcements/<public_id>/release"): (Scope.RELEASE, None),
    ("POST", "/v1/announcements/<public_id>/withdraw"): (Scope.CONTROL, {"why": "Fel"}),
    ("GET", "/v1/announcements/<public_id>/correction"): (Scope.READ, None),
    ("POST", "/v1/announcements/<public_id>/correction"): (
        Scope.WRITE,
        {**TEXT, "kind": "minor"},
    ),
    ("POST", "/v1/announcements/<public_id>/correction/take-back"): (Scope.WRITE, None),
    ("POST", "/v1/announcements/<public_id>/gates/<key>"): (Scope.GATES, {}),
    ("POST", "/v1/announcements/<public_id>/events"): (Scope.GATES, {"event": "klart"}),
    ("POST", "/v1/announcements/<public_id>/boards"): (Scope.GATES, {"workplace": "Biblioteket"}),
    ("POST", "/v1/announcements/<public_id>/steps/<key>/pass-over"): (
        Scope.CONTROL,
        {"why": "Sjuk"},
    ),
    ("GET", "/v1/boards"): (Scope.READ, None),
    ("POST", "/v1/boards/<board>/done"): (
        Scope.GATES,
        {"public_id": "0" * 18, "shown": "x"},
    ),
    ("GET", "/v1/standstill"): (Scope.READ, None),
    ("POST", "/v1/standstill/end"): (Scope.CONTROL, None),
    ("GET", "/v1/crises"): (Scope.READ, None),
    ("GET", "/v1/crises/<crisis>"): (Scope.READ, None),
    ("POST", "/v1/crises/preview"): (Scope.WRITE, DECLARATION),
    ("POST", "/v1/crises"): (Scope.CONTROL, DECLARATION),
    ("POST", "/v1/crises/<crisis>/updates"): (Scope.CONTROL, {}),
    ("POST", "/v1/crises/<crisis>/lifted"): (Scope.CONTROL, {}),
    ("POST", "/v1/crises/<crisis>/review"): (Scope.APPROVE, {"note": "Bra."}),
    ("GET", "/v1/announcements/stopped"): (Scope.READ, None),
    ("GET", "/v1/announcements/in-doubt"): (Scope.READ, None),
    ("POST", "/v1/announcements/<public_id>/steps/<key>/send-now"): (Scope.CONTROL, None),
    ("POST", "/v1/announcements/<public_id>/steps/<key>/plan-anew"): (
        Scope.CONTROL,
        {"at": "2027-01-08T08:00:00Z"},
    ),
    ("POST", "/v1/announcements/<public_id>/steps/<key>/give-up"): (Scope.CONTROL, {"why": "Sen"}),
    ("POST", "/v1/announcements/<public_id>/steps/<key>/resolve"): (
        Scope.CONTROL,
        {"exit": "sent"},
    ),
    ("POST", "/v1/announcements/<public_id>/steps/<key>/look-again"): (Scope.CONTROL, None),
    ("POST", "/v1/announcements/<public_id>/already-out"): (Scope.CONTROL, None),
    ("POST", "/v1/announcements/<public_id>/hand-out"): (Scope.CONTROL, None),
    ("POST", "/v1/announcements/<public_id>/go-now"): (Scope.CONTROL, {"why": "Ute klockan nio"}),
}
ROUTES |= {
    ("GET", "/v1/handover"): (Scope.READ, None),
    ("GET", "/v1/workplace-codes"): (Scope.READ, None),
    ("POST", "/v1/workplace-codes"): (
        Scope.CONTROL,
        {"workplace": "Fyllsta", "unit": "fyllsta"},
    ),
    ("POST", "/v1/workplace-codes/<fingerprint>/revoke"): (Scope.CONTROL, None),
}
#: Addresses that tell nothing about anything.
OPEN = {("GET", "/v1/openapi.json"), ("GET", "/v1/"), ("GET", "/v1/problems")}


def test_every_address_is_in_the_table(world: World):
    app = create_app(world.installation, world.config)
    there = {
        (method, str(rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert there == ROUTES.keys() | OPEN


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: " ".join(route))
def test_each_address_needs_a_key_its_scope_and_its_persons_rights(world, caller, route):
    method, path = route
    scope, body = ROUTES[route]
    public_id = handed_in(caller(world.chief))
    url = path.removeprefix("/v1").replace("<public_id>", public_id).replace("<key>", "mote")
    url = url.replace("<comment>", NO_COMMENT)
    if "<fingerprint>" in url:
        code = workplace_codes.make(world.installation, world.communicator, "Fyllsta", "fyllsta")
        url = url.replace("<fingerprint>", workplace_codes.fingerprint(code)[:12])
    url = url.replace("<crisis>", public_id).replace("<board>", a_board(world))
    if body == {"public_id": "0" * 18, "shown": "x"}:
        body = body | {"public_id": public_id}

    def ask(who: Caller) -> httpx.Response:
        return who.get(url) if method == "GET" else who.post(url, body, "x", method)

    assert is_problem(ask(Caller(world, "")), "not-signed-in")
    others = [one for one in Scope if one is not scope]
    assert is_problem(ask(caller(world.communicator, *others)), "not-allowed")
    stranger = ask(caller(world.somebody("kost", "medarbetare"), scope))
    if "workplace-codes" in path:
        made = workplace_codes.listed(world.installation, world.communicator)
        assert len(made) == ("revoke" in path), "a stranger makes and stops none"
    if "<public_id>" in path:
        assert is_problem(stranger, "not-found"), "as if it did not exist"
        random = ask_random(caller(world.somebody("kost", "medarbetare"), scope), route, body)
        assert random.content == stranger.content
    assert ask(caller(world.communicator, scope)).status_code not in (401, 403, 404, 500)


def a_board(world: World) -> str:
    header = b"workplace,board,kind,paper,languages,open_days\n"
    place = world.somebody("bibliotek", "medarbetare").workplace
    import_boards(world.installation, header + f"{place},Fikarum,staff,a4,sv,mon-fri".encode())
    return str(boards.at_my_workplace(world.installation, world.communicator)[0].id)


def ask_random(who: Caller, route: tuple[str, str], body: Any) -> httpx.Response:
    method, path = route
    url = path.removeprefix("/v1").replace("<public_id>", "0" * 18).replace("<key>", "mote")
    url = url.replace("<comment>", NO_COMMENT)
    return who.get(url) if method == "GET" else who.post(url, body, "x", method)


@pytest.mark.parametrize(("unit", "status"), [("bildning", 200), ("kost", 404)])
def test_a_manager_approves_for_the_own_unit_only(world, caller, unit, status):
    public_id = handed_in(caller(world.communicator))
    manager = caller(world.somebody(unit, "chef"))
    text = caller(world.communicator).get(f"/announcements/{public_id}").json()
    answer = manager.post(
        f"/announcements/{public_id}/approve", {"content_hash": text["content_hash"]}
    )
    assert answer.status_code == status


def test_a_text_that_was_changed_is_not_approved_unread(world: World, caller: Call):
    author, desk = caller(world.chief), caller(world.communicator)
    public_id = handed_in(author)
    read = desk.get(f"/announcements/{public_id}").json()["content_hash"]
    assert (
        author.post(
            f"/announcements/{public_id}/text", {**TEXT, "title": "Ny"}, method="PUT"
        ).status_code
        == 200
    )
    answer = desk.post(f"/announcements/{public_id}/approve", {"content_hash": read})
    assert is_problem(answer, "refused")
    assert "Läs den nya texten" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("sv", "Idempotency-Key saknas"), ("en", "is missing"), ("fi", "puuttuu")],
)
def test_problems_are_told_in_the_callers_language(world, caller, language, words):
    world.owner.execute("UPDATE announcer.person SET language = %s", (language,))
    answer = caller(world.person(world.chief.directory_id)).post("/announcements", TEXT)
    assert is_problem(answer, "no-key")
    assert words in answer.json()["title"]
    assert answer.headers["Content-Language"] == language


@pytest.mark.parametrize(
    ("content", "headers", "problem"),
    [
        (b"{", {}, "malformed"),
        (b'{"title": 1}', {}, "invalid"),
        (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, "wrong-type"),
        (json.dumps({**TEXT, "decision_at": "i morgon"}).encode(), {}, "invalid"),
        (json.dumps({**TEXT, "decision_at": "9999-12-31T23:59:59-05:00"}).encode(), {}, "invalid"),
        (json.dumps({**TEXT, "known_at": "0001-01-01T00:00:00+05:00"}).encode(), {}, "invalid"),
        (json.dumps({**TEXT, "okant": 1}).encode(), {}, "invalid"),
        (json.dumps({**TEXT, "title": "a\x00b"}).encode(), {}, "invalid"),
        (json.dumps({**TEXT, "body": "a\ud800b"}).encode(), {}, "invalid"),
    ],
)
def test_what_cannot_be_read_is_explained(world, caller, content, headers, problem):
    who = caller(world.chief)
    named = {"Content-Type": "application/json", "Idempotency-Key": "k", **headers}
    answer = who.client.post("/announcements", content=content, headers=named)
    assert is_problem(answer, problem)


def test_an_attachment_is_taken_and_a_false_one_refused(world: World, caller: Call):
    who = caller(world.chief)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    file = {"name": "plan.svg", "content": base64.b64encode(svg).decode(), "alt": "En plan"}
    public_id = handed_in(who, attachments=[file])
    assert who.get(f"/announcements/{public_id}").json()["attachments"][0]["alt"] == "En plan"
    for wrong in (
        {**file, "content": "inte base64!"},
        {**file, "name": "plan.pdf"},
        {**file, "name": "../x.svg"},
    ):
        answer = who.post("/announcements", {**TEXT, "attachments": [wrong]}, "w")
        assert answer.status_code in (409, 422), answer.text


def test_too_many_requests_are_told_to_wait(world: World, caller: Call):
    wrong = Caller(world, "announcer_wrong")
    answers = [wrong.get("/announcements") for _ in range(35)]
    assert is_problem(answers[-1], "too-many")
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_flood_of_wrong_keys_keeps_nobody_with_a_right_one_waiting(world: World, caller: Call):
    """Behind a proxy all of them have one address."""
    right = caller(world.chief)
    for number in range(40):
        wrong = Caller(world, f"announcer_wrong{number}").get("/announcements")
    assert is_problem(wrong, "too-many")
    assert right.get("/announcements").status_code == 200


def test_the_document_and_its_page_are_open_and_the_document_is_3_1(world: World):
    anybody = Caller(world, "")
    document = anybody.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {path for _, path in ROUTES} == {
        path.replace("{", "<").replace("}", ">") for path in document["paths"]
    }
    page = anybody.get("/").text
    assert all(f"/api{path}" in page for path in document["paths"] if "announcements" in path)


def test_no_cookie_is_ever_set(world: World, caller: Call):
    for answer in (caller(world.chief).get("/announcements"), Caller(world, "").get("/")):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_translation_that_stayed_behind_is_told_and_keeps_the_text_from_approval(
    world: World, caller: Call
):
    author = caller(world.chief)
    finnish = {"fi": {"title": "Kirjasto aukeaa yhdeksältä", "summary": "Tänään päätetty."}}
    public_id = handed_in(author, translations=finnish)
    changed = {**TEXT, "title": "Biblioteket öppnar klockan 8", "translations": finnish}
    answer = author.post(f"/announcements/{public_id}/text", changed, "k2", method="PUT").json()
    assert "Översättningen till finska är äldre än texten." in answer["findings"][0]
    follows = author.get(f"/announcements/{public_id}/status").json()
    assert follows["untranslated"] == answer["findings"]
    approve = f"/announcements/{public_id}/approve"
    says = {"content_hash": follows["content_hash"]}
    refused = caller(world.communicator).post(approve, says, "k3")
    assert refused.status_code == 422
    assert "äldre än texten" in refused.json()["findings"][0]["detail"]

    checked = {"fi": {**finnish["fi"], "checked": True}}
    fits = {**changed, "translations": checked}
    answer = author.post(f"/announcements/{public_id}/text", fits, "k4", method="PUT").json()
    assert answer["findings"] == []
    says["content_hash"] = author.get(f"/announcements/{public_id}/status").json()["content_hash"]
    assert caller(world.communicator).post(approve, says, "k5").status_code == 200


def test_a_contact_may_be_left_out_only_where_a_topic_has_one(world: World, caller: Call):
    text = {name: value for name, value in TEXT.items() if name != "contact"}
    answer = caller(world.chief).post("/announcements", text, "k1")
    assert answer.status_code == 422
    assert [f["detail"][:15] for f in answer.json()["findings"]] == ["Kontakt saknas."]
    answer = caller(world.chief).post("/announcements", {**text, "topic": "vägar"}, "k2")
    assert any("Ämnet ”vägar”" in f["detail"] for f in answer.json()["findings"])


def test_a_standstill_is_seen_and_ended_by_who_may(world: World, caller: Call):
    waiting = handed_in(caller(world.chief))
    assert caller(world.communicator).get("/standstill").json()["stands"] is False
    world.owner.execute("INSERT INTO announcer.standstill (reason) VALUES ('clock')")
    stranger = caller(world.somebody("kost", "medarbetare"))
    assert is_problem(stranger.get("/standstill"), "not-allowed")
    assert is_problem(stranger.post("/standstill/end", None, ""), "not-allowed")
    found = caller(world.communicator).get("/standstill").json()
    assert (found["stands"], found["reason"], found["unapproved"]) == (True, "clock", [waiting])
    ended = caller(world.communicator).post("/standstill/end", None, "")
    assert ended.json()["seconds"] >= 0
    assert is_problem(caller(world.communicator).post("/standstill/end", None, ""), "refused")
