"""What every channel is asked, whoever brings it: run by tests, with any test runner or none.

A `Bench` sets a channel up against its other side, a real server or a double that misbehaves like
one. Each of `PROMISES` is a function of a bench that returns where the channel keeps it, and raises
`ContractBroken` with a sentence where it does not. See ``docs/adding-a-channel.md``.
"""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from announcer.channels import UnsupportedError, carry_out
from announcer.channels.bench import (
    CORRECTED,
    HOSTILE,
    READS,
    SAYS,
    TEXT,
    WHAT,
    Bench,
    Fault,
    Seen,
    change_of,
    job_of,
)
from announcer.domain.announcement import Content
from announcer.domain.change import ChangeKind
from announcer.domain.channel import Addresses
from announcer.domain.delivery import Job, Outcome, Result
from announcer.render.text import without_controls

__all__ = ["PROMISES", "READS", "SAYS", "Bench", "ContractBroken", "Fault", "Seen"]


class ContractBroken(AssertionError):
    """A channel does not keep what every channel must; the text says what and how."""


# The promises ---------------------------------------------------------------------------------


def it_says_what_it_is(bench: Bench) -> None:
    """Its kind is whole, and says of each further move what is so."""
    channel, kind = bench.channel, bench.channel.kind
    _hold(kind.name == kind.name.strip().lower() != "", f"its name is {kind.name!r}")
    _hold(bool(kind.title), "it has no title")
    _hold(channel.batch_size >= 1, f"it takes {channel.batch_size} recipients")
    _hold("/" in channel.media_type, f"{channel.media_type!r} is no media type")
    _hold(
        kind.external or kind.addresses is not Addresses.PRESS_LIST,
        "it addresses the press list and does not leave the house",
    )
    job = job_of(bench)
    bench.ready(job)
    for move, can in (
        ("correct", kind.corrects),
        ("withdraw", kind.withdraws),
        ("check", kind.checks),
    ):
        try:
            getattr(channel, move)(job)
            did = True
        except UnsupportedError as refused:
            did = False
            _hold(str(refused) != "", f"it cannot {move} and does not say so")
        _hold(did is can, f"its kind says {can} of {move}, and the channel {did}")


def the_same_edition_gives_the_same_bytes(bench: Bench) -> None:
    """What is stored before the first attempt is what every later one would have made."""
    first, second = job_of(bench), job_of(bench)
    _hold(first.artefact == second.artefact != b"", "the same edition gave other bytes, or none")


def what_is_handed_over_arrives(bench: Bench) -> None:
    """Everyone gets it, nobody else does, and nobody hears of anybody else."""
    job = job_of(bench)
    _answered(bench, job, bench.channel.deliver, _TAKEN)
    _hold(_got(bench, job) == _addresses(job), f"{_got(bench, job)} got it, not {_addresses(job)}")
    for one in bench.seen(job):
        _reads(one, TEXT.title)
        for other in _addresses(job) - {one.to, ""}:
            _hold(other not in one.text, "a recipient sees another")


def again_it_is_nothing_more(bench: Bench) -> None:
    """The same job once more: nobody gets anything that cannot be told to be the same."""
    job = job_of(bench)
    _answered(bench, job, bench.channel.deliver, _TAKEN)
    once = bench.seen(job)
    _answered(bench, job, bench.channel.deliver, _TAKEN)
    twice = bench.seen(job)
    _hold({(o.to, o.identity) for o in twice} == {(o.to, o.identity) for o in once}, "it came anew")
    if bench.channel.idempotent:
        _hold(len(twice) == len(once), "it says that it is idempotent, and it came twice")


def one_who_is_refused_is_the_only_one(bench: Bench) -> None:
    """A refusal is of that recipient; the others have it."""
    job = _with(bench, Fault.REFUSES)
    if job is None:
        return
    answers = _within_patience(bench, lambda: bench.channel.deliver(job))
    *others, last = job.recipients
    if bench.says is READS:
        others, last = [], job.recipients[0]
    _hold(answers[last.key].result in bench.says[Fault.REFUSES], f"it said {answers[last.key]}")
    for one in others:
        _hold(answers[one.key].result in _TAKEN, f"{one.key} was refused as well")
    _hold(
        bench.says is READS or _got(bench, job) == _addresses(job) - {last.address},
        "others than those who were not refused got it",
    )
    _hold(last.address == "" or last.address not in answers[last.key].reply, "the reply names them")


