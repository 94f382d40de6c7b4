"""The supervisor: starts, brings back, stops in order, and leaves nobody behind."""

import os
import signal
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from announcer.domain.errors import SetupError
from announcer.embedded.supervisor import Child, Supervisor
from tests.integration.embedded.house import python_child, wait_until
from tests.integration.embedded.living import (
    PROJECT,
    dead,
    living_house,
    remove,
    wait_for_the_end,
)


def shell(home: Path, name: str, script: str, **settings: object) -> Child:
    """A child that runs a shell script and is ready when it has written NAME.ready."""
    ready = home / f"{name}.ready"
    return python_child(home, name, argv=["/bin/sh", "-c", script, str(ready)], **settings)


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with Supervisor() as running:
        yield running


def test_a_child_that_ends_at_once_is_named_with_the_last_lines_of_its_log(
    home: Path, supervisor: Supervisor
) -> None:
    (home / "broken.log").write_text("a line of an earlier run\n")
    with pytest.raises(SetupError) as refusal:
        supervisor.start(shell(home, "broken", "echo no room on the disk >&2; exit 3"))
    said = str(refusal.value)
    assert said.startswith("broken slutade genast")
    assert said.endswith("no room on the disk")
    assert "earlier run" not in said


def test_a_child_that_never_gets_ready_is_given_up_and_stopped(
    home: Path, supervisor: Supervisor
) -> None:
    with pytest.raises(SetupError, match=r"slow svarar inte efter 0\.3 sekunder(.|\n)*waiting"):
        supervisor.start(
            shell(home, "slow", "echo $$ > pid; echo waiting; exec sleep 60", ready_seconds=0.3)
        )
    assert not psutil.pid_exists(int((home / "pid").read_text()))


def test_a_missing_program_is_named(home: Path, supervisor: Supervisor) -> None:
    with pytest.raises(SetupError, match="absent kan inte startas"):
        supervisor.start(python_child(home, "absent", argv=["/nonexistent/program"]))


def test_a_crashing_child_comes_back_more_and_more_slowly(
    home: Path, supervisor: Supervisor
) -> None:
    supervisor.start(shell(home, "frail", "date +%s.%N >> starts; touch $0; sleep 0.1; exit 1"))
    starts = home / "starts"

    def four() -> bool:
        supervisor.tick()
        return len(starts.read_text().splitlines()) >= 4

    wait_until(four, "a fourth start")
    times = [float(line) for line in starts.read_text().splitlines()]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[0] >= 0.5
    assert pauses[1] >= 1.0
    assert pauses[2] >= 2.0


def test_a_child_that_may_end_stays_down(home: Path, supervisor: Supervisor) -> None:
    supervisor.start(shell(home, "once", "touch $0; sleep 0.1", restart=False))
    wait_until(lambda: "once" not in supervisor.pids, "its end")
    supervisor.tick()
    time.sleep(0.6)  # longer than the first delay; nothing to wait for: nothing may happen
    supervisor.tick()
    assert supervisor.pids == {}


def test_what_a_crashed_child_left_running_is_gone_before_it_is_started_again(
    home: Path, supervisor: Supervisor
) -> None:
    supervisor.start(shell(home, "parent", "sleep 60 & echo $! > left; touch $0; wait"))
    left = psutil.Process(int((home / "left").read_text()))
    psutil.Process(supervisor.pids["parent"]).kill()
    wait_until(lambda: supervisor.tick() or dead(left), "the end of what was left")


def test_children_are_stopped_in_reverse_order(home: Path) -> None:
    script = "trap 'echo {0} >> stopped; exit 0' TERM; touch $0; while :; do sleep 0.02; done"
    with Supervisor() as supervisor:
        for name in ("database", "queue", "web"):
            supervisor.start(shell(home, name, script.format(name)))
    assert (home / "stopped").read_text().split() == ["web", "queue", "database"]


def test_a_child_deaf_to_the_stop_signal_is_killed_in_the_end(home: Path) -> None:
    with Supervisor() as supervisor:
        script = "trap '' TERM; touch $0; while :; do sleep 0.02; done"
        supervisor.start(shell(home, "deaf", script, stop_seconds=0.3))
        deaf = psutil.Process(supervisor.pids["deaf"])
        started = time.monotonic()
    assert dead(deaf)
    assert 0.3 <= time.monotonic() - started < 5


def test_a_child_inherits_no_environment(home: Path, supervisor: Supervisor) -> None:
    os.environ["DATABASE_URL"] = "secret"
    try:
        supervisor.start(shell(home, "bare", "env > environment; touch $0; exec sleep 60"))
    finally:
        del os.environ["DATABASE_URL"]
    assert "secret" not in (home / "environment").read_text()


