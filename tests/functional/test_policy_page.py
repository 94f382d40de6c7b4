"""The policy in words and drawings, for everyone who works here, with its own sections."""

from pathlib import Path

import pytest

from announcer.bootstrap import read_policy
from tests.functional.visitor import Visitor
from tests.world import POLICY, World, laid_over_hallefors

MORE = """
administrators = ["chef"]
[events."förhandlat"]
opened_by = ["enhetschef"]
needs = "reference"
percent = 80
[classes."kommande beslut"]
least_notice = { working = "6 h", hours = "vaxeln", strict = true }
ask_before_known = "2 h"
countdown_when_held = "stops"
[classes."kommande beslut".steps.mote]
at = { before_known = "30 h" }
invitation = { for = ["chef"], length = "45 min" }
[quiet]
begins = "21:00"
ends = "06:30"
[[blackouts]]
from = "2026-12-24"
until = "2026-12-26"
why = "Julhelgen"
source = "7"
[retention]
decision = "KS 2026-9"
drafts = "30 d"
"""


def sentences(visitor: Visitor) -> list[str]:
    return [
        " ".join(" ".join(one.itertext()).split())
        for one in visitor.tree.xpath("//ul[@class='policy-lines']/li")
    ]


def test_everyone_reads_each_class_as_drawing_and_in_words(
    world: World, colleague: Visitor
) -> None:
    assert "/policy" in colleague.get("/").text
    colleague.get("/policy")
    policy = read_policy(POLICY)
    drawings = colleague.tree.xpath("//main//svg[@role='img']")
    assert len(drawings) == len(policy.classes)
    steps = colleague.tree.xpath("//ol[@class='policy-steps']")
    for one, drawn in zip(policy.classes.values(), steps, strict=True):
        assert len(drawn.findall("li")) == len(one.steps)
    said = sentences(colleague)
    assert "Godkänns av Informationsenheten eller Enhetens chef. enligt avsnitt 3.1" in said
    assert "En kris utlyses av Krisledningen eller Informationsenheten. enligt avsnitt 4" in said
    assert "Vi svarar inom 24 timmar. enligt avsnitt 8" in said
    assert "Krisledningen: Den som är chef i Kommunstyrelsen." in said
    assert "Ingenting gallras: policyn nämner inget gallringsbeslut." in said
    ids = colleague.tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for link in colleague.tree.xpath("//nav[@class='contents']//a/@href"):
        assert link.removeprefix("#") in ids


def test_what_another_policy_decides_is_said_too(
    app_url: str, owner_url: str, smtp, tmp_path: Path
) -> None:
    policy = laid_over_hallefors(tmp_path, MORE)
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as world:
        visitor = Visitor(world.url).sign_in(world.chief.directory_id)
        visitor.get("/policy")
        said = "\n".join(sentences(visitor))
    assert "Chef: sköter listorna och utser ersättare." in said
    assert "förhandlat: Enhetens chef säger till. Den som säger till skriver var det står" in said
    assert "80 procent av arbetsplatserna" in said
    assert "Mellan 21.00 och 06.30 skickas inget genom E-post" in said
    assert "Julhelgen: från 24 december 2026 00.00 till 27 december 2026 00.00" in said
    assert "enligt avsnitt 7" in said
    assert "gallras efter 1 månad" in said
    assert "Gallringsbeslut: KS 2026-9." in said
    assert "Personalen ska ha det på intranätet 6 timmar arbetstid före beslutet." in said
    assert "Det som är senare tas inte emot." in said
    assert "2 timmar innan nyheten blir känd ändå får Informationsenheten en fråga" in said
    assert "Personalens försprång står still medan meddelandet är pausat." in said
    steps = " ".join(visitor.tree.xpath("string(//main)").split())
    assert "Underlaget till mötet kan läsas av Chef 1 timme före." in steps
    assert "Mötet läggs i kalendern hos Chef, 45 minuter långt." in steps


@pytest.mark.parametrize("name", ["alvmark", "klockarberget", "stigfinnarna"])
def test_each_policy_that_comes_with_the_program_can_be_read(
    app_url: str, owner_url: str, smtp, tmp_path: Path, name: str
) -> None:
    policy = POLICY.with_name(f"{name}.toml")
    with World(app_url, owner_url, smtp, tmp_path, policy=policy) as world:
        visitor = Visitor(world.url).sign_in(world.somebody("ks").directory_id)
        assert visitor.get("/policy").status_code == 200
        assert len(visitor.tree.xpath("//main//svg[@role='img']")) == len(
            read_policy(policy).classes
        )


def test_a_stranger_is_sent_to_the_sign_in(world: World, anonymous: Visitor) -> None:
    answer = anonymous.ask("GET", "/policy")
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/logga-in")


def test_it_is_in_the_readers_language(world: World) -> None:
    reader = Visitor(world.url).sign_in("p0017")
    reader.get("/policy")
    assert "Hyväksyy: " in reader.text
