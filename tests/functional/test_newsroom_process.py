"""The newsroom as a process of its own: three settings, one database role, nothing else running."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.functional.newsroom_way import out, out_with_files
from tests.public_visitor import Reader
from tests.world import POLICY, ROOT, World


def settings(database_url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "NEWSROOM_DATABASE_URL": database_url,
        "ANNOUNCER_POLICY": str(POLICY),
        "ANNOUNCER_NEWSROOM_URL": "https://nyheter.hallefors.example",
    }


@contextmanager
def gunicorn(environ: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    arguments = ("--config", "python:web.newsroom.gunicorn", "--bind", bind)
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *arguments, "web.newsroom.wsgi:app"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process, f"http://{bind}"
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def wait_until_it_answers(process: subprocess.Popen[str], url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the newsroom did not start")


def test_it_needs_its_own_three_settings_and_logs_no_reader(
    world: World, newsroom_url: str
) -> None:
    public_id = out(world)
    world.installation.database.dispose()  # neither intranet nor worker nor queue is there
    with gunicorn(settings(newsroom_url)) as (process, url):
        wait_until_it_answers(process, url)
        reader = Reader(url, **{"User-Agent": "en-viss-redaktion"})
        for _ in range(5):
            assert "Biblioteket öppnar klockan 9" in reader.text(f"/nyheter/{public_id}")
        assert reader.get("/nyheter/okant").status_code == 404
        assert reader.get("/healthz").headers.get("set-cookie") is None
    written = process.communicate()[0]
    for secret in (public_id, "okant", "en-viss-redaktion", "GET", "/nyheter"):
        assert secret not in written


def test_it_serves_pages_files_search_and_feeds_with_all_that_its_role_may(
    world: World, newsroom_url: str
) -> None:
    public_id = out_with_files(world)
    with gunicorn(settings(newsroom_url)) as (process, url):
        wait_until_it_answers(process, url)
        reader = Reader(url)
        for path in ("/", "/sok?q=bussen", f"/nyheter/{public_id}"):
            assert "Klockarskolan" in reader.text(path), path
        found = reader.crawl()
    assert {answer.status for answer in found.values() if answer.status >= 500} == set()
    types = {
        dict(answer.headers).get("content-type", "").partition(";")[0] for answer in found.values()
    }
    assert types >= {
        *("text/html", "image/svg+xml", "application/pdf"),
        *("application/rss+xml", "application/atom+xml", "application/feed+json"),
    }


def test_it_refuses_a_setting_of_the_other_house(world: World, newsroom_url: str) -> None:
    for name in ("DATABASE_URL", "ANNOUNCER_SECRET_KEY", "REDIS_URL_FILE"):
        with gunicorn({**settings(newsroom_url), name: "x"}) as (process, _url):
            written = process.communicate(timeout=60)[0]
        assert process.returncode != 0
        assert f"{name.removesuffix('_FILE')}: the newsroom must not have this setting" in written
