"""Audiences in order: whom each step tells, who reads the page, and nobody twice."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from announcer.domain.audience import Reader
from announcer.domain.errors import NotAllowed, NotFound, Refusal
from announcer.people import lookup
from announcer.services import erasing, holding, reading
from announcer.services.importing import import_group, import_staff
from tests.doubles.recording_smtp import Message, Rules
from tests.integration.promise.way import approve, read, staff_of, to_the_press
from tests.public_house import PublicHouse
from tests.world import EXAMPLES, World, laid_over_hallefors

POLICY = """
[audiences.chefer]
title = "Chefer"
reach = "staff"
positions = ["chef"]
[audiences.finska]
title = "Finskspråkiga på Fyllsta"
reach = "staff"
workplaces = ["Fyllsta"]
languages = ["fi"]
[audiences.egna]
title = "Den berörda enheten"
reach = "staff"
units = ["own"]
[audiences.forvaltningen]
title = "Förvaltningens chefer"
reach = "staff"
units = ["below"]
positions = ["chef"]
[audiences.fortroendevalda]
title = "Förtroendevalda"
reach = "group"
[audiences.anhoriga]
title = "Anhöriga"
reach = "told"
[audiences.allmanheten]
title = "Allmänheten"
reach = "public"

[classes.beslut.steps.chefer]
channel = "email"
audience = "chefer"
after = ["intranet"]
when = "audience"
[classes.beslut.steps.epost]
window = { duration = "1 h" }
[classes.beslut.steps.anhoriga]
channel = "meeting"
audience = "anhoriga"
when = "audience"
before_intranet = true
ticked_by = ["enhetschef"]
[classes.beslut.steps.intranet]
after = ["anhoriga"]
[classes.beslut.steps.valda]
channel = "email"
audience = "fortroendevalda"
when = "audience"
after = ["epost"]
[classes.beslut.steps.nyhetsrum]
audience = "allmanheten"
"""
ELECTED = (EXAMPLES / "organisation" / "fortroendevalda.csv").read_bytes()


@pytest.fixture
def world(make_world: Callable[..., World], tmp_path: Path) -> World:
    """Hällefors with audiences of its own."""
    return make_world(policy=laid_over_hallefors(tmp_path, POLICY))


def decided(world: World, *audience: str) -> str:
    names = ", ".join(f'"{name}"' for name in audience)
    return approve(world, world.decision(audience=f"[{names}]"))


def mailed(world: World, where: str) -> set[str]:
    """The addresses of those for whom an SQL condition holds, by the directory."""
    rows = world.owner.execute(
        "SELECT lower(email) FROM announcer.person"
        f" WHERE email IS NOT NULL AND left_at IS NULL AND {where}"
    ).fetchall()
    assert rows
    return {address for (address,) in rows}


def reads(world: World, public_id: str, directory_id: str) -> bool:
    """Whether somebody is given the page, as text and in the feed, at the intranet's address."""
    with httpx.Client(base_url=world.url) as client:
        page = client.get("/logga-in").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        client.post("/logga-in", data={"csrf_token": token, "person": directory_id})
        status = client.get(f"/nyheter/{public_id}").status_code
        assert status in (200, 404)
        assert (public_id in client.get("/").text) is (status == 200)
        assert (public_id in client.get("/floden/alla.atom").text) is (status == 200)
        return status == 200


def whoever(world: World, where: str) -> str:
    row = world.owner.execute(
        f"SELECT directory_id FROM announcer.person WHERE {where} ORDER BY directory_id LIMIT 1"
    ).fetchone()
    assert row is not None
    return str(row[0])


# Nobody twice -------------------------------------------------------------------------------


def test_who_is_in_two_steps_audiences_gets_one_mail_at_the_earlier_time(world: World):
    decided(world, "alla", "chefer")
    world.settle()
    chiefs = mailed(world, "role = 'chef'")
    assert Counter(world.staff_mail()) == dict.fromkeys(chiefs, 1)
    world.advance(hours=1, minutes=1)
    world.settle()
    assert Counter(world.staff_mail()) == dict.fromkeys(staff_of(world), 1)


def test_steps_that_begin_together_share_their_recipients_too(
    make_world: Callable[..., World], tmp_path: Path
):
    together = POLICY.replace('[classes.beslut.steps.epost]\nwindow = { duration = "1 h" }\n', "")
    passed: list[str] = []
    world = make_world(policy=laid_over_hallefors(tmp_path, together), point=passed.append)
    public_id = decided(world, "alla", "chefer")
    world.settle()
    begun = passed.count("begin step: after commit")
    asked = "the page; what is not urgent is asked by itself; all of the staff at once; those after"
    assert begun == 4, asked
    assert Counter(world.staff_mail()) == dict.fromkeys(staff_of(world), 1)
    assert world.step(public_id, "email").state == "settled"