def what_is_wanted_later_waits(bench: Bench) -> None:
    """Throttled, it says for how long, and nobody has got it."""
    job = _with(bench, Fault.THROTTLES)
    if job is not None:
        for outcome in _said(bench, job, Fault.THROTTLES):
            wait = outcome.retry_after
            _hold(wait is None or wait.total_seconds() > 0, "it would be tried again at once")
        _hold(bench.says is READS or not bench.seen(job), "somebody got it all the same")


def a_slow_answer_is_no_answer(bench: Bench) -> None:
    """It does not wait for ever, and does not guess."""
    job = _with(bench, Fault.SLOW)
    if job is not None:
        _said(bench, job, Fault.SLOW)


def a_lost_answer_leaves_it_open(bench: Bench) -> None:
    """Taken, and no word about it: nobody can know, and it says so."""
    job = _with(bench, Fault.DROPS)
    if job is not None:
        _said(bench, job, Fault.DROPS)


def what_cannot_be_reached_waits(bench: Bench) -> None:
    """Nothing left: it may be tried again without a doubt."""
    job = _with(bench, Fault.UNREACHABLE)
    if job is not None:
        _said(bench, job, Fault.UNREACHABLE)


def a_correction_says_that_it_is_one(bench: Bench) -> None:
    """Those who had it get the right text, with what changed, as something of its own.

    On a board it need not say what: it says that it takes the place of another.
    """
    before, after = _changed(bench, ChangeKind.CORRECTED, CORRECTED)
    for one in after:
        _reads(one, CORRECTED.title)
        if bench.channel.kind.addresses is not Addresses.BOARD:
            _reads(one, WHAT)
    _hold(bool(after) or not bench.channel.kind.corrects, "nobody got the correction")
    _hold({one.to for one in after} <= {one.to for one in before}, "others were told as well")
    new = job_of(bench, CORRECTED, number=2)
    _answered(bench, new, bench.channel.deliver, _TAKEN)
    text = _plain(bench.seen(new)[-1].text)
    _hold(all(_plain(one.text) != text for one in after), "it reads as a new text does")


def a_withdrawal_repeats_nothing(bench: Bench) -> None:
    """Those who had it are told, or it is gone; nothing of the text is said again."""
    _, after = _changed(bench, ChangeKind.WITHDRAWN, TEXT)
    for one in after:
        for old in (TEXT.summary, TEXT.body):
            _hold(_plain(old) not in _plain(one.text), "what was withdrawn is read again")


def an_exercise_says_so_or_stays_inside(bench: Bench) -> None:
    """Whoever gets one sees that it is one; what leaves the house is not even made."""
    try:
        job = job_of(bench, replace(TEXT, exercise=True))
    except ValueError:
        return
    _hold(not bench.channel.kind.external, "an exercise would leave the house")
    _answered(bench, job, bench.channel.deliver, _TAKEN)
    for one in bench.seen(job):
        _hold("övning" in one.text.casefold(), "whoever reads it does not see that it is one")


def what_a_person_writes_is_only_text(bench: Bench) -> None:
    """Title, lead and body of every hostile kind arrive as what they say, or are refused whole."""
    for number, (tried, words) in enumerate(HOSTILE.items(), start=1):
        content = replace(TEXT, title=words[:300], summary=words[:1_000], body=words)
        try:
            job = job_of(bench, content, number=number)
        except ValueError:
            continue
        _answered(bench, job, bench.channel.deliver, _TAKEN | {Result.REFUSED})
        _hold(_got(bench, job) <= _addresses(job), f"{tried}: somebody else got it")
        for one in bench.seen(job)[-1:]:
            _reads(one, without_controls(words).split()[0])
            _hold(one.text == without_controls(one.text), f"{tried}: a control character arrived")


def what_was_handed_over_can_be_looked_at(bench: Bench) -> None:
    """Asked before, it is not there; asked afterwards, it is. Asking changes nothing."""
    if not bench.channel.kind.checks:
        return
    job = job_of(bench)
    for outcome in _within_patience(bench, lambda: bench.channel.check(job)).values():
        _hold(outcome.result is Result.DEFERRED, f"not handed over, and it says {outcome}")
    _answered(bench, job, bench.channel.deliver, _TAKEN)
    bench.ready(job)
    before = bench.seen(job)
    for outcome in _within_patience(bench, lambda: bench.channel.check(job)).values():
        _hold(outcome.result is Result.CONFIRMED, f"handed over, and it says {outcome}")
    _hold(bench.seen(job) == before, "looking changed something")


