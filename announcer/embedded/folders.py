"""A server's own folder: locked by one supervisor, with its secrets and its private sockets."""

import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from announcer.domain.errors import N_, SetupError

#: A unix socket's whole path has 104 to 108 bytes (unix(7)); the socket's own name needs the rest.
LONGEST_SOCKET_FOLDER = 80
#: Seconds to wait for the servers of a supervisor that was killed to let go.
LET_GO_SECONDS = 10.0


def short_hash(path: Path) -> str:
    """Twelve hexadecimal digits that stand for a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def private_folder(path: Path, owner: int) -> None:
    """Make a folder of mode 700 for the user id ``owner``, or accept one that is just that.

    Raises SetupError if the name is taken by a link, by another user or by an open folder: in a
    folder where everybody may write, somebody may have been there first.
    """
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        private = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
        if not private or found.st_uid not in {owner, os.geteuid()}:
            raise SetupError(
                N_("{path} finns redan och är inte en mapp som bara är vår: ta bort den.").format(
                    path=path
                )
            ) from None
    if path.lstat().st_uid != owner:
        os.chown(path, owner, -1, follow_symlinks=False)


class ServerFolder:
    """The folder of one server. Nothing above it is ever changed."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.lock = -1
        self._made_sockets: Path | None = None

    def open(self) -> None:
        """Make the folder if needed and lock it.

        ``lock`` is then a file descriptor to pass on to the server: the folder stays locked as
        long as either of the two lives. Raises SetupError if it is another's or in use.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.path.stat().st_uid != os.geteuid():
            raise SetupError(
                N_("{path} ägs av en annan användare: starta som den användaren.").format(
                    path=self.path
                )
            )
        self.lock = _lock(self.path)

    def close(self) -> None:
        """Remove the socket folder and let go of the lock. Call when the server has stopped."""
        if self.lock < 0:
            return
        if self._made_sockets:
            shutil.rmtree(self._made_sockets)
        os.close(self.lock)
        self.lock = -1

    @property
    def sockets(self) -> Path:
        """Where the sockets are, as :meth:`make_sockets` wrote it down."""
        return Path(self.read("sockets"))

    def make_sockets(self, owner: int) -> Path:
        """Make the short private folder for sockets, owned by the user id ``owner``."""
        folder = next(_socket_folders(self.path))
        private_folder(folder, owner)
        self._made_sockets = folder
        # Written down because another process, with another environment, may ask for it.
        write_private(self.path / "sockets", str(folder))
        return folder

    def make_secret(self, name: str) -> None:
        """Make a random password, if there is none yet."""
        if not (self.path / name).exists():
            write_private(self.path / name, secrets.token_urlsafe(24))

    def read(self, name: str) -> str:
        """What a file in the folder says. Raises SetupError before the first start."""
        try:
            return (self.path / name).read_text()
        except FileNotFoundError:
            raise SetupError(
                N_("{path} saknas: starta de inbyggda servrarna en gång först.").format(
                    path=self.path / name
                )
            ) from None


def _socket_folders(path: Path) -> Iterator[Path]:
    name = f"announcer-{short_hash(path)}"
    runtime = Path("/run") if os.geteuid() == 0 else Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    if _is_ours(runtime) and len(os.fsencode(runtime / name)) <= LONGEST_SOCKET_FOLDER:
        yield runtime / name
    # Not $TMPDIR, which may be long; what stands in our way there is refused.
    yield Path("/tmp") / f"announcer-{os.geteuid()}-{short_hash(path)}"  # noqa: S108


def _is_ours(folder: Path) -> bool:
    return (
        folder.is_absolute()
        and folder.is_dir()
        and folder.stat().st_uid == os.geteuid()
        and os.access(folder, os.W_OK | os.X_OK)
    )


def _lock(folder: Path) -> int:
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LET_GO_SECONDS
    while not _try_lock(lock):
        holder = os.pread(lock, 20, 0).decode() or "?"
        if _lives(holder) or time.monotonic() > deadline:
            os.close(lock)
            raise SetupError(
                N_("{path} används redan av process {pid}: stoppa den först.").format(
                    path=folder, pid=holder
                )
            )
        time.sleep(0.01)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(pid: str) -> bool:
    if not pid.isdecimal():
        return True  # it holds the lock and has not yet written its number
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