def test_who_has_it_deferred_in_the_first_step_is_not_in_the_second(world: World):
    chief = sorted(mailed(world, "role = 'chef'"))[0]
    world.smtp.rules = Rules(replies={chief: "450 4.2.1 Busy"})
    decided(world, "alla", "chefer")
    world.settle()
    world.advance(hours=1, minutes=1)
    world.settle()
    world.smtp.rules = Rules()
    world.advance(hours=6)
    world.settle()
    assert Counter(world.staff_mail()) == dict.fromkeys(staff_of(world), 1)


def test_who_is_staff_and_elected_gets_it_once(world: World):
    colleague = sorted(staff_of(world, "bibliotek"))[0]
    import_group(
        world.installation,
        "fortroendevalda",
        f"office,email,language\nLedamot,{colleague.upper()},sv\n".encode(),
    )
    public_id = decided(world, "bibliotek", "fortroendevalda")
    world.settle()
    world.advance(hours=2)
    world.settle()
    assert Counter(world.staff_mail()) == dict.fromkeys(staff_of(world, "bibliotek"), 1)
    assert {s.key: s.state for s in world.status(public_id).steps}["valda"] == "settled"


# Whom a selection reaches, and who reads ----------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "where"),
    [
        ("chefer", "role = 'chef'"),
        ("finska", "workplace = 'Fyllsta' AND language = 'fi'"),
        ("egna", "unit = 'bildning'"),
        (
            "forvaltningen",
            (
                "role = 'chef' AND unit IN (SELECT code FROM announcer.unit"
                " WHERE 'bildning' IN (code, parent))"
            ),
        ),
    ],
)
def test_a_selection_is_mailed_and_reads_and_nobody_else(world: World, audience: str, where: str):
    public_id = decided(world, audience)
    world.settle()
    assert world.step(public_id, "intranet").confirmed_at, "read back as one of them"
    world.advance(hours=2)
    world.settle()
    assert Counter(world.staff_mail()) == dict.fromkeys(mailed(world, where), 1)
    assert reads(world, public_id, whoever(world, f"{where} AND left_at IS NULL"))
    assert not reads(world, public_id, whoever(world, f"NOT ({where}) AND unit <> 'bildning'"))
    assert reads(world, public_id, whoever(world, "unit = 'bildning' AND role <> 'chef'"))


def test_directory_and_rule_agree_on_everybody(world: World):
    policy = world.installation.policy
    with world.installation.database.reading() as session:
        units = lookup.load_units(session)
        for name, selection in policy.staff.items():
            for own in ("bildning", "valfard"):
                chosen = {
                    row.directory_id
                    for row in session.scalars(lookup.staff_in(policy, units, (name,), own))
                }
                admitted = {
                    person.directory_id
                    for person in lookup.directory(session)
                    if selection.admits(reading.reader_of(person), own, units)
                }
                assert chosen == admitted
                assert chosen, name


def test_who_is_sent_a_mail_by_a_step_of_their_own_can_read_what_it_leads_to(world: World):
    public_id = decided(world, "bibliotek", "chefer")
    world.settle()
    elsewhere = "unit NOT IN ('bibliotek', 'bildning') AND role"
    assert reads(world, public_id, whoever(world, f"{elsewhere} = 'chef'"))
    assert not reads(world, public_id, whoever(world, f"{elsewhere} <> 'chef'"))


def test_who_is_no_manager_any_more_reads_managers_pages_no_longer(world: World):
    public_id = decided(world, "chefer")
    world.settle()
    person = whoever(world, "role = 'chef' AND unit = 'kost'")
    assert reads(world, public_id, person)
    staff = (EXAMPLES / "organisation" / "staff.csv").read_text(encoding="utf-8")
    import_staff(
        world.installation,
        "\n".join(
            row.replace(",chef,", ",medarbetare,") if row.startswith(f"{person},") else row
            for row in staff.splitlines()
        ).encode(),
    )
    assert not reads(world, public_id, person)


def test_a_feed_key_reads_with_its_owners_rights_and_no_others(world: World):
    public_id = decided(world, "chefer")
    world.settle()
    for where, found in (("role = 'chef'", True), ("role <> 'chef'", False)):
        person = world.person(whoever(world, f"{where} AND unit = 'kost'"))
        key = reading.create_feed_token(world.installation, person)
        for _ in range(2):  # made, and then at hand
            feed = httpx.get(f"{world.url}/floden/{key}/alla.atom")
            assert feed.status_code == 200
            assert (public_id in feed.text) is found, where


def test_a_page_for_some_is_no_page_for_a_reader_of_nothing(world: World):
    public_id = decided(world, "chefer")
    world.settle()
    with world.installation.database.reading() as session, pytest.raises(NotFound):
        reading.page(session, world.installation, Reader(), public_id)


# Groups -------------------------------------------------------------------------------------


def elected(world: World) -> list[Message]:
    return [m for m in world.smtp.messages if m.recipients[0].endswith("@politiker.example")]


