"""The embedded Valkey: reachable by us alone, and still knowing what it was told."""

import os
from pathlib import Path

import psutil
import pytest
import redis

from announcer.domain.errors import SetupError
from announcer.embedded.supervisor import Supervisor
from announcer.embedded.valkey import EmbeddedValkey, running


def test_what_was_queued_is_there_after_a_kill_and_a_restart(home: Path) -> None:
    with EmbeddedValkey(home / "valkey") as server, Supervisor() as supervisor:
        supervisor.start(server.child())
        redis.Redis.from_url(server.url).lpush("celery", "42")
        psutil.Process(supervisor.pids["Valkey"]).kill()
    with running(home / "valkey") as server:
        assert redis.Redis.from_url(server.url).lrange("celery", 0, -1) == [b"42"]


def test_it_listens_on_a_private_socket_only_and_forgets_nothing_when_full(home: Path) -> None:
    with running(home / "valkey") as server:
        said = redis.Redis.from_url(server.url).config_get("*")
        mode = server.socket.stat().st_mode & 0o777
        above = server.socket.parent.stat()
    assert (said["port"], said["maxmemory-policy"]) == ("0", "noeviction")
    assert (said["appendonly"], said["appendfsync"]) == ("yes", "everysec")
    assert (mode, above.st_mode & 0o777, above.st_uid) == (0o600, 0o700, os.geteuid())


def test_celery_reaches_it_at_its_address(home: Path) -> None:
    kombu = pytest.importorskip("kombu")
    with running(home / "valkey") as server, kombu.Connection(server.celery_url) as connection:
        queue = connection.SimpleQueue("ids")
        queue.put({"id": 7})
        assert queue.get(timeout=5).payload == {"id": 7}
        queue.close()


def test_a_second_start_on_the_folder_is_refused_in_one_sentence(home: Path) -> None:
    with (
        running(home / "valkey"),
        pytest.raises(SetupError, match=f"används redan av process {os.getpid()}"),
    ):
        EmbeddedValkey(home / "valkey").open()
