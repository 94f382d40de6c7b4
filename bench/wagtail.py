"""(h) What colleagues read beside Wagtail, which many organisations have, and a bare Jinja page.

Wagtail is installed from PyPI into a folder of its own beside our data, once; nothing of ours knows it.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import lxml.html

from announcer.embedded.death import die_with_parent
from announcer.embedded.mail import free_port
from bench import load
from bench.estate import ROOT, Estate, running, wait_until
from bench.load import Client, Order
from bench.table import Line, median, ratio
from bench.web import bare, published

SITE = ROOT / "bench" / "wagtail_site"
PROGRAMS = ROOT / "var" / "wagtail"
#: As many as the front page lists.
NEWS = 30


def measure(*, quick: bool) -> list[Line]:
    """The lines of this part; ours and the others take turns, so that noise meets all."""
    rounds, seconds = (3, 0.3) if quick else (9, 0.7)
    install()
    with running() as estate, load.client() as client, wagtail() as port:
        shown = published(estate, 5 if quick else NEWS)
        reader = estate.chief_of("bibliotek").directory_id
        signed_in = {"Cookie": cookie(estate, reader)}
        return [
            line
            for what, path, theirs in (
                ("front page", "/", "/"),
                ("article", f"/nyheter/{shown}", "/n0/"),
            )
            for line in _measured(
                client,
                what,
                Order(estate.port, path, signed_in, 200, seconds),
                Order(port, theirs, {}, 200, seconds),
                rounds,
            )
        ]


def _measured(client: Client, what: str, ours: Order, theirs: Order, rounds: int) -> Iterator[Line]:
    page = httpx.get(f"http://127.0.0.1:{ours.port}{ours.path}", headers=ours.headers)
    with bare("intranet", page.content, client.ask(ours)) as port:
        floor = Order(port, "/page", {}, 200, ours.seconds)
        orders = (ours, theirs, floor)
        for one in orders:
            client.ask(one)  # a first time, which does not count
        turns = [[client.ask(one).rate for one in orders] for _ in range(rounds)]
    mine, wagtail_s, jinja = (median(list(rates)) for rates in zip(*turns, strict=True))
    what = f"intranet, signed in: {what}"
    yield Line("h", what, "requests/s", mine, "Wagtail's", wagtail_s, ratio(least=5))
    yield Line("h", what, "requests/s", mine, "bare Jinja page, same size", jinja, ratio(least=0.8))


def cookie(estate: Estate, name: str) -> str:
    """The session of a colleague who has signed in, by how the directory calls them."""
    with httpx.Client(base_url=f"http://127.0.0.1:{estate.port}", trust_env=False) as browser:
        page = lxml.html.fromstring(browser.get(f"/logga-in?sok={name}").text)
        button = page.xpath(f"//button[contains(., '{name}')]")[0]
        (form,) = button.iterancestors("form")
        fields = {**dict(form.form_values()), button.get("name"): button.get("value")}
        browser.post(form.get("action") or "/logga-in", data=fields)
        assert browser.get("/").status_code == 200, "nobody is signed in"
        return "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)


def install() -> None:
    """Wagtail in a folder of its own, of exactly the files whose hashes we know."""
    wanted = SITE / "requirements.txt"
    done = PROGRAMS / "installed.txt"
    if done.exists() and done.read_bytes() == wanted.read_bytes():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(PROGRAMS)], check=True)
    pip = str(PROGRAMS / "bin" / "pip")
    asked = subprocess.run(
        [pip, "install", "--quiet", "--require-hashes", "--requirement", str(wanted)], check=False
    )
    if asked.returncode:
        sys.exit("Part h needs Wagtail from PyPI, which cannot be reached: name the other parts.")
    done.write_bytes(wanted.read_bytes())


@contextmanager
def wagtail() -> Iterator[int]:
    """Wagtail with an index and its news under gunicorn, two processes of four threads; its port."""
    with tempfile.TemporaryDirectory(prefix="announcer-wagtail-") as folder:
        env = {**os.environ, "BENCH_SITE": str(Path(folder, "site.db")), "PYTHONPATH": str(SITE)}
        programs = PROGRAMS / "bin"
        subprocess.run(
            [str(programs / "python"), "fill.py", str(NEWS)], check=True, env=env, cwd=SITE
        )
        port = free_port()
        child = subprocess.Popen(
            [
                *(str(programs / "gunicorn"), "--workers", "2", "--threads", "4"),
                *("--bind", f"127.0.0.1:{port}", "--log-level", "error", "serve:app"),
            ],
            env=env,
            cwd=SITE,
            preexec_fn=die_with_parent,
        )
        try:
            wait_until("Wagtail is up", lambda: _answers(port))
            yield port
        finally:
            child.terminate()
            child.wait(30)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 200
    except httpx.TransportError:  # not yet
        return False
