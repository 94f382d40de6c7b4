"""Access: one rule for pages, files and feeds; nothing is open that need not be."""

from dataclasses import replace

import pytest
from flask import Flask

from announcer.services import holding, reader_token
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.world import SECRET, World
from web.intranet.app import create_app

OPEN = {
    "/logga-in",
    "/logga-in/<key>",
    "/logga-in/konto",
    "/logga-in/svar",
    "/logga-in/ut",
    "/logga-in/utloggad",
    "/logga-ut",
    "/storstil",
    "/healthz",
    "/readyz",
    "/metrics",
    "/tillganglighet",
    "/.well-known/security.txt",
    "/arbetsplats",
    "/tavla/<code>",
    "/tema.css",
    "/logotyp.svg",
    "/typsnitt/<face>.<any(woff, ttf):kind>",
    "/delar/<version>/<name>.<any(js, css):ending>",
    "/utseende/<path:filename>",
    "/bootstrap/utseende/<path:filename>",
}
VALUES = {
    "public_id": "0123456789abcdef01",
    "begun": "0123456789abcdef01",
    "asked": "00000000-0000-0000-0000-000000000000",
    "name": "alla",
    "version": "000000000000",
    "ending": "js",
    "kind": "woff",
    "sort": "csv",
    "format_": "atom",
    "key": "a-key",
    "code": "000000000000",
    "board": "00000000-0000-0000-0000-000000000000",
    "comment": "00000000-0000-0000-0000-000000000000",
    "call": "00000000-0000-0000-0000-000000000000",
    "delivery": "00000000-0000-0000-0000-000000000000",
    "stand_in": "00000000-0000-0000-0000-000000000000",
    "what": "boards",
}


