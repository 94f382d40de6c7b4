"""A crisis from a phone, by who may and by nobody else; what goes where is said before it goes."""

from datetime import UTC, datetime, timedelta

import click.testing
import pytest

from announcer.cli.context import Desk
from announcer.cli.main import cli
from announcer.domain.audience import Person
from announcer.services import tokens
from announcer.services.tokens import Scope
from tests.functional.conftest import SignIn
from tests.functional.test_api import Caller
from tests.functional.visitor import Visitor
from tests.integration.promise.way import newsrooms, read, staff_of
from tests.world import World

PLACE = "Grythyttan"
TITLE = f"Koka dricksvattnet i {PLACE}"


@pytest.fixture
def leader(world: World, sign_in: SignIn) -> Visitor:
    return sign_in(world.somebody("ks", "chef"))


def mailed(world: World, *titles: str) -> set[str]:
    found = set()
    for message in world.smtp.messages:
        subject = str(read(message)["Subject"])
        if any(title in subject for title in titles):
            found |= set(message.recipients)
    return found


def declared(world: World, visitor: Visitor) -> str:
    visitor.get("/kris/utlys")
    visitor.press("Visa vad som går ut", plats=PLACE)
    visitor.press("Utlys nu")
    world.settle()
    return str(visitor.page.url.path).rpartition("/")[2]


def test_it_is_shown_before_it_goes_and_goes_with_one_more_press(
    world: World, leader: Visitor
) -> None:
    assert "Ingen kris har utlysts." in leader.get("/kris").text
    leader.get("/kris/utlys")
    leader.press("Visa vad som går ut", plats=PLACE)
    page = leader.text
    assert TITLE in page
    assert f"E-post: {len(staff_of(world))} mottagare" in page
    assert "Pressmeddelande" in page
    assert "utanför huset" in page
    assert "inom 5 minuter går allt annat ut ändå" in page
    assert "VMA beställs av" in page
    world.settle()
    assert world.smtp.messages == [], "nothing goes by being shown"

    leader.press("Utlys nu")
    world.settle()
    assert leader.page.url.path.startswith("/kris/")
    everybody = staff_of(world) | newsrooms(world)
    assert mailed(world, "dricksvattnet", "juomavesi") == everybody


def test_the_hour_that_was_shown_is_the_hour_that_goes(world: World, leader: Visitor) -> None:
    world.set_time(datetime(2026, 12, 8, 9, 14, tzinfo=UTC))
    leader.get("/kris/utlys")
    leader.press("Visa vad som går ut", plats=PLACE)
    assert "Nästa information senast i dag 12.15" in leader.text
    world.advance(minutes=5)
    leader.press("Utlys nu")
    assert "Nästa information senast i dag 12.15" in leader.text


def test_what_is_missing_is_said_and_what_was_typed_stays(world: World, leader: Visitor) -> None:
    leader.get("/kris/utlys")
    leader.press("Visa vad som går ut", **{"tillagg-sv": "Brunnar också."})
    assert leader.page.status_code == 422
    assert "Skriv var det gäller." in leader.text
    assert leader.value("tillagg-sv") == "Brunnar också."
    leader.press("Visa vad som går ut", plats=PLACE, nasta="i morgon")
    assert "Tiden går inte att läsa." in leader.text


def test_it_is_told_further_lifted_to_the_same_and_looked_at_by_another(
    world: World, leader: Visitor, desk: Visitor
) -> None:
    crisis = declared(world, leader)
    leader.get(f"/kris/{crisis}/mer")
    leader.press("Visa vad som går ut", **{"tillagg-sv": "Tankbil vid torget."})
    assert "Tankbil vid torget." in leader.text
    leader.press("Skicka nu")
    world.settle()
    everybody = staff_of(world) | newsrooms(world)
    assert mailed(world, "Fortsätt koka", "Jatka juomaveden") == everybody

    refused = desk.ask("POST", f"/kris/{crisis}/granska", anteckning="Bra.")
    assert refused.status_code in (400, 409)
    leader.get(f"/kris/{crisis}/faran-over")
    leader.press("Visa vad som går ut")
    leader.press("Säg att faran är över")
    world.settle()
    assert mailed(world, "Faran över", "Vaara ohi") == everybody

    own = leader.ask("POST", f"/kris/{crisis}/granska", anteckning="Bra.")
    assert own.status_code == 403
    desk.get(f"/kris/{crisis}")
    desk.press("Granskat, avsluta", anteckning="Tankbilen kom sent.")
    assert "Tankbilen kom sent." in desk.get(f"/kris/{crisis}").text


