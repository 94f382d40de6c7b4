"""Several people approve one text: at their browsers, over the API and on the command line."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from announcer.cli.main import cli
from announcer.domain.audience import Person
from announcer.domain.change import CorrectionKind
from announcer.domain.errors import PolicyError, Refusal
from announcer.services import correcting, returning, reviewing, standing_in, tokens
from announcer.services.tokens import Scope
from tests.doubles.recording_smtp import RecordingSmtp
from tests.functional.conftest import SignIn
from tests.functional.test_api import Caller, is_problem
from tests.functional.visitor import Visitor
from tests.integration.promise.way import SMALL
from tests.world import SECRET, World, laid_over_hallefors

POLICY = """
[classes.beslut.approval]
by = []
each = ["informationsenheten", "krisledning"]
author_last = true
informs = ["chef"]
"""


@pytest.fixture
def world(app_url: str, owner_url: str, smtp: RecordingSmtp, tmp_path: Path) -> Iterator[World]:
    """Where the information unit and the crisis management approve, and then the author."""
    policy = laid_over_hallefors(tmp_path, POLICY)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as running:
        yield running


@pytest.fixture
def text(world: World) -> str:
    return world.decision(audience=SMALL)


def head(world: World) -> Person:
    return world.somebody("ks", "chef")


def test_each_sees_who_has_approved_and_who_is_missing(
    world: World, text: str, sign_in: SignIn, desk: Visitor
) -> None:
    desk.get(f"/godkann/{text}")
    assert "Väntar på Informationsenheten. Väntar på Krisledningen." in desk.text
    desk.press("Godkänn", near=text)
    assert "Du har godkänt texten. Väntar på Krisledningen." in desk.text
    assert "Den som skrev texten har sista ordet." in desk.text
    assert "Inget väntar på att du godkänner det." in _read(desk, "/godkann")
    second = sign_in(head(world))
    assert "Skolan börjar senare" in _read(second, "/godkann")
    second.get(f"/godkann/{text}")
    assert re.search(r"Godkänd av Informationsenheten .*Väntar på Krisledningen\.", second.text)
    second.press("Godkänn", near=text)
    author = sign_in(world.chief)
    assert "Den som skrev texten har sista ordet." in _read(author, "/mina")
    author.get(f"/godkann/{text}")
    author.press("Godkänn", near=text)
    assert "Texten är godkänd." in author.text
    world.settle()
    assert world.staff_mail()


def _read(visitor: Visitor, path: str) -> str:
    assert visitor.get(path).status_code == 200
    return visitor.text


def test_a_text_is_given_back_with_a_reason_that_its_author_reads(
    world: World, text: str, sign_in: SignIn, desk: Visitor
) -> None:
    desk.get(f"/godkann/{text}")
    desk.press("Lämna tillbaka nu", varfor="Fel datum i andra stycket.")
    assert "Texten är återlämnad." in desk.text
    author = sign_in(world.chief)
    for path in ("/mina", f"/meddelanden/{text}", f"/godkann/{text}"):
        assert re.search(
            r"Återlämnad av Informationsenheten .+: Fel datum i andra stycket\.",
            _read(author, path),
        )
    assert "Väntar på att texten ändras." in author.text
    assert "Väntar på Krisledningen." not in author.text
    assert "Återlämnad" in _read(author, "/mina")
    other = sign_in(head(world))
    other.get(f"/godkann/{text}")
    buttons = [" ".join(b.text_content().split()) for b in other.tree.iter("button")]
    assert not {"Godkänn", "Ångra återlämningen", "Lämna tillbaka nu"} & set(buttons)
    assert other.ask("POST", f"/godkann/{text}/angra").status_code == 403
    desk.get(f"/godkann/{text}")
    desk.press("Ångra återlämningen")
    assert "Texten kan godkännas igen." in desk.text
    desk.get(f"/godkann/{text}")
    desk.press("Godkänn", near=text)
    assert "Du har godkänt texten." in desk.text


def test_superiors_are_told_and_have_no_power(world: World, text: str, sign_in: SignIn) -> None:
    told = sign_in(world.somebody("kost", "chef"))
    assert "För kännedom" in _read(told, "/godkann")
    assert "Skolan börjar senare" in told.text
    assert "Det här händer nu." in _read(told, f"/godkann/{text}")
    assert _read(told, f"/meddelanden/{text}")
    assert not told.tree.xpath("//main//form")
    for path, fields in (
        (f"/godkann/{text}", {"innehall": world.status(text).content_hash}),
        (f"/godkann/{text}/tillbaka", {"varfor": "x"}),
        (f"/godkann/{text}/angra", {}),
    ):
        told.ask("POST", path, **fields)
    assert world.status(text).state == "in_review"
    standing = world.status(text).standing
    assert standing
    assert (standing.given, standing.given_back) == ((), None)


ROLES: dict[str, Callable[[World], Person]] = {
    "information unit": lambda world: world.communicator,
    "crisis management": head,
    "told": lambda world: world.somebody("kost", "chef"),
    "author": lambda world: world.chief,
    "colleague": lambda world: world.somebody("bibliotek", "medarbetare"),
}
#: Who may read the proposal, approve it first, and give it back.
RIGHTS = {
    "information unit": (200, 303, 303),
    "crisis management": (200, 303, 303),
    "told": (200, 403, 403),
    "author": (200, 400, 403),
    "colleague": (404, 403, 403),
}


@pytest.mark.parametrize("role", ROLES)
def test_role_by_role_what_can_be_read_and_done(
    world: World, text: str, sign_in: SignIn, role: str
) -> None:
    visitor = sign_in(ROLES[role](world))
    read, approve, give_back = RIGHTS[role]
    content_hash = world.status(text).content_hash
    assert visitor.client.get(f"/godkann/{text}").status_code == read
    answer = visitor.ask("POST", f"/godkann/{text}/tillbaka", varfor="Nej.")
    assert answer.status_code == give_back
    if give_back == 303:
        returning.take_back(world.installation, ROLES[role](world), text)
    assert visitor.ask("POST", f"/godkann/{text}", innehall=content_hash).status_code == approve


def test_the_desk_says_when_nobody_is_left_to_approve(
    world: World, text: str, desk: Visitor
) -> None:
    assert "Ingen kan godkänna" not in _read(desk, "/bevakning")
    world.owner.execute(
        "UPDATE announcer.person SET left_at = now() WHERE unit = 'ks' AND role = 'chef'"
    )
    assert "Ingen kan godkänna som Krisledningen." in _read(desk, "/bevakning")


# Stand-ins ------------------------------------------------------------------------------------


def test_a_person_names_their_own_stand_in_who_then_approves(
    world: World, text: str, sign_in: SignIn
) -> None:
    kost = world.somebody("kost", "chef")
    away = sign_in(head(world))
    away.get("/ersattare")
    away.press("Utse", ersattare=kost.directory_id, till="2026-12-10")
    assert "Ersättaren är antecknad." in away.text
    assert f"{kost.directory_id} ersätter {head(world).directory_id}" in away.text
    stand_in = sign_in(kost)
    stand_in.get(f"/godkann/{text}")
    stand_in.press("Godkänn", near=text)
    assert "Du har godkänt texten." in stand_in.text
    assert re.search(
        r"Godkänd för Krisledningen av en ersättare", _read(stand_in, f"/meddelanden/{text}")
    )
    away.get("/ersattare")
    away.press("Avsluta nu")
    assert "Slut" in away.text
    assert "För kännedom" in _read(stand_in, "/godkann")


def test_for_one_announcement_from_its_own_page(world: World, text: str, sign_in: SignIn) -> None:
    librarian = world.somebody("bibliotek", "medarbetare")
    away = sign_in(head(world))
    away.get(f"/godkann/{text}")
    (link,) = away.tree.xpath("//a[contains(@href, '/ersattare?')]/@href")
    away.get(link)
    away.press("Utse", ersattare=librarian.directory_id, till="2026-12-10")
    delegate = sign_in(librarian)
    assert "Skolan börjar senare" in _read(delegate, "/godkann")
    delegate.get(f"/godkann/{text}")
    delegate.press("Godkänn", near=text)
    assert "Du har godkänt texten." in delegate.text
    other = world.decision("En annan text", SMALL)
    assert delegate.client.get(f"/godkann/{other}").status_code == 404


def test_what_cannot_be_is_told_and_what_was_typed_stays(world: World, colleague: Visitor) -> None:
    colleague.get("/ersattare")
    colleague.press("Utse", ersattare="ingen", till="2026-12-10")
    assert colleague.page.status_code == 422
    assert "Det finns ingen ”ingen” i personalkatalogen." in colleague.text
    assert colleague.value("ersattare") == "ingen"
    assert colleague.value("till") == "2026-12-10"
    colleague.press("Utse", ersattare=world.chief.directory_id, till="")
    assert "är ingen dag" in colleague.text
    somebody = {"ersattare": world.communicator.directory_id, "for": world.chief.directory_id}
    assert colleague.ask("POST", "/ersattare", **somebody, till="2026-12-10").status_code == 422
    assert standing_in.listed(world.installation, world.chief) == []


def test_the_information_unit_names_anybodys_and_others_do_not_end_it(
    world: World, desk: Visitor, colleague: Visitor
) -> None:
    desk.get("/ersattare")
    desk.press(
        "Utse", ersattare=world.somebody("kost", "chef").directory_id,
        till="2026-12-10", **{"for": world.chief.directory_id},
    )  # fmt: skip
    (line,) = standing_in.listed(world.installation, world.chief)
    assert colleague.ask("POST", f"/ersattare/{line.id}/avsluta").status_code == 403
    assert str(line.id) not in _read(colleague, "/ersattare")
    assert not standing_in.listed(world.installation, world.chief)[0].is_over


# The API --------------------------------------------------------------------------------------


def caller(world: World, person: Person, *scopes: Scope) -> Caller:
    token = tokens.create(
        world.installation, world.communicator, person.directory_id,
        scopes or tuple(Scope), "", timedelta(days=1),
    )  # fmt: skip
    return Caller(world, token)


def test_the_api_says_how_far_it_has_come_and_gives_back(world: World, text: str) -> None:
    first = caller(world, world.communicator)
    read = {"content_hash": world.status(text).content_hash}
    assert first.post(f"/announcements/{text}/approve", read).json()["changed"] is True
    found = first.get(f"/announcements/{text}/status").json()["approval"]
    assert found["missing"] == [["krisledning"]]
    assert (found["nobody"], found["waits_for_author"]) == ([], True)
    assert [one["roles"] for one in found["given"]] == [["informationsenheten"]]
    assert "Väntar på Krisledningen." in found["says"]
    answer = first.post(f"/announcements/{text}/return", {"why": "Fel datum."})
    assert answer.json()["changed"] is True
    back = first.get(f"/announcements/{text}/status").json()["approval"]["given_back"]
    assert (back["reason"], back["roles"]) == ("Fel datum.", ["informationsenheten"])
    second = caller(world, head(world))
    assert is_problem(second.post(f"/announcements/{text}/approve", read), "refused")
    assert is_problem(second.post(f"/announcements/{text}/return/take-back"), "not-allowed")
    assert first.post(f"/announcements/{text}/return/take-back").json()["changed"] is True
    assert second.post(f"/announcements/{text}/approve", read).json()["changed"] is True
    assert caller(world, world.chief).post(f"/announcements/{text}/approve", read).json()["changed"]
    assert first.get(f"/announcements/{text}/status").json()["approval"] is None


def test_a_key_without_the_scope_to_approve_gives_nothing_back(world: World, text: str) -> None:
    others = caller(world, world.communicator, *(s for s in Scope if s is not Scope.APPROVE))
    for path in ("return", "return/take-back"):
        answer = others.post(f"/announcements/{text}/{path}", {"why": "x"})
        assert is_problem(answer, "not-allowed")
    stranger = caller(world, world.somebody("bibliotek", "medarbetare"))
    for path in ("return", "return/take-back"):
        answer = stranger.post(f"/announcements/{text}/{path}", {"why": "x"})
        assert is_problem(answer, "not-found")


# The command line -----------------------------------------------------------------------------


@pytest.fixture
def typed(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What a command says when somebody types it."""
    for name, value in {
        "DATABASE_URL": world.config.database_url,
        "REDIS_URL": "redis://localhost:1/0",
        "ANNOUNCER_POLICY": str(world.config.policy),
        "ANNOUNCER_INTRANET_URL": world.url,
        "ANNOUNCER_SECRET_KEY": SECRET,
        "ANNOUNCER_SMTP_URL": "smtp://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)

    def type_(who: Person | None, *words: Any) -> str:
        start = ("--as", who.directory_id) if who else ()
        done = CliRunner().invoke(cli, [*start, *map(str, words)])
        if done.exception:
            raise done.exception
        return done.output

    return type_


def test_the_command_line_approves_gives_back_and_names_stand_ins(
    world: World, text: str, typed: Callable[..., str]
) -> None:
    assert "Godkänt. Väntar på Krisledningen." in typed(world.communicator, "approve", text)
    with pytest.raises(Refusal, match="Skriv varför"):
        typed(world.communicator, "return", text)
    typed(world.communicator, "return", text, "--why", "Fel datum.")
    assert ": Fel datum." in typed(None, "status", text)
    assert "igen" in typed(world.communicator, "return", text, "--take-back")
    kost = world.somebody("kost", "chef")
    line = typed(head(world), "stand-in", "add", kost.directory_id, "--until", "2026-12-10").strip()
    assert line in typed(kost, "stand-in", "list")
    assert "Den som skrev texten har sista ordet." in typed(kost, "approve", text)
    typed(head(world), "stand-in", "revoke", line)
    assert line not in typed(kost, "stand-in", "list")
    assert line in typed(kost, "stand-in", "list", "--history")
    assert "Planen börjar nu" in typed(world.chief, "approve", text)


def test_the_command_line_says_of_a_correction_that_the_corrected_text_is_in_force(
    world: World, text: str, typed: Callable[..., str]
) -> None:
    everybody = (world.communicator, head(world), world.chief)
    for one in everybody:
        reviewing.approve(world.installation, one, text)
    found = reviewing.proposal(world.installation, world.chief, text)
    correcting.propose(
        world.installation,
        world.chief,
        text,
        replace(found.content, title="Skolan börjar 8.20"),
        CorrectionKind.REAL,
        {"sv": "Tiden var fel."},
    )
    said = [typed(one, "approve", text).strip() for one in everybody]
    assert said[-1] == "Godkänt. Den rättade texten gäller nu."


def test_a_policy_file_is_held_against_the_people_installed_here(
    world: World, typed: Callable[..., str], tmp_path: Path
) -> None:
    here = world.config.policy
    assert "classes, in order" in typed(None, "policy", "check", here, "--directory")
    (tmp_path / "other").mkdir()
    other = laid_over_hallefors(tmp_path / "other", 'roles.chef.position = "direktör"')
    assert "classes, in order" in typed(None, "policy", "check", other)
    with pytest.raises(PolicyError, match=r"changed\.toml: roles\.chef: nobody"):
        typed(None, "policy", "check", other, "--directory")


def test_who_approves_first_and_who_comes_last_is_in_the_preview(
    world: World, sign_in: SignIn
) -> None:
    author = sign_in(world.chief)
    assert "Godkänns av: Informationsenheten, Krisledningen, sist den som skrev den." in _read(
        author, "/skriv"
    )


def test_an_approval_from_the_api_is_the_same_approval(world: World, text: str) -> None:
    reviewing.approve(world.installation, world.communicator, text)
    read = {"content_hash": world.status(text).content_hash}
    again = caller(world, world.communicator).post(f"/announcements/{text}/approve", read)
    assert again.json()["changed"] is False