def doors(world: World) -> list[tuple[str, str]]:
    """Every method and address of the application that is not open to all, read off its map."""
    app = create_app(world.installation, world.config)
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            values = {name: VALUES[name] for name in rule.arguments if name in VALUES}
            if rule.rule not in OPEN:
                values |= {"key": "mote"} if "moten" in rule.rule else {}
                path = adapter.build(rule.endpoint, values)
                found += [(m, path) for m in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


def test_a_stranger_gets_nothing_but_the_way_to_the_sign_in(
    world: World, anonymous: Visitor
) -> None:
    tried = doors(world)
    assert len(tried) >= 25
    for method, path in tried:
        answer = anonymous.ask(method, path)
        if method == "GET" and not path.startswith("/floden/"):
            assert answer.status_code == 302, (method, path)
            assert answer.headers["location"].startswith("/logga-in"), path
        else:
            assert answer.status_code == 401, (method, path)


def test_a_change_without_the_token_of_the_session_is_refused(world: World, desk: Visitor) -> None:
    for method, path in doors(world):
        if method == "POST":
            assert desk.client.post(path).status_code == 400, path


def test_no_form_takes_what_no_database_can_hold(world: World, desk: Visitor) -> None:
    for method, path in doors(world):
        if method == "POST":
            answer = desk.ask(method, path, varfor="a\x00b")
            assert answer.status_code == 400, path
            assert "som inte går att spara" in answer.text, path


def test_a_colleague_without_a_role_is_kept_from_everything_on_the_desk(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    for path in ("", f"/{public_id}/pausa", f"/{public_id}/fortsatt", f"/{public_id}/slapp"):
        method = "POST" if path else "GET"
        assert colleague.ask(method, f"/bevakning{path}", varfor="x").status_code == 403, path
    for path in (
        f"/stoppat/{public_id}/epost",
        f"/oklart/{public_id}/epost",
        f"/oklart/{public_id}/epost/se-efter",
        "/stillestand",
    ):
        answer = colleague.ask("POST", path, utgang="sent", gor="nu")
        assert answer.status_code == 403, path
    assert colleague.ask("GET", "/stillestand").status_code == 403
    withdraw = f"/meddelanden/{public_id}/dra-tillbaka"
    assert colleague.ask("POST", withdraw, varfor="x").status_code == 403
    assert colleague.ask("GET", withdraw).status_code == 404
    assert not world.status(public_id).held
    assert world.status(public_id).state == "active"


def test_a_text_in_review_can_be_known_of_only_by_those_it_concerns(
    world: World, colleague: Visitor, desk: Visitor, sign_in: SignIn
) -> None:
    public_id = world.decision()
    author = sign_in(world.chief)
    for path in (f"/godkann/{public_id}", f"/meddelanden/{public_id}"):
        assert colleague.get(path).status_code == 404
        assert author.get(path).status_code == 200
        assert desk.get(path).status_code == 200
    assert colleague.ask("POST", f"/godkann/{public_id}", innehall="x").status_code == 403
    assert desk.get(f"/nyheter/{public_id}").status_code == 404


def without_token(page: str) -> str:
    start = page.index('name="csrf_token"')
    return page[:start] + page[page.index(">", start) :]


def test_what_may_not_be_seen_and_what_does_not_exist_look_the_same(
    world: World, colleague: Visitor
) -> None:
    own = (
        '+++\nclass = "bara min enhet"\nunit = "bildning"\ntitle = "Fika"\n'
        'audience = ["klockarskolan"]\ncontact = "Chefen"\n+++\nKlockan tre.\n'
    )
    public_id = world.submit(own, world.chief)
    world.settle()
    hidden = colleague.get(f"/nyheter/{public_id}")
    hidden_page = hidden.text
    missing = colleague.get("/nyheter/000000000000000000")
    assert hidden.status_code == missing.status_code == 404
    assert without_token(hidden_page) == without_token(missing.text)
    assert "Fika" not in colleague.get("/").text
    assert public_id not in colleague.get("/floden/alla.atom").text
    assert public_id not in colleague.get("/floden/klockarskolan.atom").text


def test_a_reader_token_reads_with_its_audiences_rights_and_changes_nothing(
    world: World, publish: Publish
) -> None:
    public_id = publish(world.decision())
    token = reader_token.sign(SECRET, ("alla",))
    reader = Visitor(world.url, Authorization=f"Bearer {token}")
    assert reader.ask("GET", f"/nyheter/{public_id}").status_code == 200
    assert reader.ask("GET", "/floden/alla.atom").status_code == 200
    assert reader.ask("GET", "/").status_code == 302
    assert reader.ask("GET", "/bevakning").status_code == 302
    assert reader.ask("POST", f"/bevakning/{public_id}/pausa", varfor="x").status_code == 401


@pytest.mark.parametrize(
    "token",
    ["x", "nonsense", reader_token.sign("another key" * 4, ("alla",))],
    ids=["short", "nonsense", "of another key"],  # the last one differs from second to second
)
def test_a_false_token_is_told_so(world: World, publish: Publish, token: str) -> None:
    public_id = publish(world.decision())
    reader = Visitor(world.url, Authorization=f"Bearer {token}")
    for path in (
        f"/nyheter/{public_id}",
        f"/nyheter/{public_id}/bilagor/x.svg",
        "/floden/alla.rss",
    ):
        assert reader.ask("GET", path).status_code == 401, path


def app_with(world: World, **settings: str) -> Flask:
    return create_app(world.installation, replace(world.config, **settings))


@pytest.mark.parametrize(
    ("settings", "request_"),
    [
        ({"sign_in": ""}, {}),
        ({}, {"base_url": "http://intranet.example/"}),
        ({}, {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}),
        ({}, {"headers": {"X-Forwarded-For": "192.0.2.7"}}),
        ({"intranet_url": "https://intranet.example"}, {}),
    ],
)
def test_choosing_a_person_is_for_this_machine_only(
    world: World, settings: dict[str, str], request_: dict[str, object]
) -> None:
    here = {"base_url": "http://127.0.0.1:8080/"}
    client = app_with(world, **settings).test_client()
    assert client.get("/logga-in", **{**here, **request_}).status_code == 403
    assert app_with(world).test_client().get("/logga-in", **here).status_code == 200


def test_the_way_back_after_signing_in_never_leads_elsewhere(
    world: World, anonymous: Visitor
) -> None:
    chief = world.chief.directory_id
    for onward in ("https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:1"):
        answer = anonymous.ask("POST", "/logga-in", person=chief, vidare=onward)
        assert answer.headers["location"] == "/", onward
    answer = anonymous.ask("POST", "/logga-in", person=chief, vidare="/mina")
    assert answer.headers["location"] == "/mina"


def test_signing_in_starts_a_new_session_and_signing_out_ends_it(
    world: World, sign_in: SignIn
) -> None:
    visitor = sign_in(world.chief)
    first = visitor.client.cookies["announcer"]
    visitor.sign_in(world.communicator.directory_id)
    assert world.communicator.directory_id in visitor.text
    assert visitor.client.cookies["announcer"] != first
    assert visitor.client.get("/logga-ut").status_code == 405
    visitor.press("Logga ut")
    assert visitor.ask("GET", "/mina").status_code == 302


def test_somebody_who_has_left_is_no_longer_signed_in(world: World, sign_in: SignIn) -> None:
    visitor = sign_in(world.chief)
    world.owner.execute(
        "UPDATE announcer.person SET left_at = now() WHERE directory_id = %s",
        [world.chief.directory_id],
    )
    assert visitor.ask("GET", "/").status_code == 302


def test_the_cookie_is_bound_to_the_host_when_there_is_https(world: World) -> None:
    client = app_with(world, intranet_url="https://localhost").test_client()
    answer = client.get("/logga-in", base_url="https://localhost/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-announcer=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_every_answer_forbids_frames_sniffing_tracing_and_keeping(
    world: World, colleague: Visitor
) -> None:
    for path in ("/", "/nyheter/none", "/floden", "/tillganglighet"):
        headers = colleague.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


def test_a_withdrawn_page_says_so_and_gives_its_content_to_nobody(
    world: World, colleague: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision("Fel siffror"))
    holding.withdraw(world.installation, world.communicator, public_id, "fel")
    page = colleague.get(f"/nyheter/{public_id}")
    assert page.status_code == 410
    assert "Tillbakadraget" in colleague.text
    assert "i dag" in colleague.text
    assert "Fel siffror" not in page.text
    assert "Fel siffror" not in colleague.get("/").text
    assert "Fel siffror" not in colleague.get("/floden/alla.json").text
