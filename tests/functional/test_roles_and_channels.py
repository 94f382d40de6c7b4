"""Who has which role and how each channel goes, for those who keep the lists."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from announcer.domain.audience import Person
from announcer.services import holding, standing_in
from announcer.services.importing import import_staff
from tests.doubles.recording_smtp import Rules, Stage
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.world import EXAMPLES, World, laid_over_hallefors

MORE = """
administrators = ["it"]
[roles.it]
title = "IT-enheten"
unit = "kf-kansli"
position = "medarbetare"
[roles.vakant]
title = "Säkerhetschefen"
position = "säkerhetschef"
"""


@pytest.fixture
def world(app_url, owner_url, smtp, tmp_path) -> Iterator[World]:
    policy = laid_over_hallefors(tmp_path, MORE)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as world:
        yield world


def part(visitor: Visitor, xpath: str, words: str) -> str:
    for one in visitor.tree.xpath(xpath):
        said = " ".join(" ".join(one.itertext()).split())
        if words in said:
            return said
    raise AssertionError(f"nothing says {words!r}: {visitor.text}")


def role(visitor: Visitor, title: str) -> str:
    visitor.get("/forvalta/roller")
    return part(visitor, "//section[.//h2]", title)


def channel(visitor: Visitor, name: str) -> str:
    visitor.get("/forvalta/kanaler")
    return part(visitor, "//li[contains(@class, 'channel')]", name)


def test_each_role_says_who_has_it_and_by_what_rule(world: World, desk: Visitor) -> None:
    said = role(desk, "Krisledningen")
    assert "Den som är chef i Kommunstyrelsen." in said
    assert world.somebody("ks", "chef").directory_id in said
    assert world.chief.directory_id in role(desk, "Enhetens chef")
    vacant = part(desk, "//div[contains(@class, 'callout')]", "Ingen har den rollen")
    assert "Säkerhetschefen" in vacant
    assert "Krisledningen" not in vacant


def test_a_stand_in_has_the_role_until_a_day(world: World, desk: Visitor) -> None:
    colleague: Person = world.somebody("ks", "medarbetare")
    absent = world.somebody("ks", "chef")
    standing_in.appoint(
        world.installation,
        world.communicator,
        colleague.directory_id,
        absent.directory_id,
        world.now() + timedelta(days=3),
    )
    said = role(desk, "Krisledningen")
    assert (
        f"{colleague.directory_id} ersätter {absent.directory_id}, till fredag 11 december" in said
    )
    world.advance(days=4)
    assert "ersätter" not in role(desk, "Krisledningen")


def test_a_unit_that_nobody_leads_is_named(world: World, desk: Visitor) -> None:
    assert "Ingen har rollen i" not in role(desk, "Enhetens chef")
    staff = (EXAMPLES / "organisation/staff.csv").read_text().splitlines()
    unled = [line for line in staff if not (",bibliotek," in line and ",chef," in line)]
    import_staff(world.installation, "\n".join(unled).encode())
    said = role(desk, "Enhetens chef")
    assert "Ingen har rollen i: " in said
    assert "ibliotek" in said.split("Ingen har rollen i: ")[1][:60]


def test_a_channel_that_has_carried_nothing_says_so(world: World, desk: Visitor) -> None:
    said = channel(desk, "Pressmeddelande")
    assert "utanför huset" in said
    assert "Gick senast Aldrig" in said
    assert "Inte använd än" in said
    assert "Presslistan" in said


def test_what_went_what_waits_and_what_did_not_go(
    world: World, desk: Visitor, publish: Publish
) -> None:
    publish(world.decision())
    said = channel(desk, "E-post")
    assert "Fungerar" in said
    assert "Gick senast i dag 10.00" in said
    assert "Gick inte, senast Aldrig" in said
    world.advance(hours=1)
    world.smtp.rules = Rules(hang_up=Stage.AFTER_DOT)
    other = world.decision("En annan")
    publish(other)
    said = channel(desk, "E-post")
    assert "Någon behöver se efter" in said
    assert "Gick inte, senast i dag 11.00" in said
    holding.withdraw(world.installation, world.communicator, other, "fel")
    assert "E-post" in channel(desk, "E-post")


def test_only_those_who_keep_the_lists_see_them(
    world: World, colleague: Visitor, sign_in: SignIn
) -> None:
    keeper = sign_in(world.somebody("kf-kansli", "medarbetare"))
    for path in ("/forvalta/roller", "/forvalta/kanaler"):
        assert colleague.get(path).status_code == 403
        assert keeper.get(path).status_code == 200