def test_an_exercise_is_marked_and_reaches_those_who_take_part_alone(
    world: World, leader: Visitor
) -> None:
    leader.get("/kris/utlys?ovning=1")
    leader.press("Visa vad som går ut", plats=PLACE)
    assert "stannar i huset" in leader.text
    assert "utanför huset" not in leader.text
    leader.press("Börja övningen")
    world.settle()
    told = mailed(world, "dricksvattnet", "juomavesi")
    assert told
    assert told < staff_of(world)
    assert not told & newsrooms(world)
    public_id = str(leader.page.url.path).rpartition("/")[2]
    steps = {step.channel for step in world.status(public_id).steps}
    assert steps == {"intranet", "email"}


@pytest.mark.parametrize(
    ("unit", "position", "sees"),
    [("ks", "chef", True), ("info", "informatör", True), ("bibliotek", "medarbetare", False)],
)
def test_who_declares_and_who_knows_of_it(
    world: World, sign_in: SignIn, leader: Visitor, unit: str, position: str, sees: bool
) -> None:
    crisis = declared(world, leader)
    person = world.communicator if unit == "info" else world.somebody(unit, position)
    visitor = sign_in(person)
    for path in ("/kris", f"/kris/{crisis}", "/kris/utlys", f"/kris/{crisis}/mer"):
        assert (visitor.ask("GET", path).status_code == 200) is sees, path
        if not sees:
            assert visitor.ask("GET", path).status_code == 403
    assert ('href="/kris"' in visitor.get("/").text) is sees
    if not sees:
        for path in ("utlys", f"{crisis}/mer", f"{crisis}/faran-over", f"{crisis}/granska"):
            answer = visitor.ask(
                "POST", f"/kris/{path}", steg="gor", plats="x", mall="koka vattnet", anteckning="x"
            )
            assert answer.status_code == 403, path


def test_over_the_api(world: World) -> None:
    def caller(person: Person, *scopes: Scope) -> Caller:
        who, day = person.directory_id, timedelta(days=1)
        return Caller(
            world, tokens.create(world.installation, world.communicator, who, scopes, "", day)
        )

    chief = world.somebody("ks", "chef")
    program = caller(chief, Scope.READ, Scope.WRITE, Scope.CONTROL)
    said = {"template": "koka vattnet", "area": PLACE}
    shown = program.post("/crises/preview", said, "").json()
    assert shown["title"] == TITLE
    assert "VMA" in shown["vma"]
    assert shown["next_information"].startswith("20")
    made = program.post("/crises", said, "1")
    assert made.status_code == 201
    crisis = made.json()["public_id"]
    world.settle()
    lifted = program.post(f"/crises/{crisis}/lifted", {}, "2")
    assert lifted.status_code == 201
    world.settle()
    found = program.get(f"/crises/{crisis}").json()
    assert [one["kind"] for one in found["told"]] == ["declared", "lifted"]
    assert found["told"][0]["steps"][0]["seconds"] is not None
    stranger = caller(world.somebody("bibliotek", "medarbetare"), Scope.READ, Scope.CONTROL)
    assert stranger.get("/crises").status_code == 403
    assert stranger.get(f"/crises/{crisis}").status_code == 403
    assert stranger.post("/crises", said, "3").status_code == 403


def test_on_the_command_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "installation", world.installation)
    chief = world.somebody("ks", "chef")

    def run(person: Person, *words: str, typed: str = "") -> click.testing.Result:
        arguments = ["--as", person.directory_id, "crisis", *words]
        return click.testing.CliRunner().invoke(cli, arguments, input=typed)

    no = run(chief, "declare", "koka vattnet", "--area", PLACE, typed="n\n")
    assert TITLE in no.output
    world.settle()
    assert world.smtp.messages == []
    yes = run(chief, "declare", "koka vattnet", "--area", PLACE, typed="y\n")
    crisis = yes.output.split()[-1]
    world.settle()
    assert mailed(world, "dricksvattnet", "juomavesi") == staff_of(world) | newsrooms(world)
    assert run(chief, "lift", crisis, "--yes").exit_code == 0
    said = run(chief, "show", crisis).output
    assert TITLE in said
    assert "E-post: klart efter 0:" in said
    assert crisis in run(world.communicator, "show").output
    assert run(world.somebody("kost"), "show").exit_code == 1
    assert run(world.communicator, "review", crisis, "--note", "Bra.").exit_code == 0
    assert run(chief, "drill", "koka vattnet", "--area", PLACE, "--yes").exit_code == 0
