"""Who is in an audience of the staff, and what a policy may say of audiences."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from announcer.domain.audience import Reader, Selection, concerns, may_read, reader_in
from announcer.domain.content_faults import faults_of
from announcer.domain.errors import PolicyError, Refusal
from announcer.domain.policy import Policy
from announcer.domain.schedule import make_plan
from tests.unit.domain.example_policy import UNITS, content, local, policy_with

CHIEFS = {"title": "Chefer", "reach": "staff", "positions": ["chef"]}
ELECTED = {"title": "Förtroendevalda", "reach": "group"}
RELATIVES = {"title": "Anhöriga", "reach": "told"}
PUBLIC = {"title": "Allmänheten", "reach": "public"}
EVERYBODY = Selection()

words = st.lists(st.sampled_from(["", "a", "b", "ks", "bildning"]), max_size=2).map(tuple)
selections = st.builds(
    Selection,
    units=st.lists(st.sampled_from(["ks", "bildning", "own", "below"]), max_size=2).map(tuple),
    workplaces=words,
    positions=words,
    languages=words,
)
readers = st.builds(
    Reader,
    unit=st.sampled_from(["ks", "bildning", "valfard", ""]),
    workplace=st.sampled_from(["a", "b"]),
    position=st.sampled_from(["a", "b"]),
    language=st.sampled_from(["a", "b"]),
)


@pytest.mark.parametrize(
    ("selection", "reader", "admitted"),
    [
        (Selection(), Reader(), True),
        (Selection(positions=("chef",)), Reader("kost", position="chef"), True),
        (Selection(positions=("chef",)), Reader("kost", position="medarbetare"), False),
        (Selection(units=("own",)), Reader("bildning"), True),
        (Selection(units=("own",)), Reader("ks"), False),
        (Selection(units=("ks",)), Reader("bildning"), True),
        (Selection(units=("own", "valfard")), Reader("valfard"), True),
        (Selection(workplaces=("Fyllsta",)), Reader("ks", "Fyllsta"), True),
        (Selection(languages=("fi",)), Reader("ks", language="sv"), False),
        (Selection(units=("bildning",), positions=("chef",)), Reader("bildning", position="chef"), True),
        (Selection(units=("bildning",), positions=("chef",)), Reader("kost", position="chef"), False),
        (Selection(units=("bildning",), positions=("chef",)), Reader("bildning"), False),
    ],
)  # fmt: skip
def test_whom_every_list_fits_is_in_it(selection, reader, admitted):
    assert selection.admits(reader, "bildning", UNITS) is admitted


def test_own_is_the_unit_alone_and_below_is_everything_under_it():
    own, below = Selection(units=("own",)), Selection(units=("below",))
    assert own.units_of("ks", UNITS) == {"ks"}
    assert below.units_of("ks", UNITS) == set(UNITS.by_code)


LISTS = ("units", "workplaces", "positions", "languages")


@given(selections, readers)
def test_a_list_of_words_never_lets_more_people_in(selection, reader):
    words = {name: getattr(selection, name) for name in LISTS}
    for name in LISTS:
        without = Selection(**(words | {name: ()}))
        assert selection.admits(reader, "ks", UNITS) <= without.admits(reader, "ks", UNITS)


@given(selections, readers, st.sampled_from(["ks", "bildning", "valfard"]))
def test_a_page_is_read_by_its_audience_and_by_the_unit_that_wrote_it(selection, reader, author):
    staff = {"some": selection}
    expected = selection.admits(reader, author, UNITS) or reader.unit == author
    assert may_read(reader, ("some",), author, UNITS, staff) is expected
    assert may_read(reader, ("gone",), author, UNITS, staff) is (reader.unit == author)


@given(selections)
def test_the_read_back_reads_as_one_of_them(selection):
    staff = {"some": selection}
    reader = reader_in(("some",), "bildning", UNITS, staff)
    assert may_read(reader, ("some",), "bildning", UNITS, staff)
    if reader.unit:
        assert concerns(reader.unit, ("some",), "bildning", UNITS, staff)


def test_the_read_back_reads_with_the_narrowest_rights():
    staff = {"alla": EVERYBODY, "chefer": Selection(positions=("chef",))}
    assert reader_in(("alla", "chefer"), "ks", UNITS, staff) == Reader(position="chef")
    assert reader_in(("alla", "kost"), "ks", UNITS, staff) == Reader("kost")
    assert reader_in(("alla",), "ks", UNITS, staff) == Reader()


# What a policy may say ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"audiences/x": {"title": "X", "reach": "staff"}},
            "audiences.x.reach: everybody would be in it.",
        ),
        (
            {"audiences/x": {"title": "X", "reach": "press", "units": ["ks"]}},
            "audiences.x.units: only reach = 'staff' can be narrowed.",
        ),
        (
            {"audiences/x": CHIEFS | {"languages": ["Svenska"]}},
            "audiences.x.languages.0:",
        ),
        (
            {"audiences/x": ELECTED, "classes/beslut/steps/affisch/audience": "x"},
            "classes.beslut.steps.affisch.channel: 'poster' does not get to 'x'",
        ),
        (
            {"audiences/x": ELECTED, "classes/beslut/steps/intranet/audience": "x"},
            "classes.beslut.steps.intranet.channel: 'intranet' does not get to 'x'",
        ),
        (
            {"audiences/x": RELATIVES, "classes/beslut/steps/epost/audience": "x"},
            "classes.beslut.steps.epost.channel: 'email' does not get to 'x'",
        ),
        (
            {"audiences/x": PUBLIC, "classes/beslut/steps/press/audience": "x"},
            "classes.beslut.steps.press.channel: 'press' does not get to 'x'",
        ),
        (
            {"audiences/x": PUBLIC, "classes/beslut/steps/epost/audience": "x"},
            "classes.beslut.steps.epost.channel: 'email' is an inside channel",
        ),
        (
            {"audiences/x": ELECTED, "classes/bara min enhet/steps/epost/audience": "x"},
            "classes.bara min enhet.steps.epost.approval:",
        ),
        (
            {
                "audiences/x": ELECTED,
                "classes/beslut/steps/valda": {
                    "channel": "email", "audience": "x", "before_intranet": True
                },
            },
            "classes.beslut.steps.valda.before_intranet: only a meeting",
        ),
        (
            {
                "audiences/x": ELECTED,
                "classes/beslut/steps/valda": {"channel": "email", "audience": "x"},
            },
            "classes.beslut.steps.valda.after: this could go out before the intranet page",
        ),
    ],
)  # fmt: skip
def test_what_does_not_get_there_is_refused_with_key_and_fix(changes, fault):
    with pytest.raises(PolicyError) as refused:
        policy_with(changes)
    assert any(
        line.startswith(f"policies/broken.toml: {fault}")
        for line in str(refused.value).splitlines()
    )


def told() -> Policy:
    """Managers at once, then everybody; elected members after them; relatives in person."""
    return policy_with(
        {
            "audiences/chefer": CHIEFS,
            "audiences/valda": ELECTED,
            "audiences/anhoriga": RELATIVES,
            "audiences/allmanhet": PUBLIC,
            "classes/beslut/steps/chefer": {
                "channel": "email", "audience": "chefer", "after": ["intranet"]
            },
            "classes/beslut/steps/valda": {
                "channel": "email", "audience": "valda", "when": "audience", "after": ["epost"]
            },
            "classes/beslut/steps/anhoriga": {
                "channel": "meeting", "audience": "anhoriga", "when": "audience",
                "before_intranet": True, "ticked_by": ["chef"],
            },
            "classes/beslut/steps/nyhetsrum/audience": "allmanhet",
        }
    )  # fmt: skip


def audiences(policy: Policy, *named: str) -> dict[str, tuple[str, ...]]:
    plan = make_plan(policy, content(audience=named))
    return {step.key: step.audience for step in plan}


def test_a_step_without_an_audience_is_for_the_staff_that_the_writer_names():
    plan = audiences(told(), "bildning", "valda", "anhoriga")
    assert plan["epost"] == plan["affisch"] == ("bildning",)
    assert plan["valda"] == ("valda",)
    assert plan["anhoriga"] == ("anhoriga",)
    assert plan["nyhetsrum"] == ("allmanhet",)


def test_the_page_is_for_every_colleague_whom_a_step_tells():
    assert set(audiences(told(), "bildning", "valda")["intranet"]) == {"bildning", "chefer"}


def test_whom_nobody_of_the_staff_is_among_cannot_be_told_alone():
    for name in ("valda", "anhoriga", "press", "allmanhet"):
        (fault,) = faults_of(content(audience=(name,)), told(), UNITS, local("2026-12-08 10:00"))
        assert "Ingen i organisationen får veta." in fault.say(str)


def test_who_is_not_staff_is_named_only_where_the_class_has_a_step_for_them():
    for name in ("valda", "anhoriga", "allmanhet"):
        with pytest.raises(Refusal, match="går aldrig till"):
            make_plan(told(), content("information", audience=("alla", name)))
    for named in product(("alla", "chefer"), ("valda", "anhoriga")):
        assert make_plan(told(), content(audience=named))
    assert make_plan(told(), content("information", audience=("chefer",)))
