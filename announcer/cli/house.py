"""Everything on one machine: embedded servers and our own processes under one supervisor."""

import os
import secrets
import sys
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import announcer
from announcer.cli.context import ENVIRONMENT_FILE
from announcer.config import OPTIONAL, given, of_channels
from announcer.embedded.aside import aside
from announcer.embedded.child import Child
from announcer.embedded.folders import private_folder, write_private
from announcer.embedded.mail import EmbeddedMail
from announcer.embedded.postgres import EmbeddedPostgres
from announcer.embedded.supervisor import Supervisor
from announcer.embedded.valkey import EmbeddedValkey
from announcer.lean import OnFirstUse

if TYPE_CHECKING:
    from announcer.db import migrating, schema
else:  # used aside: the supervisor lives on and needs none of it
    migrating, schema = OnFirstUse("announcer.db.migrating"), OnFirstUse("announcer.db.schema")

#: Seconds for a process of ours to start on a slow machine.
READY_SECONDS = 60.0


class House:
    """A running installation in the folder ``home``.

    Each server is embedded unless its setting names another one. Our own processes get the app
    role's credentials and nothing of the owner's.
    """

    def __init__(
        self, home: Path, policy: Path, port: int, newsroom_port: int, environ: Mapping[str, str]
    ) -> None:
        self.home = home
        self.port = port
        self.newsroom_port = newsroom_port
        self.policy = policy.absolute()
        self.environ = environ
        self.supervisor = Supervisor()
        self.mail: EmbeddedMail | None = None
        self.environment: dict[str, str] = {}
        #: The newsroom's whole environment; nothing of the other house is in it.
        self.public: dict[str, str] = {}
        self.patient = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.supervisor.stop()
        (self.home / ENVIRONMENT_FILE).unlink(missing_ok=True)

    def start(self, *, patient: bool = True) -> None:
        """Start servers, migrate, start our processes. Raises `SetupError` naming what failed.

        With ``patient`` off it returns as soon as the database is there: a mail server or an
        intranet that is not up yet is a delay like any other, and is tried again.
        """
        self.patient = patient
        private_folder(self.home, os.geteuid())
        self.environment = {
            **self._database(),
            **self._queue(),
            **self._mail(),
            **of_channels(self.environ),
            "ANNOUNCER_DICTIONARIES": given(self.environ, "ANNOUNCER_DICTIONARIES")
            or OPTIONAL["ANNOUNCER_DICTIONARIES"],
            "ANNOUNCER_POLICY": str(self.policy),
            "ANNOUNCER_INTRANET_URL": given(self.environ, "ANNOUNCER_INTRANET_URL")
            or f"http://127.0.0.1:{self.port}",
            "ANNOUNCER_SECRET_KEY": self._secret(),
            "ANNOUNCER_SIGN_IN": given(self.environ, "ANNOUNCER_SIGN_IN") or "choose",
            "ANNOUNCER_NEWSROOM_URL": given(self.environ, "ANNOUNCER_NEWSROOM_URL")
            or f"http://127.0.0.1:{self.newsroom_port}",
        }
        self.public |= {
            name: self.environment[name] for name in ("ANNOUNCER_POLICY", "ANNOUNCER_NEWSROOM_URL")
        }
        lines = "".join(f"{name}={value}\n" for name, value in self.environment.items())
        write_private(self.home / ENVIRONMENT_FILE, lines)
        for child in self._own():
            self._start(child)

    def _start(self, child: Child) -> None:
        self.supervisor.start(child if self.patient else replace(child, ready=_at_once))

    def _database(self) -> Mapping[str, str]:
        if url := given(self.environ, "DATABASE_URL"):
            aside(lambda: schema.refuse_unknown(url))
            if newsroom := given(self.environ, "NEWSROOM_DATABASE_URL"):
                self.public["NEWSROOM_DATABASE_URL"] = newsroom
            return {"DATABASE_URL": url}
        postgres = EmbeddedPostgres(self.home / "postgres")
        self.supervisor.start(postgres.child())
        aside(lambda: migrating.upgrade(postgres.owner_url))
        self.public["NEWSROOM_DATABASE_URL"] = postgres.newsroom_url
        return {"DATABASE_URL": postgres.app_url}

    def _queue(self) -> Mapping[str, str]:
        if url := given(self.environ, "REDIS_URL"):
            return {"REDIS_URL": url}
        valkey = EmbeddedValkey(self.home / "valkey")
        self.supervisor.start(valkey.child())
        return {"REDIS_URL": valkey.celery_url}

    def _mail(self) -> Mapping[str, str]:
        if url := given(self.environ, "ANNOUNCER_SMTP_URL"):
            return {"ANNOUNCER_SMTP_URL": url}
        self.mail = EmbeddedMail(self.home / "mail")
        self._start(self.mail.child())
        return {"ANNOUNCER_SMTP_URL": f"smtp://{self.mail.host}:{self.mail.port}"}

    def _secret(self) -> str:
        if found := given(self.environ, "ANNOUNCER_SECRET_KEY"):
            return found
        file = self.home / "secret-key"
        if not file.exists():
            write_private(file, secrets.token_urlsafe(48))
        return file.read_text(encoding="utf-8")

    def _own(self) -> list[Child]:
        celery = ("-m", "celery", "-A", "workers.app", "worker", "--loglevel=WARNING", "-E")
        lean = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        own = [
            self._child("dispatcher", "-m", "workers.dispatcher"),
            self._child(
                "urgent worker", *celery[:-1], *lean, "-Q", "urgent", "-c", "2", "-n", "urgent@%h"
            ),
            self._child("worker", *celery[:-1], *lean, "-Q", "bulk", "-c", "2", "-n", "bulk@%h"),
            self._child(
                "intranet",
                *("-m", "gunicorn", "--config", "python:web.intranet.gunicorn"),
                *("--bind", f"127.0.0.1:{self.port}", "web.inside:app"),
                ready=partial(_answers, self.port),
            ),
        ]
        return [*own, self._newsroom()] if "NEWSROOM_DATABASE_URL" in self.public else own

    def _newsroom(self) -> Child:
        child = self._child(
            "newsroom",
            *("-m", "gunicorn", "--config", "python:web.newsroom.gunicorn"),
            *("--bind", f"127.0.0.1:{self.newsroom_port}", "web.newsroom.wsgi:app"),
            ready=partial(_answers, self.newsroom_port),
        )
        inherited = {name: child.env[name] for name in child.env.keys() - self.environment.keys()}
        return replace(child, env={**inherited, **self.public})

    def _child(self, name: str, *arguments: str, ready: Callable[[], bool] | None = None) -> Child:
        root = Path(next(iter(announcer.__path__))).parent
        return Child(
            name=name,
            argv=[sys.executable, *arguments],
            env={
                "PATH": os.defpath,
                "PYTHONPATH": str(root),
                "PYTHONUTF8": "1",
                "PYTHONUNBUFFERED": "1",
                "LC_ALL": "C.UTF-8",
                "TZ": "UTC",
                "HOME": str(self.home),
                **self.environment,
            },
            cwd=self.home,
            log=self.home / "log" / f"{name.replace(' ', '-')}.log",
            ready=ready or _at_once,
            ready_seconds=READY_SECONDS,
        )


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # not up yet, or it answers with an error that its log explains
        return False


def _at_once() -> bool:
    return True
