"""The contract finds what is wrong: a channel that keeps it, spoiled in one way at a time."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from announcer.channels import contract, to_all, unsupported
from announcer.channels.contract import PROMISES, Bench, ContractBroken, Fault, Seen
from announcer.domain.channel import ChannelKind
from announcer.domain.delivery import Edition, Job, Outcome, Recipient, Result


class Loft:
    """Where the pigeons come: it keeps every letter, and has every fault on command."""

    def __init__(self) -> None:
        self.letters: dict[tuple[str, str], Seen] = {}
        self.fault: Fault | None = None
        self.copies = 0


class Pigeons:
    kind = ChannelKind("pigeons", "Brevduvor", external=False, corrects=True, checks=True)
    media_type, batch_size, idempotent = "text/plain", 5, True

    def __init__(self, loft: Loft) -> None:
        self.loft = loft

    def compose(self, edition: Edition) -> bytes:
        change, content = edition.change, edition.content
        lines = ["Övning." if content.exercise else "", content.title, content.summary]
        what = list(change.what.values()) if change else []
        return "\n".join(contract.without_controls(one) for one in (*what, *lines)).encode()

    def deliver(self, job: Job) -> Mapping[str, Outcome]:
        if self.loft.fault is Fault.UNREACHABLE or self.loft.fault is Fault.THROTTLES:
            return to_all(job, Outcome(Result.DEFERRED, "", timedelta(seconds=9)))
        refused = job.recipients[-1:] if self.loft.fault is Fault.REFUSES else ()
        for one in job.recipients:
            if one not in refused:
                self.loft.letters[one.address, one.message_id] = Seen(
                    one.address, one.message_id, job.artefact.decode()
                )
        if self.loft.fault in (Fault.SLOW, Fault.DROPS):
            return to_all(job, Outcome(Result.IN_DOUBT))
        said = {one.key: Outcome(Result.REFUSED) for one in refused}
        return {**to_all(job, Outcome(Result.ACCEPTED)), **said}

    correct = deliver
    withdraw = unsupported("withdraw")

    def check(self, job: Job) -> Mapping[str, Outcome]:
        there = all((r.address, r.message_id) in self.loft.letters for r in job.recipients)
        return to_all(job, Outcome(Result.CONFIRMED if there else Result.DEFERRED))


class PigeonBench(Bench):
    def __init__(self, kind: type[Pigeons] = Pigeons) -> None:
        self.loft = Loft()
        self.channel = kind(self.loft)
        self.recipients = (Recipient("a", "a@x", "sv", ""), Recipient("b", "b@x", "sv", ""))

    def misbehave(self, fault: Fault) -> None:
        self.loft.fault = fault

    def seen(self, job: Job) -> list[Seen]:
        return list(self.loft.letters.values())


def spoiled(**attributes: Any) -> type[Pigeons]:
    return type("Spoiled", (Pigeons,), attributes)


def says(result: Result) -> Callable[[Pigeons, Job], Mapping[str, Outcome]]:
    """It does what it should, and says something else."""

    def deliver(channel: Pigeons, job: Job) -> Mapping[str, Outcome]:
        Pigeons.deliver(channel, job)
        return to_all(job, Outcome(result))

    return deliver


def _to_itself_too(channel: Pigeons, job: Job) -> Mapping[str, Outcome]:
    channel.loft.letters["c@x", "1"] = Seen("c@x", "1", job.artefact.decode())
    return Pigeons.deliver(channel, job)


def _anew(channel: Pigeons, job: Job) -> Mapping[str, Outcome]:
    channel.loft.copies += 1
    for one in job.recipients:
        identity = f"{one.message_id} {channel.loft.copies}"
        text = job.artefact.decode()
        channel.loft.letters[one.address, identity] = Seen(one.address, identity, text)
    return to_all(job, Outcome(Result.ACCEPTED))


def _half(channel: Pigeons, job: Job) -> Mapping[str, Outcome]:
    return dict(list(Pigeons.deliver(channel, job).items())[:1])


def _as_written(_channel: Pigeons, edition: Edition) -> bytes:
    words = (*(edition.change.what.values() if edition.change else ()), edition.content.title)
    return "\n".join(words).encode()


def _unmarked(_channel: Pigeons, edition: Edition) -> bytes:
    return f"{edition.content.title}\n{edition.content.summary}".encode()


def _never_the_same(channel: Pigeons, edition: Edition) -> bytes:
    channel.loft.copies += 1
    return f"{channel.loft.copies} {edition.content.title}".encode()


@pytest.mark.parametrize("promise", PROMISES, ids=lambda one: one.__name__)
def test_a_channel_that_keeps_it_is_let_pass(promise: Callable[[Bench], None]) -> None:
    promise(PigeonBench())


@pytest.mark.parametrize(
    ("spoil", "promise"),
    [
        ({"kind": ChannelKind("pigeons", "Duvor", external=False)}, "it_says_what_it_is"),
        ({"withdraw": Pigeons.deliver}, "it_says_what_it_is"),
        ({"compose": _never_the_same}, "the_same_edition_gives_the_same_bytes"),
        ({"deliver": _to_itself_too}, "what_is_handed_over_arrives"),
        ({"deliver": _half}, "what_is_handed_over_arrives"),
        ({"deliver": says(Result.DEFERRED)}, "what_is_handed_over_arrives"),
        ({"deliver": _anew}, "again_it_is_nothing_more"),
        ({"deliver": says(Result.REFUSED)}, "one_who_is_refused_is_the_only_one"),
        ({"deliver": says(Result.ACCEPTED)}, "what_is_wanted_later_waits"),
        ({"deliver": says(Result.REFUSED)}, "a_slow_answer_is_no_answer"),
        ({"deliver": says(Result.ACCEPTED)}, "a_lost_answer_leaves_it_open"),
        ({"deliver": says(Result.DEFERRED)}, "a_lost_answer_leaves_it_open"),
        ({"deliver": says(Result.IN_DOUBT)}, "what_cannot_be_reached_waits"),
        ({"compose": _unmarked}, "a_correction_says_that_it_is_one"),
        ({"correct": says(Result.REFUSED)}, "a_correction_says_that_it_is_one"),
        ({"compose": _unmarked}, "an_exercise_says_so_or_stays_inside"),
        (
            {"kind": ChannelKind("pigeons", "Duvor", external=True)},
            "an_exercise_says_so_or_stays_inside",
        ),
        ({"compose": _as_written}, "what_a_person_writes_is_only_text"),
        ({"check": says(Result.CONFIRMED)}, "what_was_handed_over_can_be_looked_at"),
    ],
)
def test_one_that_does_not_is_found(spoil: dict[str, Any], promise: str) -> None:
    with pytest.raises(ContractBroken):
        getattr(contract, promise)(PigeonBench(spoiled(**spoil)))


def test_a_bench_that_says_wrongly_that_there_is_nobody_to_speak_to_is_found() -> None:
    import socket

    def dial(channel: Pigeons, job: Job) -> Mapping[str, Outcome]:
        with socket.socket() as line:
            line.connect(("127.0.0.1", 9))
        return Pigeons.deliver(channel, job)

    bench = PigeonBench(spoiled(deliver=dial))
    bench.without = {Fault.DROPS: "it is said to be alone"}
    with pytest.raises(ContractBroken, match="speaks to nobody, and it does"):
        contract.a_lost_answer_leaves_it_open(bench)
