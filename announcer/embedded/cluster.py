"""PostgreSQL's data folder: made whole or not at all, and never mistaken for another."""

import os
import pwd
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

from announcer.domain.errors import N_, SetupError
from announcer.embedded.binaries import state_folder
from announcer.embedded.death import die_with_parent
from announcer.embedded.folders import ServerFolder, short_hash

#: The whole environment of the programs: no locale and no time zone of whoever starts them.
ENV = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

#: From here on C.UTF-8 is built in and the same on every system (release notes of version 17).
FIRST_WITH_BUILTIN_LOCALE = 17


def data_elsewhere(folder: Path) -> Path:
    """Where root keeps the data of the installation folder ``folder``."""
    return state_folder() / f"data-{short_hash(folder.resolve())}"


class Cluster:
    """The data folder of one :class:`ServerFolder`, owned by the account that runs PostgreSQL.

    ``data`` is where it lies, if neither there nor where root keeps it.
    """

    def __init__(
        self,
        folder: ServerFolder,
        programs: Path,
        account: pwd.struct_passwd,
        data: Path | None = None,
    ) -> None:
        self._folder = folder
        self._programs = programs
        self._account = account
        self._data = data
        self._link = folder.path / "cluster"
        self._foreign = account.pw_uid != os.geteuid()

    @property
    def path(self) -> Path:
        """Where the data really is."""
        return self._link.resolve()

    def prepare(self, password: str, *, durable: bool) -> None:
        """Make the data folder if there is none, with ``password`` for the superuser.

        Raises SetupError if the data is gone, is another installation's or of another version.
        """
        if self._data or self._foreign:
            target = self._data or data_elsewhere(self._folder.path)
            self._prepare_elsewhere(target, password, durable)
        elif not self._link.exists():
            self._make(self._link, password, durable)
        self._check_version()

    def _prepare_elsewhere(self, target: Path, password: str, durable: bool) -> None:
        """The data in ``target``, as root where another user may enter; here a link to it.

        The link is written as ``cluster.new`` before the data is made and renamed after it, so
        that a start cut short is carried on, while lost data is never replaced by an empty
        database.
        """
        beginning = self._link.with_name("cluster.new")
        if self._link.is_symlink():
            if not self._link.exists():
                raise SetupError(
                    N_("Databasen i {path} är borta: återställ den, eller ta bort {link}.").format(
                        path=self._link.readlink(), link=self._link
                    )
                )
            return
        if not beginning.is_symlink():
            if target.exists():
                raise SetupError(
                    N_(
                        "{path} är kvar från en installation som inte längre finns i {home}: "
                        "ta bort den för att börja om."
                    ).format(path=target, home=self._folder.path)
                )
            beginning.symlink_to(target)
        if not target.exists():
            self._make(target, password, durable)
        beginning.replace(self._link)

    def _make(self, target: Path, password: str, durable: bool) -> None:
        unfinished = target.with_name(target.name + ".new")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700)
        # Read by initdb as its own user, so it lies in the folder that is this user's alone.
        password_file = self._folder.sockets / "password"
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        for path in (unfinished, password_file):
            os.chown(path, self._account.pw_uid, self._account.pw_gid)
        try:
            self._initdb(unfinished, password_file, durable)
        finally:
            password_file.unlink()
        unfinished.rename(target)

    def _initdb(self, folder: Path, password_file: Path, durable: bool) -> None:
        made = subprocess.run(
            [
                str(self._programs / "initdb"),
                *("--pgdata", str(folder), "--pwfile", str(password_file)),
                *("--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8"),
                *self._locale(),
                *([] if durable else ["--no-sync"]),
            ],
            env=ENV,
            cwd=folder,
            capture_output=True,
            text=True,
            user=self._account.pw_uid if self._foreign else None,
            group=self._account.pw_gid if self._foreign else None,
            extra_groups=[] if self._foreign else None,
            preexec_fn=partial(die_with_parent, parent=os.getpid()),
        )
        if made.returncode != 0:
            raise SetupError(
                N_("Databasen i {path} kan inte skapas:\n{tail}").format(
                    path=folder, tail="\n".join(made.stderr.splitlines()[-5:])
                )
            )

    def _locale(self) -> list[str]:
        if self._program_version() < FIRST_WITH_BUILTIN_LOCALE:
            return ["--locale=C.UTF-8"]
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

    def _program_version(self) -> int:
        program = [str(self._programs / "postgres"), "--version"]
        said = subprocess.run(program, env=ENV, capture_output=True, text=True, check=True).stdout
        found = re.search(r"\) (\d+)", said)
        if found is None:
            raise SetupError(N_("{path} är inte PostgreSQL.").format(path=program[0]))
        return int(found[1])

    def _check_version(self) -> None:
        of_data = (self.path / "PG_VERSION").read_text().strip()
        of_program = str(self._program_version())
        if of_data != of_program:
            raise SetupError(
                N_(
                    "{path} är skriven av PostgreSQL {data}, men här finns {program}: läs ut den "
                    "med pg_dump från version {data} och in i en ny."
                ).format(path=self.path, data=of_data, program=of_program)
            )