def test_a_group_is_mailed_after_the_staff_with_the_whole_text_and_no_address_inside(
    world: World,
):
    import_group(world.installation, "fortroendevalda", ELECTED)
    public_id = decided(world, "bibliotek", "fortroendevalda")
    world.settle()
    assert elected(world) == [], "staff have not had it"
    world.advance(hours=1, minutes=1)
    world.settle()
    assert sorted(r for m in elected(world) for r in m.recipients) == [
        "bn.ledamot1@politiker.example",
        "bn.ledamot2@politiker.example",
        "kf.ordforande@politiker.example",
        "ks.ordforande@politiker.example",
    ]
    assert Counter(world.staff_mail()) == dict.fromkeys(staff_of(world, "bibliotek"), 1)
    (message,) = elected(world)
    body = read(message).get_body(("plain",))
    assert body is not None
    assert "Det här händer nu." in body.get_content()
    assert world.url not in message.content.decode()
    assert message.at > max(m.at for m in world.smtp.messages if m not in elected(world))
    assert world.step(public_id, "press").state == "waiting"


def test_a_group_gets_nothing_while_the_page_is_not_confirmed(world: World):
    import_group(world.installation, "fortroendevalda", ELECTED)
    world.liar = lambda _: lambda _environ, start: (start("503 No", []), [b""])[1]
    decided(world, "bibliotek", "fortroendevalda")
    for _ in range(5):
        world.settle()
        world.advance(hours=1)
    assert world.smtp.messages == []


def test_who_leaves_the_list_is_told_nothing_more(world: World):
    import_group(world.installation, "fortroendevalda", ELECTED)
    fewer = b"\n".join(ELECTED.splitlines()[:2]) + b"\n"
    result = import_group(world.installation, "fortroendevalda", fewer)
    assert (result.kept, result.left) == (1, 3)
    faulty = import_group(
        world.installation, "fortroendevalda", b"office,email,language\n,x@x.example,sv\n"
    )
    assert (faulty.kept, faulty.left) == (0, 0)
    decided(world, "bibliotek", "fortroendevalda")
    world.settle()
    world.advance(hours=2)
    world.settle()
    assert [r for m in elected(world) for r in m.recipients] == ["kf.ordforande@politiker.example"]


def test_whoever_is_erased_is_in_no_group(world: World):
    import_group(world.installation, "fortroendevalda", ELECTED)
    address = "KF.ordforande@politiker.example"
    with pytest.raises(NotAllowed):
        erasing.erase_group_member(world.installation, world.chief, address)
    erasing.erase_group_member(world.installation, world.communicator, address)
    with pytest.raises(NotFound):
        erasing.erase_group_member(world.installation, world.communicator, address)
    decided(world, "bibliotek", "fortroendevalda")
    world.settle()
    world.advance(hours=2)
    world.settle()
    assert len([r for m in elected(world) for r in m.recipients]) == 3


def test_an_audience_that_nobody_is_in_is_noticed(world: World):
    def nobody_in() -> list[str]:
        with world.installation.database.reading() as session:
            return lookup.empty_audiences(session, world.installation.policy)

    assert nobody_in() == ["fortroendevalda"]
    import_group(world.installation, "fortroendevalda", ELECTED)
    assert nobody_in() == []
    staff = (EXAMPLES / "organisation" / "staff.csv").read_text(encoding="utf-8")
    import_staff(world.installation, staff.replace(",chef,", ",medarbetare,").encode())
    assert set(nobody_in()) == {"chefer", "krisledningen"}


def test_only_what_the_policy_calls_a_group_is_imported(world: World):
    for name in ("chefer", "press", "nobody"):
        with pytest.raises(Refusal, match="Den har: fortroendevalda"):
            import_group(world.installation, name, ELECTED)


def test_a_group_alone_cannot_be_told(world: World):
    with pytest.raises(Refusal, match="Ingen i organisationen får veta"):
        world.decision(audience='["fortroendevalda"]')
    with pytest.raises(Refusal, match="går aldrig till Förtroendevalda"):
        world.submit(
            '+++\nclass = "information"\nunit = "bildning"\ntitle = "X"\nsummary = "Y"\n'
            'audience = ["alla", "fortroendevalda"]\ncontact = "Z"\n+++\nText.\n'
        )


# Told in person, and the public -------------------------------------------------------------


def test_relatives_are_told_by_a_person_before_anything_is_written(world: World):
    public_id = decided(world, "bibliotek", "anhoriga")
    world.settle()
    assert world.step(public_id, "meeting").can_tick
    assert world.smtp.messages == []
    holding.tick(world.installation, world.chief, public_id, "anhoriga", "ringde alla")
    world.settle()
    assert world.step(public_id, "intranet").confirmed_at
    assert world.press_mail() == []


def test_the_public_reads_the_web_when_the_press_gets_its_mail(world: World, newsroom: PublicHouse):
    public_id = decided(world, "bibliotek")
    world.settle()
    world.advance(hours=2)
    world.settle()
    assert httpx.get(f"{newsroom.url}/nyheter/{public_id}").status_code == 404
    to_the_press(world, public_id)
    assert httpx.get(f"{newsroom.url}/nyheter/{public_id}").status_code == 200
    assert world.press_mail()
