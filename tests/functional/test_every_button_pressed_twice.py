"""Every button pressed twice at once does what one press does, and whoever pressed is told so plainly."""

import re
from collections.abc import Callable

import pytest

from announcer.services import boards, calling, holding, records
from announcer.services.importing import import_boards
from tests.functional.conftest import SignIn
from tests.functional.pressed import (
    Open,
    Stage,
    grown,
    pressed_once_and_twice,
    rows,
    said,
)
from tests.functional.test_writing_and_approving import TEXT
from tests.functional.visitor import Visitor
from tests.world import World


def hand_in(stage: Stage, n: int) -> Open:
    stage.desk.get("/skriv?klass=information")
    stage.desk.press("Visa", **TEXT | {"rubrik": f"Nyhet {n}"})
    return stage.desk, "Lämna in", {}


def approve(stage: Stage, n: int) -> Open:
    return stage.at(f"/godkann/{stage.world.decision(f'Beslut {n}')}", "Godkänn")


def give_back(stage: Stage, n: int) -> Open:
    path = f"/godkann/{stage.world.decision(f'Beslut {n}')}"
    return stage.at(path, "Lämna tillbaka nu", varfor="Fel datum.")


def take_back(stage: Stage, n: int) -> Open:
    visitor, button, fields = give_back(stage, n)
    page = visitor.page.url.path
    visitor.press(button, **fields)
    return stage.at(page, "Ångra återlämningen")


def hold(stage: Stage, n: int) -> Open:
    return stage.at(f"/meddelanden/{stage.out(n)}", "Pausa nu", varfor="Frågor")


def resume(stage: Stage, n: int) -> Open:
    public_id = stage.out(n)
    holding.hold(stage.world.installation, stage.world.communicator, public_id, "Frågor")
    return stage.at(f"/meddelanden/{public_id}", "Fortsätt")


def release(stage: Stage, n: int) -> Open:
    return stage.at(f"/meddelanden/{stage.out(n)}", "Släpp till medierna")


def withdraw(stage: Stage, n: int) -> Open:
    return stage.at(f"/meddelanden/{stage.out(n)}/dra-tillbaka", "Dra tillbaka", varfor="Fel")


def already_out(stage: Stage, n: int) -> Open:
    return stage.at(f"/meddelanden/{stage.out(n)}/redan-ute", "Redan ute")


def hand_out(stage: Stage, n: int) -> Open:
    return stage.at(f"/meddelanden/{stage.out(n)}/begard-ut", "Begärd ut")


def correct(stage: Stage, n: int) -> Open:
    stage.desk.get(f"/meddelanden/{stage.out(n)}/ratta")
    stage.desk.press("Visa", text="Det händer 8.20.", vad_sv="Tiden är 8.20.")
    return stage.desk, "Rätta", {}


def take_correction_back(stage: Stage, n: int) -> Open:
    visitor, button, _ = correct(stage, n)
    visitor.press(button)
    return visitor, "Ta tillbaka rättelsen", {}


def declare(stage: Stage, n: int) -> Open:
    stage.desk.get("/kris/utlys")
    stage.desk.press("Visa vad som går ut", plats=("Grythyttan", "Hällefors")[n])
    return stage.desk, "Utlys nu", {}


def tell_more(stage: Stage, n: int) -> Open:
    stage.desk.get(f"/kris/{stage.crisis(n)}/mer")
    stage.desk.press("Visa vad som går ut", **{"tillagg-sv": "Tankbil vid torget."})
    return stage.desk, "Skicka nu", {}


def lift(stage: Stage, n: int) -> Open:
    stage.desk.get(f"/kris/{stage.crisis(n)}/faran-over")
    stage.desk.press("Visa vad som går ut")
    return stage.desk, "Säg att faran är över", {}


def appoint(stage: Stage, n: int) -> Open:
    other = stage.world.somebody(("kost", "bibliotek")[n], "medarbetare").directory_id
    return stage.at("/ersattare", "Utse", ersattare=other, till="2026-12-10")


def revoke(stage: Stage, n: int) -> Open:
    visitor, button, fields = appoint(stage, n)
    visitor.press(button, **fields)
    return stage.at("/ersattare", "Avsluta nu")


def make_code(stage: Stage, n: int) -> Open:
    chief = stage.sign_in(stage.world.somebody("fyllsta", "chef"))
    return stage.at("/arbetsplatskoder", "Gör koden", chief, plats="fyllsta:Fyllsta")


def stop_code(stage: Stage, n: int) -> Open:
    visitor, button, fields = make_code(stage, n)
    visitor.press(button, **fields)
    return stage.at("/arbetsplatskoder", "Stoppa koden", visitor)


def make_key(stage: Stage, n: int) -> Open:
    who = stage.world.somebody(("kost", "bibliotek")[n], "medarbetare")
    return stage.at("/floden", "Gör en ny nyckel", stage.sign_in(who))


