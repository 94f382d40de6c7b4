"""Every address of the intranet and everybody who may come to it: the table below is the whole truth.

Each tries each. Whoever is let in gets an answer to what was asked, be it that it is not the time; whoever is not is sent to the
sign-in, told who may, or told that there is no such thing, and nothing else.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from announcer.domain.audience import Person
from announcer.domain.declaring import Declaration
from announcer.services import (
    boards,
    calling,
    declaring,
    drafting,
    proofreading,
    reader_token,
    reading,
    records,
    reviewing,
    signing_in,
    standing_in,
    workplace_codes,
)
from announcer.services.importing import import_boards
from announcer.services.installation import Installation
from tests.doubles.recording_smtp import RecordingSmtp
from tests.functional.newsroom_way import with_files
from tests.functional.visitor import Visitor
from tests.integration.promise.way import policy_of
from tests.public_house import PublicHouse
from tests.world import SECRET, World
from web.intranet.app import create_app

#: Who comes. "author" wrote both texts, "approver" leads that unit, "manager" another one; "desk" is the
#: information unit; a phone has its workplace's code, "key" a feed key and "token" a reader's token.
STAFF = ("colleague", "author", "approver", "manager", "desk", "crisis", "administrator", "auditor")
PEOPLE = ("stranger", *STAFF, "phone", "key", "token")
GROUPS = {"everybody": PEOPLE, "staff": STAFF, "nobody": ()}

#: Method, address, with what, and for whom. "out" is a text that is out, "draft" one in review. Where
#: the example has no such thing as the address asks for, "nobody" is let in: it does not exist.
TABLE = """
# The way in
GET  /healthz                                                        : everybody
GET  /readyz                                                         : everybody
GET  /metrics                                                        : nobody
GET  /tema.css                                                       : everybody
GET  /logotyp.svg                                                    : everybody
GET  /typsnitt/<face>.<any(woff, ttf):kind>                          : nobody
GET  /utseende/<path:filename>                                       : everybody
GET  /bootstrap/utseende/<path:filename>                             : nobody
GET  /delar/<version>/<name>.<any(js, css):ending>                   : nobody
GET  /tillganglighet                                                 : everybody
GET  /storstil                                                       : everybody
GET  /.well-known/security.txt                                       : everybody
GET  /logga-in                                                       : everybody
POST /logga-in                                                       : nobody
GET  /logga-in/<key>                                                 : everybody
POST /logga-in/<key>                                                 : everybody
GET  /logga-in/konto                                                 : nobody
GET  /logga-in/svar                                                  : nobody
GET  /logga-in/ut                                                    : nobody
POST /logga-in/utloggad                                              : nobody
POST /logga-ut                                                       : everybody
GET  /arbetsplats                                                    : everybody
POST /arbetsplats                                                    : everybody
GET  /tavla/<code>                                                   : everybody
POST /tavla/<code>                                                   : everybody
# Reading
GET  /                                                               : staff phone
GET  /arbetsplats/nyheter                                            : staff phone
GET  /nyheter                                                        : staff phone
GET  /sok                                                            : staff phone
GET  /nyheter/<out>                                                  : staff phone token
GET  /nyheter/<out>/affisch.pdf                                      : staff phone token
GET  /nyheter/<out>/bilagor/<name>                                   : staff phone token
GET  /overlamning                                                    : staff phone
GET  /overlamning/overlamning.pdf                                    : manager phone
GET  /overlamning/<name>/overlamning.pdf                             : phone
GET  /floden                                                         : staff
GET  /floden/<name>.<any(rss, atom, json):format_>                   : staff token
GET  /floden/<key>/<name>.<any(rss, atom, json):format_>             : everybody
POST /floden/nyckel                                                  : staff
POST /sprak                                     sprak=fi             : staff
POST /floden/nyckel/bort                                             : staff
# Writing and approving
GET  /skriv                                                          : staff
POST /skriv                                     klass=information    : staff
POST /skriv/visa                                klass=information    : staff
GET  /mina                                                           : staff
POST /utkast                                    klass=information    : staff
GET  /utkast/nyckel                                                  : staff
GET  /utkast/<begun>/lasare                                          : author
POST /utkast/<begun>/lasare                     vem=x                : author
POST /utkast/<begun>/lasare/<asked>/bort                             : author
GET  /las/<asked>                                                    : colleague
POST /las/<asked>/kommentarer                   innehall=x           : colleague
POST /las/<asked>/klar                                               : colleague
POST /utkast/<begun>/bort                                            : staff
GET  /godkann                                                        : staff
GET  /godkann/<draft>                                                : author approver desk
GET  /godkann/<draft>/bilagor/<name>                                 : author approver desk
POST /godkann/<draft>                           innehall=x           : approver desk
POST /godkann/<draft>/tillbaka                  varfor=x             : approver desk
POST /godkann/<draft>/angra                                          : author approver desk auditor
POST /godkann/<draft>/kommentarer               innehall=x           : author approver desk
POST /godkann/<draft>/kommentarer/<comment>/klar                     : author approver desk
# Following, correcting, withdrawing
GET  /meddelanden/<out>                                              : author approver desk auditor
GET  /meddelanden/<out>/versioner                                    : author approver desk
GET  /meddelanden/<out>/ratta                                        : author approver desk
POST /meddelanden/<out>/ratta                                        : author approver desk
POST /meddelanden/<out>/ratta/angra                                  : author approver desk
POST /meddelanden/<out>/moten/<step>                                 : author approver desk auditor
POST /meddelanden/<out>/handelser                                    : author approver desk auditor
POST /meddelanden/<out>/tavlor                  arbetsplats=<library> : colleague desk auditor
GET  /meddelanden/<out>/dra-tillbaka                                 : desk
GET  /meddelanden/<out>/redan-ute                                    : desk
POST /meddelanden/<out>/redan-ute                                    : desk
GET  /meddelanden/<out>/begard-ut                                    : desk
POST /meddelanden/<out>/begard-ut                                    : desk
GET  /meddelanden/<out>/utlamnad                                     : desk
GET  /meddelanden/<out>/utlamnad/<name>                              : desk
GET  /genomgang/<out>                                                : author desk
GET  /genomgang/<out>/genomgang.pdf                                  : author desk
GET  /genomgang/<out>/bilagor/<name>                                 : author desk
# The information unit's desk
GET  /bevakning                                                      : desk
GET  /bevakning/laget                                                : desk
GET  /bevakning/nu                                                   : desk
GET  /bevakning/kalender                                             : desk
GET  /bevakning/dagen                                                : desk
POST /bevakning/<out>/pausa                                          : desk
POST /bevakning/<out>/fortsatt                                       : desk
POST /bevakning/<out>/slapp                                          : desk
POST /bevakning/<out>/ga-ut-nu                  varfor=x             : desk
POST /bevakning/<out>/steg/<step>/vanta-inte    varfor=x             : desk
GET  /stillestand                                                    : desk
POST /stillestand                                                    : desk
GET  /driftlage                                                      : staff
# Whoever is asked
GET  /du-behovs                                                      : staff
POST /du-behovs/<call>                                               : approver desk
GET  /stoppat                                                        : staff
POST /stoppat/<out>/<step>                      gor=nu               : desk
GET  /oklart                                                         : staff
POST /oklart/<out>/<step>                       utgang=sent          : desk
POST /oklart/<out>/<step>/se-efter                                   : desk
POST /oklart/mottagare/<delivery>               utgang=sent          : nobody
GET  /ersattare                                                      : staff
POST /ersattare                                                      : staff
POST /ersattare/<stand_in>/avsluta                                   : desk administrator
GET  /arbetsplatskoder                                               : approver manager desk crisis administrator auditor
POST /arbetsplatskoder                                               : approver manager desk crisis administrator auditor
POST /arbetsplatskoder/<code>/stoppa                                 : approver manager desk crisis administrator auditor
# Boards
GET  /personaltavlor                                                 : staff
POST /personaltavlor/<board>                    meddelande=<out>     : colleague desk auditor
GET  /personaltavlor/<board>/kort                                    : colleague desk auditor
# Crises
GET  /kris                                                           : desk crisis
GET  /kris/<crisis>                                                  : desk crisis
GET  /kris/utlys                                                     : desk crisis
POST /kris/utlys                                                     : desk crisis
GET  /kris/<crisis>/mer                                              : desk crisis
POST /kris/<crisis>/mer                                              : desk crisis
GET  /kris/<crisis>/faran-over                                       : desk crisis
POST /kris/<crisis>/faran-over                                       : desk crisis
POST /kris/<crisis>/granska                     anteckning=x         : crisis
# Keeping the lists
GET  /forvalta                                                       : desk administrator
GET  /forvalta/listor/<what>                                         : desk administrator
GET  /forvalta/listor/<what>/fil                                     : desk administrator
POST /forvalta/listor/<what>/granska                                 : desk administrator
POST /forvalta/listor/<what>/las-in                                  : desk administrator
GET  /forvalta/listor/<what>/rad                                     : desk administrator
POST /forvalta/listor/<what>/rad                                     : desk administrator
GET  /forvalta/roller                                                : desk administrator
GET  /forvalta/kanaler                                               : desk administrator
# The policy
GET  /policy                                                         : staff
# The record of events
GET  /forvalta/handelser                                              : desk auditor
GET  /forvalta/handelser/fil.<any(csv, jsonl):sort>                 : desk auditor
# The end of it
POST /meddelanden/<out>/dra-tillbaka            varfor=x             : desk
"""


#: The policy of Hällefors names neither of these.
KEEPERS = """
administrators = ["administratorer"]
auditors = ["revisorer"]
[roles.administratorer]
title = "Administratörer"
unit = "bergslagen"
position = "chef"
[roles.revisorer]
title = "Revisorerna"
unit = "bibliotek"
position = "chef"
"""


@pytest.fixture
def world(app_url: str, owner_url: str, smtp: RecordingSmtp, tmp_path: Path) -> Iterator[World]:
    policy = policy_of(tmp_path, KEEPERS)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as world:
        yield world


def read_table() -> dict[tuple[str, str], tuple[dict[str, str], set[str]]]:
    """What is sent and who is let in, by method and address."""
    found = {}
    for line in TABLE.strip().splitlines():
        if line.startswith("#"):
            continue
        asked, _, who = line.rpartition(" : ")
        # A converter has blanks in it: "<any(rss, atom, json):format_>".
        method, path, *fields = asked.replace(", ", ",").split()
        allowed = {one for word in who.split() for one in GROUPS.get(word, (word,))}
        assert allowed <= set(PEOPLE), line
        assert (method, path) not in found, line
        found[method, path] = dict(one.split("=") for one in fields), allowed
    return found


DOORS = read_table()
#: Our names in the table for what the address itself calls by one name.
OURS = {"<out>": "<public_id>", "<draft>": "<public_id>", "<crisis>": "<public_id>"}
OURS |= {"<step>": "<key>"}

WAY_IN = {"/logga-in", "/logga-in/<key>", "/arbetsplats", "/logga-ut"}


def as_the_map_says(path: str) -> str:
    for ours, theirs in OURS.items():
        path = path.replace(ours, theirs)
    return path


@pytest.fixture
def values(world: World) -> dict[str, str]:
    """What stands in the addresses: one of each thing that the example installation can have."""
    house, desk = world.installation, world.communicator
    author = world.somebody("bildning", "medarbetare")
    out, draft = (
        with_files(world, title, "Text.", author=author, audience=("alla",))
        for title in ("Ute", "Inte än")
    )
    reviewing.approve(house, desk, out)
    world.settle()
    said = Declaration("koka vattnet", "Grythyttan")
    crisis = declaring.declare(house, desk, said).public_id
    world.settle()
    place = world.somebody("bibliotek", "medarbetare").workplace
    header = "workplace,board,kind,paper,languages,open_days\n"
    import_boards(house, f"{header}{place},Fikarum,staff,a4,sv,mon-fri".encode())
    with house.database.transaction("tick") as session:
        row = records.find(session, out, lock=True)
        calling.call(session, row, "x", ("enhetschef",), "Väntar till {until}.", until=world.now())
    code = workplace_codes.make(house, desk, "Fyllsta", "fyllsta")
    other = world.somebody("info", "chef").directory_id
    standing_in.appoint(
        house, desk, other, desk.directory_id, world.now().replace(month=12, day=30)
    )
    (board,) = boards.at_my_workplace(house, desk)
    begun = drafting.save(house, author, "", 0, "information", [("rubrik", "Utkast")], []).public_id
    asked = str(asked_to_read(house, author, begun, world.somebody("bibliotek", "medarbetare")))
    return {
        "out": out,
        "draft": draft,
        "begun": begun,
        "asked": asked,
        "crisis": crisis,
        "name": "karta.svg",
        "step": "epost",
        "format_": "atom",
        "filename": "announcer.css",
        "face": "none",
        "kind": "woff",
        "library": place,
        "what": "boards",
        "board": str(board.id),
        "code": workplace_codes.fingerprint(code)[:12],
        "call": str(calling.waiting(house)[0].id),
        "stand_in": str(standing_in.listed(house, desk)[0].id),
        "feed": reading.create_feed_token(house, desk),
        "link": signing_in.make_link(house, desk.directory_id).key,
        "sign": board.code,
        "phone": code,
        "shift": "2026-12-08T13:30",
        "version": "000000000000",
        "ending": "js",
        "sort": "csv",
        "delivery": "00000000-0000-0000-0000-000000000000",
        "comment": "00000000-0000-0000-0000-000000000000",
    }


def asked_to_read(house: Installation, author: Person, draft: str, whom: Person) -> UUID:
    proofreading.ask(house, author, draft, whom.directory_id, "")
    with house.database.reading() as session:
        (one,) = proofreading.to_read(session, whom)
    return one.id


@pytest.fixture
def come(world: World, values: dict[str, str]) -> Callable[[str], Visitor]:
    """Somebody at the door, by the table's name for them."""
    staff = {
        "colleague": world.somebody("bibliotek", "medarbetare"),
        "author": world.somebody("bildning", "medarbetare"),
        "approver": world.chief,
        "manager": world.somebody("kost", "chef"),
        "desk": world.communicator,
        "crisis": world.somebody("ks", "chef"),
        "administrator": world.somebody("bergslagen", "chef"),
        "auditor": world.somebody("bibliotek", "chef"),
    }

    def visitor(who: str) -> Visitor:
        if who in staff:
            return Visitor(world.url).sign_in(staff[who].directory_id)
        if who == "token":
            return Visitor(
                world.url, Authorization=f"Bearer {reader_token.sign(SECRET, ('alla',))}"
            )
        if who == "key":
            return Visitor(world.url, Authorization=f"Bearer {values['feed']}")
        found = Visitor(world.url)
        if who == "phone":
            found.get("/arbetsplats")
            found.press("Visa nyheterna", kod=values["phone"])
        return found

    return visitor


