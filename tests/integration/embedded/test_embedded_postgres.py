"""The embedded PostgreSQL: what it keeps, whom it lets do what, and when it refuses to start."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from announcer.domain.errors import SetupError
from announcer.embedded.postgres import EmbeddedPostgres, running
from tests.integration.embedded.living import remove

DEBIANS = Path("/usr/lib/postgresql/15/bin")
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps the data elsewhere")


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    folder = tmp_path_factory.mktemp("postgres")
    with running(folder / "data") as postgres:
        yield postgres
    remove(folder)


def test_what_was_written_is_there_after_a_warm_restart(home: Path) -> None:
    with running(home / "pg", durable=True) as server, connect(server.owner_url) as owner:
        assert owner.execute("SHOW fsync").fetchone() == ("on",)
        owner.execute("CREATE TABLE news AS SELECT 'Äldreboendet i Grythyttan öppnar' AS title")
    with running(home / "pg", durable=True) as server, connect(server.owner_url) as owner:
        row = owner.execute("SELECT title FROM news").fetchone()
    assert row == ("Äldreboendet i Grythyttan öppnar",)


def test_the_app_role_owns_nothing_and_can_make_nothing(server: EmbeddedPostgres) -> None:
    with connect(server.app_url) as app:
        for statement in (
            "CREATE TEMP TABLE step (id int)",
            "CREATE TABLE step (id int)",
            "CREATE SCHEMA mine",
            "CREATE ROLE mine",
            "CREATE DATABASE mine",
            "SET ROLE announcer_owner",
            "COPY (SELECT 1) TO PROGRAM 'true'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)


def test_the_owner_can_migrate_but_is_no_superuser(server: EmbeddedPostgres) -> None:
    with connect(server.owner_url) as owner:
        owner.execute("CREATE SCHEMA released")
        owner.execute("DROP SCHEMA released")
        for statement in ("CREATE ROLE mine", "CREATE DATABASE mine", "SET log_statement = 'all'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(statement)


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_the_roles_reach_no_other_database(server: EmbeddedPostgres, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(server.url("announcer_app", database))


def test_a_wrong_password_is_refused_even_on_the_socket(server: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(re.sub(r":[^:@]+@", ":wrong@", server.owner_url))


def test_it_listens_on_no_network(server: EmbeddedPostgres) -> None:
    with connect(server.superuser_url) as superuser:
        assert superuser.execute("SHOW listen_addresses").fetchone() == ("",)


def test_passwords_and_sockets_are_for_the_owner_alone(server: EmbeddedPostgres) -> None:
    folder = server._folder
    for name in ("postgres", "announcer_owner", "announcer_app"):
        assert (folder.path / name).stat().st_mode & 0o777 == 0o600
    assert folder.sockets.stat().st_mode & 0o777 == 0o700


def test_another_database_has_the_same_rights_and_can_be_dropped(server: EmbeddedPostgres) -> None:
    server.create_database("second")
    server.create_database("second")
    with connect(server.url("announcer_owner", "second")) as owner:
        owner.execute("CREATE TABLE news (id int)")
    with (
        connect(server.url("announcer_app", "second")) as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("CREATE TEMP TABLE news (id int)")
    server.drop_database("second")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        connect(server.url("announcer_owner", "second"))


def test_no_text_of_a_failed_statement_reaches_the_log(server: EmbeddedPostgres) -> None:
    with connect(server.owner_url) as owner:
        owner.execute("CREATE TABLE draft (title text PRIMARY KEY)")
        for _ in range(2):
            try:
                owner.execute("INSERT INTO draft VALUES ('Skolan stängs')")
            except psycopg.errors.UniqueViolation:
                continue
    log = (server._folder.path / "log").read_text()
    assert "duplicate key" in log
    assert "Skolan" not in log


def test_a_second_start_on_the_folder_is_refused_in_one_sentence(server: EmbeddedPostgres) -> None:
    path = server._folder.path
    with pytest.raises(SetupError) as refusal:
        EmbeddedPostgres(path).open()
    sentence = f"{path} används redan av process {os.getpid()}: stoppa den först."
    assert str(refusal.value) == sentence


def test_a_path_longer_than_a_socket_may_have_works(home: Path) -> None:
    deep = home / ("långt-namn-" * 8) / ("o" * 60)
    assert len(str(deep)) > 120
    with running(deep) as server, connect(server.app_url) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)


def test_nothing_above_the_folder_is_changed(home: Path) -> None:
    before = [(p, p.stat().st_mode, p.stat().st_uid) for p in (home, *home.parents)]
    with running(home / "pg"):
        pass
    assert before == [(p, p.stat().st_mode, p.stat().st_uid) for p in (home, *home.parents)]


def test_a_socket_folder_that_somebody_else_laid_out_is_refused(home: Path) -> None:
    with running(home / "pg") as server:
        sockets = server._folder.sockets
    assert not sockets.exists()
    elsewhere = home / "trap"
    elsewhere.mkdir()
    sockets.symlink_to(elsewhere)
    try:
        with pytest.raises(SetupError, match=re.escape(str(sockets))):
            EmbeddedPostgres(home / "pg").open()
        sockets.unlink()
        sockets.mkdir(mode=0o755)
        with pytest.raises(SetupError, match=re.escape(str(sockets))):
            EmbeddedPostgres(home / "pg").open()
        assert list(elsewhere.iterdir()) == []
    finally:
        sockets.rmdir() if not sockets.is_symlink() else sockets.unlink()


@root_only
def test_lost_data_is_never_replaced_by_an_empty_database(home: Path) -> None:
    with running(home / "pg"):
        pass
    shutil.rmtree((home / "pg" / "cluster").readlink())
    with pytest.raises(SetupError, match="är borta"):
        EmbeddedPostgres(home / "pg").open()


@root_only
def test_data_of_a_removed_installation_is_not_taken_over(home: Path) -> None:
    with running(home / "pg"):
        pass
    cluster = (home / "pg" / "cluster").readlink()
    shutil.rmtree(home / "pg")
    try:
        with pytest.raises(SetupError, match=re.escape(str(cluster))):
            EmbeddedPostgres(home / "pg").open()
    finally:
        shutil.rmtree(cluster)


def test_a_first_start_that_was_cut_short_is_carried_on(home: Path) -> None:
    with EmbeddedPostgres(home / "pg") as server:
        cluster = server._cluster.path
    # What a kill in the middle of initdb leaves.
    cluster.rename(cluster.with_name(cluster.name + ".new"))
    (cluster.with_name(cluster.name + ".new") / "PG_VERSION").unlink()
    if (home / "pg" / "cluster").is_symlink():
        (home / "pg" / "cluster").rename(home / "pg" / "cluster.new")
    with running(home / "pg") as again, connect(again.app_url) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.skipif(not DEBIANS.exists(), reason="needs Debian's PostgreSQL 15")
def test_the_one_on_path_serves_but_never_on_data_of_another_version(home: Path) -> None:
    with running(home / "pg", programs=DEBIANS) as server, connect(server.app_url) as app:
        assert app.execute("SELECT lower('ÅÄÖ')").fetchone() == ("åäö",)
        assert app.info.server_version // 10000 == 15
    with pytest.raises(SetupError, match="PostgreSQL 15"):
        EmbeddedPostgres(home / "pg").open()


@root_only
def test_two_who_copy_the_programs_at_once_both_get_them_whole(home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from announcer.embedded import binaries;"
        "binaries.STATE = Path(sys.argv[1]); print(binaries.postgres_programs())"
    )
    copying = [
        subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    folders = {process.communicate()[0].strip() for process in copying}
    assert len(folders) == 1
    said = subprocess.check_output([Path(folders.pop(), "postgres"), "--version"], text=True)
    assert said.startswith("postgres (PostgreSQL)")
    assert list(home.glob(".copying-*")) == []