def remove_key(stage: Stage, n: int) -> Open:
    visitor, button, _ = make_key(stage, n)
    visitor.press(button)
    return stage.at("/floden", "Ta bort nyckeln", visitor)


def take_call(stage: Stage, n: int) -> Open:
    world = stage.world
    public_id = world.decision(f"Beslut {n}")
    with world.installation.database.transaction("tick") as session:
        row = records.find(session, public_id, lock=True)
        calling.call(session, row, "x", ("enhetschef",), "Väntar till {until}.", until=world.now())
    return stage.at("/du-behovs", "Jag tar det", stage.sign_in(world.chief))


def a_board(stage: Stage, n: int) -> str:
    """Something is to be put up on it; its code."""
    world = stage.world
    place = world.somebody("bibliotek", "medarbetare").workplace
    header = "workplace,board,kind,paper,languages,open_days\n"
    import_boards(world.installation, f"{header}{place},Fikarum,staff,a4,sv,mon-fri".encode())
    (board,) = boards.at_my_workplace(world.installation, world.communicator)
    stage.out(n)
    return board.code


def put_up(stage: Stage, n: int) -> Open:
    world = stage.world
    a_board(stage, n)
    who = stage.sign_in(world.somebody("bibliotek", "medarbetare"))
    return stage.at("/personaltavlor", "Den sitter uppe", who)


def say_at_the_board(stage: Stage, n: int) -> Open:
    nobody = Visitor(stage.world.url)
    return stage.at(f"/tavla/{a_board(stage, n)}", "Det är gjort", nobody)


#: Every button, and the address that it sends to.
BUTTONS = {
    hand_in: "/skriv",
    approve: "/godkann/<public_id>",
    give_back: "/godkann/<public_id>/tillbaka",
    take_back: "/godkann/<public_id>/angra",
    hold: "/bevakning/<public_id>/pausa",
    resume: "/bevakning/<public_id>/fortsatt",
    release: "/bevakning/<public_id>/slapp",
    withdraw: "/meddelanden/<public_id>/dra-tillbaka",
    already_out: "/meddelanden/<public_id>/redan-ute",
    hand_out: "/meddelanden/<public_id>/begard-ut",
    correct: "/meddelanden/<public_id>/ratta",
    take_correction_back: "/meddelanden/<public_id>/ratta/angra",
    declare: "/kris/utlys",
    tell_more: "/kris/<public_id>/mer",
    lift: "/kris/<public_id>/faran-over",
    appoint: "/ersattare",
    revoke: "/ersattare/<stand_in>/avsluta",
    make_code: "/arbetsplatskoder",
    stop_code: "/arbetsplatskoder/<code>/stoppa",
    make_key: "/floden/nyckel",
    remove_key: "/floden/nyckel/bort",
    take_call: "/du-behovs/<call>",
    put_up: "/personaltavlor/<board>",
    say_at_the_board: "/tavla/<code>",
}

#: What is shown once is shown to whoever sees the second answer; and that a text was asked for, or said
#: to be out, is written down each time somebody says so.
EACH_COUNTS = (make_code, make_key, hand_out, already_out)


@pytest.mark.parametrize("button", BUTTONS, ids=lambda one: one.__name__)
def test_two_presses_do_what_one_does(
    world: World, sign_in: SignIn, button: Callable[[Stage, int], Open]
) -> None:
    once, twice, answers = pressed_once_and_twice(world, sign_in, button, BUTTONS[button])
    if button not in EACH_COUNTS:
        assert twice == once
    for answer in answers:
        assert answer.status_code == 200 or "Faran är redan över." in answer.text, said(answer)


ABOUT_A_TEXT = (
    *(approve, give_back, take_back, hold, resume, release, withdraw, already_out, hand_out),
    *(correct, take_correction_back, put_up),
)


@pytest.mark.parametrize("button", ABOUT_A_TEXT, ids=lambda one: one.__name__)
def test_a_page_that_lay_open_while_another_withdrew_it_says_so_plainly(
    world: World, sign_in: SignIn, button: Callable[[Stage, int], Open]
) -> None:
    visitor, words, fields = button(Stage(world, sign_in), 0)
    action, sent = visitor.filled(words, **fields)
    found = re.search(r"\b[0-9a-f]{18}\b", f"{action} {sent}")
    assert found
    head = world.somebody("info", "chef")
    holding.withdraw(world.installation, head, found[0], "Fel siffror")
    before = rows(world)
    answer = visitor.client.post(action, data=sent, follow_redirects=True)
    assert answer.status_code in (200, 400, 409), said(answer)
    if answer.status_code != 200:
        assert re.search(r"(tillbakadraget|inte på godkännande längre)\.", said(answer)), said(
            answer
        )
    if button is not hand_out:  # what was approved is handed out also when it was withdrawn
        assert grown(before, rows(world)) == {}
