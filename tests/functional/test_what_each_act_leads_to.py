"""Every act of the desk has a line beside it that says what it leads to, before it is done."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from announcer.services import bringing_forward, reviewing
from tests.doubles.recording_smtp import RecordingSmtp
from tests.functional.conftest import Publish
from tests.functional.visitor import Visitor
from tests.world import World, laid_over_hallefors


def consequence(desk: Visitor, words: str) -> str:
    """What the button or link that says ``words`` is described by."""
    (found,) = desk.tree.xpath(f"//main//*[self::a or self::button][normalize-space()='{words}']")
    said = desk.tree.get_element_by_id(found.get("aria-describedby")).text_content()
    return " ".join(said.split())


def test_the_desk_says_what_goes_if_it_is_out_and_who_hears_of_a_correction(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    reached = len(world.staff_mail())
    for path in (f"/bevakning?visa={public_id}", f"/meddelanden/{public_id}"):
        desk.get(path)
        assert consequence(desk, "Redan ute") == (
            "Går så snart personalen har det: Pressmeddelande, Nyhetsrummet."
            " Först frågar vi en gång till."
        )
        assert consequence(desk, "Begärd ut, lämna ut") == (
            "Du får en kopia att lämna över. Det som är kvar går ut som när det är redan ute."
            " Först frågar vi en gång till."
        )
        assert consequence(desk, "Rätta") == (
            f"{reached} har fått texten och får veta vad som ändrades, om det inte bara är ett"
            " stavfel. Väntar tills rättelsen är godkänd: Pressmeddelande, Nyhetsrummet."
            " Du ser det först."
        )


def test_what_is_done_already_is_not_promised_again(
    world: World, desk: Visitor, publish: Publish
) -> None:
    public_id = publish(world.decision())
    bringing_forward.already_out(world.installation, world.communicator, public_id)
    world.settle()
    desk.get(f"/meddelanden/{public_id}")
    assert not desk.tree.xpath("//a[normalize-space()='Redan ute']")
    assert "är kvar" not in consequence(desk, "Begärd ut, lämna ut")
    assert "Väntar tills" not in consequence(desk, "Rätta")


@pytest.fixture
def under(
    app_url: str, owner_url: str, smtp: RecordingSmtp, tmp_path: Path
) -> Iterator[Callable[[str], World]]:
    """Makes a world under the policy of Hällefors with something added to it."""
    with ExitStack() as made:
        yield lambda toml: made.enter_context(
            World(
                app_url,
                owner_url,
                smtp,
                tmp_path,
                policy=laid_over_hallefors(tmp_path, toml),
            )
        )


def opened(world: World) -> tuple[Visitor, str]:
    """The desk, and a decision that is approved."""
    public_id = world.decision()
    reviewing.approve(world.installation, world.communicator, public_id)
    world.settle()
    return Visitor(world.url).sign_in(world.communicator.directory_id), public_id


def test_what_has_happened_says_which_steps_then_wait_no_longer(
    under: Callable[[str], World],
) -> None:
    desk, public_id = opened(under(GATED))
    for path in (f"/bevakning?visa={public_id}", f"/meddelanden/{public_id}"):
        desk.get(path)
        assert consequence(desk, "Det är klart: nämnden klar") == (
            "Det här väntar då inte längre på det: Intranätet. Det går inte att ta tillbaka."
        )


def test_a_release_into_a_blackout_says_so_before_it_is_pressed(
    under: Callable[[str], World],
) -> None:
    desk, public_id = opened(under(SILENT))
    for path in (f"/bevakning?visa={public_id}", f"/meddelanden/{public_id}"):
        desk.get(path)
        said = consequence(desk, "Släpp till medierna")
        assert said.startswith("Går tidigast i morgon 00.00:")
        assert said.count("Inget går ut här förrän i morgon 00.00: Valdag.") == 1


GATED = """
[events."nämnden klar"]
opened_by = ["informationsenheten"]

[classes.beslut.steps.intranet]
gates = ["nämnden klar"]
"""
SILENT = """
[[blackouts]]
from = "2026-12-08"
until = "2026-12-08"
why = "Valdag"
"""