def address(path: str, values: dict[str, str]) -> str:
    """An address of the table with everything filled in."""
    if path.startswith("/floden/<key>"):
        values = values | {"key": values["feed"], "name": "alla"}
    elif path.startswith("/floden"):
        values = values | {"name": "alla"}
    elif path.startswith("/logga-in"):
        values = values | {"key": values["link"]}
    elif path.startswith("/tavla"):
        values = values | {"code": values["sign"]}
    elif path.startswith("/overlamning"):
        values = values | {"name": values["shift"]}
    return re.sub(r"<(?:any\([^)]*\):|path:)?(\w+)>", lambda one: values[one[1]], path)


def is_let_in(answer: httpx.Response) -> bool:
    """Whether somebody got past the door, whatever they are told there."""
    away = answer.status_code == 302 and answer.headers["location"].startswith("/logga-in")
    return not away and answer.status_code not in (401, 403, 404)


def test_every_address_of_the_intranet_is_in_the_table(world: World) -> None:
    app = create_app(world.installation, world.config)
    there = {
        (method, str(rule).replace(", ", ","))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert there == {(method, as_the_map_says(path)) for method, path in DOORS}


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_comes_to_every_door_and_only_those_of_the_table_are_let_in(
    world: World, values: dict[str, str], come: Callable[[str], Visitor], who: str
) -> None:
    wrong = []
    visitor = come(who)
    # What is read comes first: what is done changes what there is. The way in changes who one is.
    for (method, path), (fields, allowed) in sorted(DOORS.items(), key=in_turn):
        if path in WAY_IN:
            visitor = come(who)
        sent = {name: address(value, values) for name, value in fields.items()}
        answer = visitor.ask(method, address(path, values), **sent)
        broken = answer.status_code >= 500 and path != "/readyz"  # no worker runs here
        if broken or is_let_in(answer) is not (who in allowed):
            wrong.append(f"{who} at {method} {path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def in_turn(door: tuple[tuple[str, str], object]) -> tuple[bool, bool]:
    (method, path), _ = door
    return path in WAY_IN, method == "POST"


def test_the_newsroom_is_open_to_everybody_and_takes_nothing_in(newsroom: PublicHouse) -> None:
    reader = httpx.Client(base_url=newsroom.url, trust_env=False)
    for rule in newsroom.app.url_map.iter_rules():
        assert (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS"}, rule.rule
        path = re.sub(r"<[^>]*>", "none", rule.rule)
        assert reader.get(path).status_code not in (302, 401, 403), path
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert reader.request(method, path).status_code in (404, 405), (method, path)
