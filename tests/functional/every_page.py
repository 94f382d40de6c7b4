"""An address of every kind of page, in the languages in which it can be read."""

from announcer.domain.declaring import Declaration
from announcer.services import (
    boards,
    declaring,
    drafting,
    holding,
    proofreading,
    remarking,
    signing_in,
)
from announcer.services.importing import import_boards
from tests.functional.conftest import Publish
from tests.functional.newsroom_way import correct, out, out_with_files
from tests.world import World
from web.intranet.sketching import View


def of_the_newsroom(world: World, correction: str = "Klockan 8.30, inte 8.40.") -> tuple[str, ...]:
    """With an article that was corrected and one that was withdrawn."""
    article, gone = out_with_files(world), out(world, "Fel")
    holding.withdraw(world.installation, world.communicator, gone, "fel")
    correct(world, article, correction)
    return (
        *("/", f"/nyheter/{article}", f"/nyheter/{article}?sprak=fi", f"/nyheter/{gone}"),
        *("/nyheter/none", "/sok", "/sok?q=skolan", "/sok?q=inget", "/sok?q=%22%3Cb%3E"),
        *("/presskontakt", "/floden", "/tillganglighet"),
    )


def asked_to_read(world: World) -> str:
    """What the information unit is asked to read, with something said of it."""
    house, writer, reader = world.installation, world.chief, world.communicator
    words = [("rubrik", "Läs mig"), ("text", "Vi stänger på fredag."), ("enhet", writer.unit)]
    draft = drafting.save(house, writer, "", 0, "information", words, [])
    proofreading.ask(house, writer, draft.public_id, reader.directory_id, "Är det tydligt?")
    with house.database.reading() as session:
        (one,) = proofreading.to_read(session, reader)
    remarking.remark(house, reader, str(one.id), draft.version, "Vilken fredag?")
    return str(one.id)


def of_the_intranet(world: World, publish: Publish) -> tuple[str, ...]:
    """With an article, one that was withdrawn, one that is held and one that waits for approval."""
    shown = publish(world.example("02"))
    gone = publish(world.decision("Fel"))
    holding.withdraw(world.installation, world.communicator, gone, "fel")
    held = publish(world.decision("Pausad"))
    holding.hold(world.installation, world.communicator, held, "frågor")
    waiting = world.example("05")
    told = publish(world.example("03"))
    said = Declaration("koka vattnet", "Grythyttan")
    crisis = declaring.declare(world.installation, world.communicator, said).public_id
    place = world.somebody("bibliotek", "medarbetare").workplace
    board = f"workplace,board,kind,paper,languages,open_days\n{place},Fikarum,staff,a4,sv,mon-fri"
    import_boards(world.installation, board.encode())
    (one,) = boards.at_my_workplace(world.installation, world.communicator)
    words = [("rubrik", "Ett utkast")]
    begun = drafting.save(world.installation, world.communicator, "", 0, "information", words, [])
    asked = asked_to_read(world)
    key = signing_in.make_link(world.installation, world.communicator.directory_id).key
    return (
        *("/", f"/nyheter/{shown}", f"/nyheter/{gone}", "/nyheter/none", "/logga-in", "/skriv"),
        *("/nyheter", "/nyheter?slag=beslut", "/nyheter?manad=2020-01", "/sok", "/sok?q=skolan"),
        *("/sok?q=inget", "/sok?q=%22%3Cb%3E"),
        *(
            "/skriv?fler=ja",
            "/skriv?klass=information",
            "/skriv?klass=bara+min+enhet",
            "/skriv?mall=driftstopp&flik=intranat",
            "/skriv?mall=driftstopp&flik=sprak&stavning=ja",
            f"/skriv?utkast={begun.public_id}",
            f"/utkast/{begun.public_id}/lasare",
            f"/las/{asked}",
            *(f"/skriv?klass=beslut&flik={view}" for view in View),
            "/mina",
            "/godkann",
        ),
        *(f"/godkann/{waiting}", f"/meddelanden/{shown}", f"/meddelanden/{shown}/dra-tillbaka"),
        f"/meddelanden/{shown}/ratta",
        f"/meddelanden/{shown}/versioner",
        *(
            f"/meddelanden/{held}",
            "/bevakning",
            "/bevakning/laget",
            "/bevakning/kalender",
            "/bevakning/kalender?manad=2027-01",
            "/bevakning/dagen",
            f"/bevakning?visa={shown}",
            "/bevakning?fraga=needs_you",
            "/ersattare",
            "/du-behovs",
            "/stoppat",
            "/oklart",
            "/stillestand",
            "/floden",
            "/driftlage",
            "/tillganglighet",
            "/policy",
        ),
        *(
            f"/logga-in/{key}",
            "/logga-in/none",
            f"/genomgang/{told}",
            "/overlamning",
            "/arbetsplats",
            "/arbetsplatskoder",
        ),
        *("/personaltavlor", f"/personaltavlor/{one.id}/kort", f"/tavla/{one.code}"),
        *(f"/meddelanden/{shown}/{about}" for about in ("redan-ute", "begard-ut", "utlamnad")),
        *(
            "/forvalta",
            "/forvalta/listor/staff",
            "/forvalta/listor/staff?sok=ks",
            "/forvalta/listor/boards",
        ),
        *(
            "/forvalta/listor/boards/rad",
            "/forvalta/handelser",
            "/forvalta/roller",
            "/forvalta/kanaler",
            "/forvalta/handelser?slag=held",
        ),
        "/tavla/none",
        *("/kris", f"/kris/{crisis}", "/kris/utlys", "/kris/utlys?ovning=1"),
        *(f"/kris/{crisis}/mer", f"/kris/{crisis}/faran-over"),
    )
