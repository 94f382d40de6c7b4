"""The doctor names each fault and its remedy, and calls nothing else ill."""

import os
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import psycopg
import pytest
from click.testing import CliRunner

from announcer.cli.doctor import findings
from announcer.cli.main import cli
from announcer.embedded import postgres, valkey
from announcer.embedded.mail import free_port
from announcer.services import checkup, reviewing
from announcer.services.checkup import Mark
from announcer.services.importing import IMPORTS
from tests.doubles.hunspell import write
from tests.doubles.identity_provider import IdentityProvider
from tests.world import POLICY, SECRET, World, laid_over_hallefors


@pytest.fixture
def settings(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """The settings of a healthy installation, in the environment."""
    world.owner.execute(
        "CREATE OR REPLACE FUNCTION announcer.announcer_now() RETURNS timestamptz LANGUAGE sql"
        " VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
        " AS 'SELECT clock_timestamp()'"
    )
    with valkey.running(tmp_path / "valkey") as queue:
        named = {
            "DATABASE_URL": world.config.database_url,
            "REDIS_URL": queue.celery_url,
            "ANNOUNCER_POLICY": str(POLICY),
            "ANNOUNCER_INTRANET_URL": world.url,
            "ANNOUNCER_SECRET_KEY": SECRET,
            "ANNOUNCER_SMTP_URL": f"smtp://127.0.0.1:{world.smtp.port}?helo=test.example",
            "ANNOUNCER_SIGN_IN": "choose",
        }
        named["ANNOUNCER_DICTIONARIES"] = str(write(tmp_path, {"sv_SE": [], "en_GB": []}))
        named["PATH"] = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
        for name, value in named.items():
            monkeypatch.setenv(name, value)
        yield named


def ill(home: Path) -> dict[str, tuple[str, str]]:
    """What is not right: its name, what is said, and the remedy."""
    return {f.name: (f.said, f.remedy) for f in findings(home) if f.mark is not Mark.OK}


def test_a_healthy_installation_has_nothing(settings, tmp_path):
    assert ill(tmp_path) == {}
    done = CliRunner().invoke(cli, ["--home", str(tmp_path), "doctor"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "FAULT" not in done.output
    assert SECRET not in done.output


NOWHERE = "http://intranet.invalid"


@pytest.mark.parametrize(
    ("setting", "value", "name", "words"),
    [
        ("DATABASE_URL", "postgresql+psycopg://announcer_app:x@127.0.0.1:1/announcer", "PostgreSQL", "127.0.0.1"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "the queue", "REDIS_URL"),
        ("ANNOUNCER_SMTP_URL", "smtp://127.0.0.1:1", "the mail server", "ANNOUNCER_SMTP_URL"),
        ("ANNOUNCER_INTRANET_URL", NOWHERE, "the intranet", "intranet.invalid"),
        ("ANNOUNCER_NEWSROOM_URL", "http://127.0.0.1:1", "the newsroom", "ANNOUNCER_NEWSROOM_URL"),
    ],
)  # fmt: skip
def test_what_does_not_answer_is_named_with_its_setting(
    settings, tmp_path, monkeypatch, setting, value, name, words
):
    monkeypatch.setenv(setting, value)
    found = ill(tmp_path)
    assert words in " ".join(found.pop(name))
    if value == NOWHERE:
        found.pop("signing in")  # it is right that this is said as well
    assert found == {}


def test_a_setting_that_cannot_be_read_is_all_that_can_be_said(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("ANNOUNCER_SECRET_KEY", "short")
    assert list(ill(tmp_path)) == ["settings"]


@pytest.mark.parametrize(
    ("damage", "name", "words"),
    [
        ("ALTER TABLE announcer.step DISABLE TRIGGER gate", "the gate", "gate on announcer.step"),
        ("DROP TRIGGER publish ON announcer.delivery", "the gate", "publish on announcer.delivery"),
        ("GRANT INSERT ON newsroom.item TO announcer_app", "rights of the programs", "released items"),
        ("GRANT USAGE ON SCHEMA announcer TO announcer_newsroom", "rights of the newsroom", "announcer"),
        (
            ("CREATE OR REPLACE FUNCTION announcer.announcer_now() RETURNS timestamptz"
            " LANGUAGE sql AS 'SELECT now()'"),
            "the database's clock",
            "replaced",
        ),
        ("UPDATE announcer.alembic_version SET version_num = '9999'", "PostgreSQL", "9999"),
        ("INSERT INTO announcer.standstill (reason) VALUES ('restore')", "standstill", "--end"),
    ],
)  # fmt: skip
def test_what_is_damaged_in_the_database_is_named(settings, world, tmp_path, damage, name, words):
    world.owner.execute(damage)
    found = ill(tmp_path)
    assert words in " ".join(found.pop(name))
    assert found == {}


def test_a_database_in_which_the_newsroom_could_see_a_writer_is_found(
    settings, server, database_name, tmp_path
):
    url = server.url(postgres.SUPERUSER, database_name).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute("GRANT EXECUTE ON FUNCTION pg_relation_size(regclass, text) TO PUBLIC")
    found = ill(tmp_path)
    said, remedy = found.pop("rights of the newsroom")
    assert "pg_relation_size" in said
    assert "deploy/database.sql" in remedy
    assert found == {}


def test_the_dictionaries_that_spelling_is_checked_by_are_named(settings, tmp_path, monkeypatch):
    (said,) = [one.said for one in findings(tmp_path) if one.name == "spelling"]
    assert said == "Hunspell checks by sv_SE, en_GB; there is none for fi"

    monkeypatch.setenv("ANNOUNCER_DICTIONARIES", str(tmp_path / "nowhere"))
    said, remedy = ill(tmp_path)["spelling"]
    assert said == f"no dictionary of sv in {tmp_path / 'nowhere'}"
    assert "'hunspell-sv'" in remedy

    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    said, remedy = ill(tmp_path)["spelling"]
    assert said.startswith("Hunspell is not installed")
    assert "'hunspell'" in remedy


def test_work_that_nobody_takes_is_found(settings, world, tmp_path):
    public_id = world.decision()
    reviewing.approve(world.installation, world.communicator, public_id)
    world.owner.execute("UPDATE announcer.step SET look_at = now() - interval '10 minutes'")
    said, remedy = ill(tmp_path)["work that is due"]
    assert "has waited 60" in said
    assert "Restart" in remedy


def test_roles_that_nobody_has_are_named(settings, world, tmp_path):
    world.owner.execute("UPDATE announcer.person SET left_at = now() WHERE unit = 'info'")
    said, remedy = ill(tmp_path)["roles"]
    assert said == "nobody has: informationsenheten"
    assert "Import the staff" in remedy


def test_units_in_which_people_work_and_nobody_leads_are_named(settings, world, tmp_path):
    world.owner.execute(
        "UPDATE announcer.person SET role = 'medarbetare' WHERE unit = 'kost' AND role = 'chef'"
    )
    said, remedy = ill(tmp_path)["leaders"]
    assert said == "nobody leads: kost"
    assert "Import" in remedy
    world.owner.execute("UPDATE announcer.person SET left_at = now() WHERE unit = 'kost'")
    assert "leaders" not in ill(tmp_path), "nobody is there to be told"


BY_PHONE = """
[classes.beslut.steps.sms]
channel = "sms"
audience = "koken"
after = ["intranet"]

[audiences.koken]
title = "Köken"
reach = "staff"
workplaces = ["Fyllsta", "Centralköket"]
"""


def test_workplaces_that_a_step_would_call_and_that_have_no_phone_are_named(
    settings, world, gateway, tmp_path, monkeypatch
):
    for name, value in gateway.settings.items():
        monkeypatch.setenv(name, value)
    assert "phones" not in ill(tmp_path), "no step of this policy goes to phones"
    monkeypatch.setenv("ANNOUNCER_POLICY", str(laid_over_hallefors(tmp_path, BY_PHONE)))
    assert ill(tmp_path)["phones"][0] == "nobody carries one at: Centralköket, Fyllsta"
    rows = "workplace,phone,days,hours\nFyllsta,+46 70 174 06 07,mon-sun,00:00-24:00\n"
    IMPORTS["shifts"](world.installation, rows.encode())
    said, remedy = ill(tmp_path)["phones"]
    assert said == "nobody carries one at: Centralköket"
    assert "announcer import shifts" in remedy


def test_a_port_that_nobody_listens_on_is_no_mail_server(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("ANNOUNCER_SMTP_URL", f"smtp+starttls://127.0.0.1:{free_port()}")
    assert list(ill(tmp_path)) == ["the mail server"]


def test_a_database_with_other_clock_changes_is_found(world):
    def with_rules_of(name: str) -> ZoneInfo:
        with (Path(TZPATH[0]) / name).open("rb") as rules:
            return ZoneInfo.from_file(rules, key="Europe/Stockholm")

    with world.installation.database.reading() as session:
        same = checkup._time_zone(session, with_rules_of("Europe/Berlin"))
        other = checkup._time_zone(session, with_rules_of("Africa/Lagos"))  # no summer time
    assert same.mark is Mark.OK
    assert other.mark is Mark.FAULT
    assert "Europe/Stockholm" in other.said
    assert "tzdata" in other.remedy


def test_the_identity_provider_is_asked_who_it_is(settings, tmp_path, monkeypatch, world):
    with IdentityProvider(lambda: world.now().timestamp()) as provider:
        for name, value in provider.settings().items():
            monkeypatch.setenv(name, value)
        ((name, (said, _)),) = ill(tmp_path).items()
        assert (name, "preferred_username" in said) == ("who somebody is", True)
        monkeypatch.setenv("ANNOUNCER_OIDC_PERSON_CLAIM", "employeeid")
        assert ill(tmp_path) == {}
        for wrong, words in (
            ({"issuer": "https://login.example"}, "it calls itself 'https://login.example'"),
            ({"token_endpoint": "http://login.example"}, "its token_endpoint is"),
        ):
            provider.rules.metadata = wrong
            ((name, (said, remedy)),) = ill(tmp_path).items()
            assert name == "signing in"
            assert words in said
            assert "ANNOUNCER_OIDC_ISSUER" in remedy
        provider.rules.status = 404
        assert "/.well-known/openid-configuration answers 404" in ill(tmp_path)["signing in"][0]
