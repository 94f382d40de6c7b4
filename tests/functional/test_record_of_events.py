"""The record of events is searched, saved and checked by those who may, and names no one who left."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator

import pytest

from announcer.services import holding
from announcer.services.importing import import_staff
from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.world import EXAMPLES, World, laid_over_hallefors

AUDITORS = """
auditors = ["revisor"]
[roles.revisor]
title = "Revisorn"
unit = "kf-kansli"
position = "medarbetare"
"""
PAGE = "/forvalta/handelser"


@pytest.fixture
def world(app_url, owner_url, smtp, tmp_path) -> Iterator[World]:
    policy = laid_over_hallefors(tmp_path, AUDITORS)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as world:
        yield world


@pytest.fixture
def happened(world: World, publish: Publish) -> str:
    public_id = publish(world.decision())
    holding.hold(world.installation, world.communicator, public_id, "frågor från facket")
    return public_id


def rows(visitor: Visitor) -> list[str]:
    return [" ".join(" ".join(row.itertext()).split()) for row in visitor.tree.xpath("//tbody/tr")]


def test_what_happened_is_found_by_text_kind_person_and_day(
    world: World, desk: Visitor, happened: str
) -> None:
    desk.get(PAGE)
    assert world.status(happened).title in rows(desk)[0]
    assert "Pausat frågor från facket" in rows(desk)[0]
    other = world.decision("En annan")
    desk.get(f"{PAGE}?meddelande={other}")
    assert len(rows(desk)) == 1
    assert "Kedjan stämmer" in desk.text
    desk.get(f"{PAGE}?slag=held")
    assert len(rows(desk)) == 1
    assert world.communicator.directory_id in rows(desk)[0]
    desk.get(f"{PAGE}?vem={world.communicator.directory_id}")
    assert len(rows(desk)) == 2
    desk.get(f"{PAGE}?vem=system")
    assert all("Systemet" in row for row in rows(desk))
    desk.get(f"{PAGE}?fran=2026-12-09")
    assert "Inga händelser passar in på det." in desk.text
    desk.get(f"{PAGE}?fran=2026-12-08&till=2026-12-08")
    assert len(rows(desk)) > 3
    assert desk.get(f"{PAGE}?fran=i+morse").status_code == 422
    assert "är ingen dag" in desk.text


def test_the_file_has_what_the_chain_needs_to_be_checked(
    world: World, desk: Visitor, happened: str
) -> None:
    desk.get(f"{PAGE}?meddelande={happened}")
    lines = desk.client.get(f"{PAGE}/fil.jsonl?meddelande={happened}").text.splitlines()
    seal = ""
    for number, line in enumerate(map(json.loads, lines), start=1):
        assert (line["seq"], line["previous"]) == (number, seal)
        seal = hashlib.sha256((seal + line["payload"]).encode()).hexdigest()
        assert line["sha256"] == seal
    table = desk.client.get(f"{PAGE}/fil.csv?slag=held").content.decode("utf-8-sig")
    (one,) = csv.DictReader(io.StringIO(table))
    assert (one["announcement"], one["who"]) == (happened, world.communicator.directory_id)
    assert json.loads(one["detail"]) == {"why": "frågor från facket"}


def test_whoever_is_in_the_directory_no_more_is_a_pseudonym(
    world: World, desk: Visitor, happened: str
) -> None:
    author = world.chief
    staff = (EXAMPLES / "organisation/staff.csv").read_text()
    left = "\n".join(x for x in staff.splitlines() if not x.startswith(f"{author.directory_id},"))
    import_staff(world.installation, left.encode())
    table = desk.client.get(f"{PAGE}/fil.csv?slag=submitted").text
    assert str(author.pseudonym) in table
    assert author.directory_id not in table
    desk.get(f"{PAGE}?vem={author.pseudonym}")
    assert f"pseudonym {str(author.pseudonym)[:8]}" in rows(desk)[-1]


def test_a_chain_that_somebody_has_changed_is_told(
    world: World, desk: Visitor, happened: str
) -> None:
    assert "Kedjan stämmer inte" not in (desk.get(f"{PAGE}?kontrollera=1"), desk.text)[1]
    world.owner.execute("ALTER TABLE announcer.event DISABLE TRIGGER append_only")
    world.owner.execute("UPDATE announcer.event SET payload = replace(payload, 'facket', 'ingen')")
    assert "Kedjan stämmer inte" in (desk.get(f"{PAGE}?meddelande={happened}"), desk.text)[1]
    assert "Kedjan stämmer inte" in (desk.get(f"{PAGE}?kontrollera=1"), desk.text)[1]


def test_a_long_record_is_read_a_page_at_a_time(world: World, desk: Visitor, happened: str) -> None:
    world.owner.execute(
        "SELECT announcer.append_event(id, 'looked again', NULL, '{}')"
        " FROM announcer.announcement, generate_series(1, 60)"
    )
    desk.get(PAGE)
    assert len(rows(desk)) == 50
    desk.get(f"{PAGE}?sida=2")
    assert 10 < len(rows(desk)) <= 50
    assert "Sida 2 av 2" in desk.text
    desk.get(f"{PAGE}?sida=99")
    assert "Sida 2 av 2" in desk.text
    assert rows(desk)


def test_only_the_information_unit_and_the_auditors_see_it(
    world: World, colleague: Visitor, sign_in: SignIn, happened: str
) -> None:
    auditor = sign_in(world.somebody("kf-kansli", "medarbetare"))
    for path in ("", "/fil.csv", "/fil.jsonl"):
        assert colleague.get(f"{PAGE}{path}").status_code == 403
        assert auditor.get(f"{PAGE}{path}").status_code == 200
    assert PAGE in auditor.get("/").text
    assert PAGE not in colleague.get("/").text
    assert auditor.get("/forvalta").status_code == 403


def test_an_empty_record_says_so(world: World, desk: Visitor) -> None:
    assert "Inget har hänt än." in (desk.get(PAGE), desk.text)[1]