def test_only_the_main_thread_may_start_children(home: Path, supervisor: Supervisor) -> None:
    said: list[BaseException] = []

    def start() -> None:
        try:
            supervisor.start(shell(home, "any", "touch $0; exec sleep 60"))
        except RuntimeError as error:
            said.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(said[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_a_whole_house_in_order(home: Path, number: int) -> None:
    with living_house(home) as house:
        family = house.family()
        house.process.send_signal(number)
        assert house.process.wait(timeout=20) == 0
        wait_for_the_end(family)
    assert "database system is shut down" in (home / "postgres" / "log").read_text()
    assert "ready to exit, bye bye" in (home / "valkey" / "log").read_text()


def test_a_killed_supervisor_leaves_no_process_and_can_start_again_at_once(home: Path) -> None:
    with living_house(home) as house:
        with psycopg.connect(house.urls["postgres"].replace("+psycopg", "")) as owner:
            owner.execute("CREATE TABLE news (title text)")
        family = house.family()
        worker = int((home / "forking.ready").read_text())
        assert worker in {process.pid for process in family}
        names = set()
        for process in family:
            with suppress(psutil.NoSuchProcess):  # PostgreSQL's own helpers come and go
                names.add(process.name())
        assert {"postgres", "valkey-server"} <= names
        house.process.kill()
        house.process.wait()
        with living_house(home) as again:
            wait_for_the_end(family)
            with psycopg.connect(again.urls["postgres"].replace("+psycopg", "")) as owner:
                assert owner.execute("SELECT count(*) FROM news").fetchone() == (0,)


def test_a_house_is_one_house_only(home: Path) -> None:
    with living_house(home) as house:
        second = subprocess.run(
            [sys.executable, *house.process.args[1:]], capture_output=True, text=True
        )
    assert second.returncode != 0
    assert f"används redan av process {house.process.pid}" in second.stderr


def works(urls: dict[str, object]) -> None:
    """Every server answers, in UTC and UTF-8 and with Swedish letters."""
    with psycopg.connect(str(urls["postgres"]).replace("+psycopg", "")) as owner:
        found = owner.execute(
            "SELECT lower('ÅÄÖ'), current_setting('timezone'), current_setting('server_encoding')"
        ).fetchone()
        assert found == ("åäö", "UTC", "UTF8")
    assert redis.Redis.from_url(str(urls["valkey"])).ping()
    with smtplib.SMTP("127.0.0.1", int(str(urls["mail"]))) as client:
        client.sendmail("a@kommun.example", ["b@kommun.example"], b"Subject: x\r\n\r\ny\r\n")


def test_no_locale_and_no_time_zone_of_the_starter_matters(home: Path) -> None:
    strange = {"LANG": "xx_YY", "LC_ALL": "xx_YY", "TZ": "Pacific/Chatham", "PGTZ": "Asia/Tokyo"}
    with living_house(home, **strange) as house:
        works(house.urls)


def test_a_house_in_a_long_path_works(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    with living_house(deep, XDG_RUNTIME_DIR=str(deep)) as house:
        works(house.urls)


@pytest.fixture
def python_of_nobody() -> str:
    """An interpreter that the user nobody can run with our libraries."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user; the other tests ran as one already")
    program = "import announcer.embedded.postgres, announcer.embedded.valkey, aiosmtpd.smtp"
    for python in (sys.executable, "/usr/bin/python3"):
        tried = subprocess.run(
            ["/usr/bin/env", python, "-c", program],  # env says 126 or 127 if it cannot be run
            env={"PYTHONPATH": libraries()},
            cwd="/",
            user="nobody",
            group="nogroup",
            extra_groups=[],
            capture_output=True,
        )
        if tried.returncode == 0:
            return python
    pytest.skip("the user nobody can enter neither this environment nor a system Python like it")


def libraries() -> str:
    return os.pathsep.join([str(PROJECT), str(Path(psycopg.__file__).parents[1])])


def test_an_ordinary_user_runs_it_all_in_the_requested_folder(python_of_nobody: str) -> None:
    home = Path(tempfile.mkdtemp(prefix="house-"))
    os.chown(home, 65534, 65534)
    try:
        long = home / ("r" * 90)  # too long for a socket, so that it cannot be used
        long.mkdir(mode=0o700)
        os.chown(long, 65534, 65534)
        env = {"PYTHONPATH": libraries(), "HOME": str(home), "XDG_RUNTIME_DIR": str(long)}
        with living_house(home, python=python_of_nobody, user="nobody", **env) as house:
            works(house.urls)
            assert (home / "postgres" / "cluster" / "PG_VERSION").exists()
            assert not (home / "postgres" / "cluster").is_symlink()
            family = house.family()
            assert {process.username() for process in family} == {"nobody"}
            house.process.kill()
            wait_for_the_end(family)
    finally:
        remove(home)
