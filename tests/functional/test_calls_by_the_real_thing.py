"""A call goes by dispatcher, queue and worker, and outlives them: judged by the mail catcher."""

import pytest

from announcer.domain.manuscript import read_manuscript
from announcer.services import calling, drafting, proofreading, records, writing
from tests.functional.test_processes_that_die import House, house, until
from tests.world import BESLUT

__all__ = ["house"]


def _called(house: House, title: str) -> str:
    """A text in review about which the unit's manager is called; their own id in the directory."""
    content = read_manuscript(
        BESLUT.format(title=title, audience='["alla"]').encode(), lambda _: b""
    )
    chief = house.person("bildning", "chef")
    public_id = writing.submit(house.installation, chief, content).public_id
    with house.installation.database.transaction("tick") as session:
        row = records.find(session, public_id, lock=True)
        calling.call(session, row, "x", ("enhetschef",), "Väntar på att texten godkänns.")
    return public_id


@pytest.mark.timeout(280)
def test_a_call_comes_whoever_is_killed(house: House) -> None:
    def came(title: str) -> bool:
        return any(title.lower() in subject for subject, _ in house.received())

    _called(house, "Forsta")
    until("the call did not come", lambda: came("Forsta"))
    house.find("celery", "urgent").kill()
    house.find("workers.dispatcher").kill()
    _called(house, "Andra")
    until("the call did not come", lambda: came("Andra"), each=house.let_leases_run_out)
    assert len(calling.waiting(house.installation)) == 2
    assert "stämmer" in house("verify")


@pytest.mark.timeout(280)
def test_whoever_is_asked_to_read_a_draft_is_told_by_the_same_way(house: House) -> None:
    writer, reader = house.person("bildning", "chef"), house.person("kost", "chef")
    words = [("rubrik", "Tidig stangning"), ("text", "Vi stänger på fredag.")]
    draft = drafting.save(house.installation, writer, "", 0, "information", words, [])
    house.find("celery", "urgent").kill()
    proofreading.ask(house.installation, writer, draft.public_id, reader.directory_id, "")
    until("the mail did not come", lambda: bool(house.received()), each=house.let_leases_run_out)
    ((subject, _),) = house.received()
    assert "stangning" not in subject
