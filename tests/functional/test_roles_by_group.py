"""A role that comes from a group of the identity provider, and goes with it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from announcer.domain.toml_file import read_toml
from announcer.services import approvers, erasing, signing_in, standing_in
from tests.doubles.identity_provider import IdentityProvider
from tests.functional.by_account import is_signed_in, provider
from tests.functional.visitor import Visitor
from tests.world import World, laid_over_hallefors

__all__ = ["provider"]  # a fixture, by its import

BY_GROUP = """
information_unit = ["informationsenheten", "redaktionen"]
[roles.redaktionen]
title = "Redaktionen"
group = "app-announcer-redaktion"
"""


@pytest.fixture
def by_group(world: World, tmp_path: Path, provider: IdentityProvider) -> World:
    """Where one of the policy's roles is a group of the provider's."""
    table = read_toml(laid_over_hallefors(tmp_path, BY_GROUP))
    world.installation = replace(world.installation, policy_table=table, _policies={})
    world.settings()
    provider.person = world.chief.directory_id
    return world


def enter(world: World, provider: IdentityProvider, groups: object) -> Visitor:
    provider.rules.claims = {"groups": groups}
    visitor = Visitor(world.url)
    visitor.get("/logga-in/konto")
    assert is_signed_in(visitor)
    return visitor


@pytest.mark.parametrize("form", [["other", "app-announcer-redaktion"], "app-announcer-redaktion"])
def test_a_role_may_come_from_a_group_and_goes_with_it(
    by_group: World, provider: IdentityProvider, form: object
) -> None:
    outsider = enter(by_group, provider, ["other"])
    assert outsider.ask("GET", "/bevakning").status_code == 403
    insider = enter(by_group, provider, form)
    assert insider.ask("GET", "/bevakning").status_code == 200
    assert by_group.person(by_group.chief.directory_id).groups == ("app-announcer-redaktion",)
    assert "De i gruppen app-announcer-redaktion." in " ".join(insider.get("/policy").text.split())
    outsider.get("/mina")
    assert "Din enhet eller roll i personalkatalogen har ändrats." in outsider.text
    for groups in (["other"], None, 7, [{"id": "x"}]):
        later = enter(by_group, provider, groups)
        assert later.ask("GET", "/bevakning").status_code == 403
        assert by_group.person(by_group.chief.directory_id).groups == ()
        assert not is_signed_in(insider)
        insider = enter(by_group, provider, form)


def test_whoever_has_a_role_by_group_fills_its_seat_is_lent_with_it_and_erased_with_it(
    by_group: World, provider: IdentityProvider
) -> None:
    installation = by_group.installation
    policy, role = installation.policy, installation.policy.roles["redaktionen"]

    def holders() -> list[str]:
        with installation.database.reading() as session:
            return [row.directory_id for row in session.scalars(approvers.holding(role, ""))]

    def vacant() -> list[str]:
        with installation.database.reading() as session:
            return approvers.vacant_roles(session, policy)

    assert (holders(), "redaktionen" in vacant()) == ([], True)
    enter(by_group, provider, ["app-announcer-redaktion"])
    chief = by_group.chief.directory_id
    assert (holders(), "redaktionen" in vacant()) == ([chief], False)

    colleague = by_group.somebody("bibliotek", "medarbetare")
    assert not policy.has_role(colleague, ("redaktionen",), "")
    tomorrow = by_group.now() + timedelta(days=1)
    standing_in.appoint(
        installation, by_group.person(chief), colleague.directory_id, chief, tomorrow
    )
    lent = by_group.person(colleague.directory_id)
    assert policy.has_role(lent, ("redaktionen",), "")
    link = signing_in.make_link(installation, colleague.directory_id)
    visitor = Visitor(by_group.url)
    visitor.get(f"/logga-in/{link.key}")
    visitor.press("Logga in som")
    assert visitor.ask("GET", "/bevakning").status_code == 200, "asked in the one question"

    erasing.erase_person(installation, by_group.communicator, chief)
    rows = by_group.owner.execute("SELECT count(*) FROM announcer.person WHERE groups <> '{}'")
    assert rows.fetchone() == (0,)


def test_groups_that_the_policy_does_not_name_are_not_stored(
    by_group: World, provider: IdentityProvider
) -> None:
    enter(by_group, provider, ["app-announcer-redaktion", "sjukskrivna"])
    stored = by_group.owner.execute("SELECT string_agg(p::text, '') FROM announcer.person p")
    assert "sjukskrivna" not in str(stored.fetchone())
