"""On the page: said once that it is out, and then since when."""

from tests.functional.conftest import Publish, SignIn
from tests.functional.visitor import Visitor
from tests.world import World

WAITS = "medierna väntar bara på att personalen har fått det."


def test_it_is_said_once_that_the_news_is_out_and_then_stands_there(
    world: World, desk: Visitor, sign_in: SignIn, publish: Publish
) -> None:
    public_id = publish(world.decision())
    desk.get(f"/meddelanden/{public_id}")
    assert WAITS not in desk.text
    (way,) = desk.tree.xpath("//a[normalize-space()='Redan ute']/@href")
    desk.get(way)
    assert "Fråga ingen, och leta inte." in desk.text
    desk.press("Redan ute")
    assert WAITS in desk.text
    assert not desk.tree.xpath("//a[normalize-space()='Redan ute']")
    assert desk.tree.xpath("//a[normalize-space()='Begärd ut, lämna ut']")
    other = sign_in(world.chief)
    assert WAITS not in other.get(f"/meddelanden/{public_id}").text, "it is no concern of theirs"