PROMISES: tuple[Callable[[Bench], None], ...] = (
    it_says_what_it_is,
    the_same_edition_gives_the_same_bytes,
    what_is_handed_over_arrives,
    again_it_is_nothing_more,
    one_who_is_refused_is_the_only_one,
    what_is_wanted_later_waits,
    a_slow_answer_is_no_answer,
    a_lost_answer_leaves_it_open,
    what_cannot_be_reached_waits,
    a_correction_says_that_it_is_one,
    a_withdrawal_repeats_nothing,
    an_exercise_says_so_or_stays_inside,
    what_a_person_writes_is_only_text,
    what_was_handed_over_can_be_looked_at,
)

# How they are asked ----------------------------------------------------------------------------

_TAKEN = frozenset({Result.ACCEPTED, Result.CONFIRMED})


def _hold(kept: bool, broken: str) -> None:
    if not kept:
        raise ContractBroken(broken)


def _answered(
    bench: Bench,
    job: Job,
    move: Callable[[Job], Mapping[str, Outcome]],
    wanted: frozenset[Result],
) -> None:
    """``move`` answers for everyone in ``job``, with one of the wanted results."""
    bench.ready(job)
    answers = _within_patience(bench, lambda: move(job))
    keys = {one.key for one in job.recipients}
    _hold(answers.keys() == keys, f"it answered for {sorted(answers)}, not for {sorted(keys)}")
    for key, outcome in answers.items():
        _hold(outcome.result in wanted, f"{key}: {outcome}")


def _within_patience(
    bench: Bench, ask: Callable[[], Mapping[str, Outcome]]
) -> Mapping[str, Outcome]:
    began = time.monotonic()
    answers = ask()
    took = time.monotonic() - began
    _hold(took < bench.patience, f"it took {took:.1f} seconds")
    return answers


def _with(bench: Bench, fault: Fault) -> Job | None:
    """A job that the other side will misbehave at; None where it has no such fault."""
    job = job_of(bench)
    bench.ready(job)
    if fault in bench.without:
        with _nobody_to_speak_to():
            _answered(bench, job, bench.channel.deliver, _TAKEN)
        return None
    bench.misbehave(fault)
    return job


def _said(bench: Bench, job: Job, fault: Fault) -> list[Outcome]:
    answers = _within_patience(bench, lambda: bench.channel.deliver(job))
    _hold(answers.keys() == {one.key for one in job.recipients}, "somebody is left out")
    for outcome in answers.values():
        _hold(outcome.result in bench.says[fault], f"it said {outcome}")
    return list(answers.values())


@contextmanager
def _nobody_to_speak_to() -> Iterator[None]:
    """Whoever opens a connection here breaks the contract: a bench said that there is none."""

    def refuse(*_: Any) -> None:
        raise ContractBroken("its bench says that it speaks to nobody, and it does")

    kept = socket.socket.connect
    socket.socket.connect = refuse  # type: ignore[method-assign]
    try:
        yield
    finally:
        socket.socket.connect = kept  # type: ignore[method-assign]


def _changed(bench: Bench, kind: ChangeKind, to: Content) -> tuple[list[Seen], list[Seen]]:
    """What the other side has before and after, of those who are told; nothing, where none can be."""
    first = job_of(bench)
    _answered(bench, first, bench.channel.deliver, _TAKEN)
    before = bench.seen(first)
    can = (
        bench.channel.kind.corrects
        if kind is ChangeKind.CORRECTED
        else bench.channel.kind.withdraws
    )
    second = job_of(bench, to, change_of(kind, first))
    if not can:
        _hold(_refuses(bench, second), "its kind says that it cannot")
        _hold(bench.seen(first) == before, "it cannot, and did something")
        return before, []
    _answered(bench, second, lambda job: carry_out(bench.channel, job), _TAKEN)
    after = bench.seen(second)
    return before, [one for one in after if one not in before]


def _refuses(bench: Bench, job: Job) -> bool:
    try:
        carry_out(bench.channel, job)
    except UnsupportedError:
        return True
    return False


def _addresses(job: Job) -> set[str]:
    return {one.address for one in job.recipients}


def _got(bench: Bench, job: Job) -> set[str]:
    return {one.to for one in bench.seen(job)}


def _plain(words: str) -> str:
    """Without blanks: where a line ends is nobody's promise."""
    return "".join(words.split())


def _reads(one: Seen, words: str) -> None:
    _hold(_plain(words) in _plain(one.text), f"{words!r} is not in {one.text[:300]!r}")
