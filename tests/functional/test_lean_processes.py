"""Who imports what, and what is shared: a dozen processes on a small machine.

No megabytes and no seconds: a process that does not import something does not hold it, and one that
forks with nothing connected can be shared.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from announcer.cli.main import MODULES, cli
from announcer.embedded import postgres
from announcer.embedded.postgres import EmbeddedPostgres
from tests.world import POLICY, ROOT, SECRET

#: What only migrations need.
MIGRATING = {"alembic", "mako"}
#: What draws in a terminal.
TERMINAL = {"rich", "pygments"}
#: What reads and draws texts, pictures and documents.
DRAWING = {"typst", "segno", "fontTools", "pikepdf", "PIL", "feedgen"}
WEB = {"flask", "werkzeug", "jinja2", "gunicorn", "apiflask", "marshmallow", "flask_limiter"}
QUEUE = {"celery", "kombu", "redis"}
#: All countries of the world; one is reckoned with, and not by everybody.
COUNTRIES = {"holidays.countries"}
STORE = {"sqlalchemy", "announcer.db.models"}

#: What each process starts with, and what of the above must not be in it.
LEAN = {
    "announcer.cli.running": STORE | MIGRATING | TERMINAL | DRAWING | WEB | QUEUE | COUNTRIES
    | {"pydantic", "httpx", "babel", "markdown_it", "aiosmtpd"},
    "announcer.embedded.mail": STORE | MIGRATING | TERMINAL | DRAWING | WEB | QUEUE | COUNTRIES,
    "workers.dispatcher": MIGRATING | TERMINAL | DRAWING | WEB | COUNTRIES | {"httpx"},
    "workers.tasks": MIGRATING | TERMINAL | WEB | COUNTRIES,
    "web.inside": MIGRATING | TERMINAL | COUNTRIES | {"celery", "kombu", "aiosmtpd"},
    "web.newsroom.wsgi": MIGRATING | TERMINAL | QUEUE | COUNTRIES | {"typst", "fontTools", "pikepdf", "PIL"}
    | {"httpx", "apiflask", "announcer.channels.email", "announcer.services.delivering"},
}  # fmt: skip


def settings(server: EmbeddedPostgres, database: str) -> dict[str, str]:
    """Of all processes; the queue and the mail server do not answer, and nobody asks them."""
    return {
        "DATABASE_URL": server.url(postgres.APP, database),
        "REDIS_URL": "redis://localhost:1/0",
        "ANNOUNCER_POLICY": str(POLICY),
        "ANNOUNCER_INTRANET_URL": "http://127.0.0.1:1",
        "ANNOUNCER_SECRET_KEY": SECRET,
        "ANNOUNCER_SMTP_URL": "smtp://127.0.0.1:1?helo=test.example",
    }


def outside(server: EmbeddedPostgres, database: str) -> dict[str, str]:
    """Of the newsroom."""
    return {
        "NEWSROOM_DATABASE_URL": server.url(postgres.NEWSROOM, database),
        "ANNOUNCER_POLICY": str(POLICY),
        "ANNOUNCER_NEWSROOM_URL": "https://nyheter.hallefors.example",
    }


def said_by(program: str, environ: Mapping[str, str] | None = None) -> object:
    """What a fresh Python prints last, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **(environ or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


IMPORTED = "import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"


@pytest.mark.parametrize("module", LEAN)
def test_a_process_does_not_import_what_others_need(module: str) -> None:
    found = said_by(IMPORTED.format(module=module))
    assert isinstance(found, list)
    assert module in found
    assert not LEAN[module] & set(found)


def test_a_dispatcher_that_is_wired_has_still_nothing_to_draw_with(
    server: EmbeddedPostgres, database_name: str
) -> None:
    program = (
        "import json, sys; from workers.dispatcher import installation, round_;"
        "round_(installation()); print(json.dumps(sorted(sys.modules)))"
    )
    found = said_by(program, settings(server, database_name))
    assert isinstance(found, list)
    assert "announcer.channels.poster" in found
    assert not (DRAWING | WEB | COUNTRIES) & set(found)


#: Makes the application as gunicorn does before it forks, and looks at what is open then.
FORKING = """
import gc, json, os, importlib
from {house}.gunicorn import preload_app, when_ready
application = importlib.import_module("{module}").app
when_ready(None)
links = [os.readlink(f"/proc/self/fd/{{fd}}") for fd in os.listdir("/proc/self/fd")
         if os.path.exists(f"/proc/self/fd/{{fd}}")]
print(json.dumps([preload_app, callable(application), gc.get_freeze_count() > 10_000,
                  [link for link in links if link.startswith("socket:")]]))
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what is open")


@linux
@pytest.mark.parametrize(
    ("house", "module", "environ"),
    [
        ("web.intranet", "web.inside", settings),
        ("web.intranet", "web.intranet.wsgi", settings),
        ("web.newsroom", "web.newsroom.wsgi", outside),
    ],
)
def test_web_workers_share_an_application_that_has_nothing_connected(
    house, module, environ, server: EmbeddedPostgres, database_name: str
) -> None:
    program = FORKING.format(house=house, module=module)
    assert said_by(program, environ(server, database_name)) == [True, True, True, []]


#: Celery's own signals, in the order in which a worker sends them.
POOL = """
import gc, json, os, sys
from celery.signals import worker_before_create_process, worker_init, worker_process_init
import workers.app, workers.tasks
worker_init.send(None)
worker_before_create_process.send(None)
links = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
         if os.path.exists(f"/proc/self/fd/{fd}")]
before = set(sys.modules)
from announcer.bootstrap import install
from announcer.config import Config
install(Config.read(os.environ))
print(json.dumps([gc.get_freeze_count() > 10_000, [l for l in links if l.startswith("socket:")],
                  sorted(m for m in set(sys.modules) - before if "." not in m),
                  sorted({"typst", "segno", "fontTools", "httpx", "holidays"} - before)]))
"""


@linux
def test_the_pool_is_forked_with_all_that_it_will_need(
    server: EmbeddedPostgres, database_name: str
) -> None:
    frozen, sockets, late, missing = said_by(POOL, settings(server, database_name))
    assert frozen
    assert sockets == []
    assert missing == []
    assert not {"httpx", "lxml", "typst", "holidays", "sqlalchemy"} & set(late)


def test_one_country_is_reckoned_with_without_the_others() -> None:
    program = (
        "import json, sys; from announcer.domain.calendar import public_holidays;"
        "days = public_holidays('SE', 2026);"
        "print(json.dumps([len(days), [m for m in sys.modules if 'holidays.countries' in m]]))"
    )
    days, countries = said_by(program)
    assert days > 10
    assert countries == ["holidays.countries.sweden"]


def test_every_command_is_in_the_module_that_is_named_for_it() -> None:
    from importlib import import_module

    there = {
        command.name: module
        for module in set(MODULES.values())
        for command in import_module(f"announcer.cli.{module}").COMMANDS
    }
    assert there == MODULES
    assert cli.list_commands(None) == sorted(there)
