"""A bench for every channel here: each against a server that misbehaves, and what its reader gets."""

import json
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import lxml.html

from announcer.channels import Channel, registry
from announcer.channels.builtin import built_in
from announcer.channels.contract import READS, Bench, Fault, Seen
from announcer.channels.intranet import IntranetAddress
from announcer.channels.smtp import SmtpServer
from announcer.domain.change import ChangeKind
from announcer.domain.delivery import Job, Recipient
from announcer.render.page import ArticleMissingError, readable_text
from tests.doubles.gateway import Gateway
from tests.doubles.gateway import Rules as GatewayRules
from tests.doubles.lying_intranet import Answer, LyingIntranet
from tests.doubles.recording_smtp import RecordingSmtp, Rules, Stage
from tests.unit.render.pdf_text import page_text

#: Nobody has told it anything yet, and nobody ever will.
ALONE = "it is made here and speaks to nobody"
ITSELF = Recipient("det", "", "sv", "")


def channels_at(smtp: int, web: str) -> dict[str, Channel]:
    return built_in(
        SmtpServer("127.0.0.1", smtp, helo_name="prov.example", command_timeout=1)
        if not smtp
        else SmtpServer(
            "127.0.0.1",
            smtp,
            helo_name="prov.example",
            connect_timeout=1,
            command_timeout=1,
            block_timeout=1,
            after_data_timeout=0.5,
        ),
        IntranetAddress(web, lambda _: "reader", timeout=0.5, whole_timeout=2),
        staff_sender="personal@kommun.example",
        press_sender="press@kommun.example",
        newsroom_url=web,
    )


def nobody_there() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Mail(Bench):
    """Staff mail or press mail, and a mail server."""

    def __init__(self, name: str, stack: ExitStack) -> None:
        self.name = name
        self.server = stack.enter_context(RecordingSmtp())
        self.channel = channels_at(self.server.port, "http://127.0.0.1:9")[name]
        self.recipients = tuple(
            Recipient(who, f"{who}@mottagare.example", "sv", "") for who in ("anna", "bo", "cilla")
        )[: self.channel.batch_size]

    def misbehave(self, fault: Fault) -> None:
        last = self.recipients[-1].address
        rules = {
            Fault.REFUSES: Rules(replies={last: f"550 5.1.1 No such user {last}"}),
            Fault.THROTTLES: Rules(mail="451 4.7.1 Try again later"),
            Fault.SLOW: Rules(slow=2),
            Fault.DROPS: Rules(hang_up=Stage.AFTER_DOT),
        }
        if fault is Fault.UNREACHABLE:
            self.channel = channels_at(nobody_there(), "http://127.0.0.1:9")[self.name]
        else:
            self.server.rules = rules[fault]

    def seen(self, job: Job) -> list[Seen]:
        return [
            Seen(to, str(read["Message-ID"]), _words(read))
            for message in self.server.messages
            for read in [message_from_bytes(message.content, policy=policy.SMTP)]
            for to in message.recipients
        ]


def _words(message: EmailMessage) -> str:
    """What a reader sees of a mail: the subject, the plain text, and the HTML as text."""
    parts = [str(message["Subject"]), str(message["To"]) if "@" in str(message["To"]) else ""]
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        text = body.get_content()
        parts.append(text if kind == "plain" else lxml.html.fromstring(text).text_content())
    return "\n".join(parts).replace("\r\n", "\n")


class Made(Bench):
    """A channel whose artefact is all there is: what is handed over is what is stored."""

    without = dict.fromkeys(Fault, ALONE)

    def __init__(self, channel: Channel, text: Callable[[bytes], str]) -> None:
        self.channel, self.text = channel, text
        self.recipients = (ITSELF,)
        self.made: dict[str, Seen] = {}

    def ready(self, job: Job) -> None:
        self.made[job.edition.message_id] = Seen(
            "", job.edition.message_id, self.text(job.artefact)
        )

    def seen(self, job: Job) -> list[Seen]:
        return list(self.made.values())


def poster(_stack: ExitStack, name: str = "poster") -> Bench:
    return Made(channels_at(9, "http://127.0.0.1:9")[name], page_text)


class Newsroom(Made):
    """The article as it is stored, and the public page that shows it."""

    def __init__(self, stack: ExitStack) -> None:
        self.server = stack.enter_context(LyingIntranet())
        super().__init__(channels_at(9, self.server.base_url)["newsroom"], _article)

    def ready(self, job: Job) -> None:
        super().ready(job)
        texts = json.loads(job.artefact)["texts"]
        page = lxml.html.fromstring("<html><body><main></main></body></html>")
        for text in texts:
            for part in (text["title"], text["summary"]):
                lxml.html.etree.SubElement(page[0][0], "p").text = part
            page[0][0].append(lxml.html.fragment_fromstring(text["html"], create_parent="div"))
        self.server.answers[f"/nyheter/{job.edition.public_id}"] = Answer(
            lxml.html.tostring(page, encoding="utf-8")
        )


def _article(artefact: bytes) -> str:
    """Everything that the public page shows of it."""
    article = json.loads(artefact)
    texts = [[one["title"], one["summary"], one["plain"]] for one in article["texts"]]
    corrected = article.get("correction", "")
    marks = corrected.values() if isinstance(corrected, dict) else [corrected]
    return "\n".join([*marks, *(line for text in texts for line in text)])


class Intranet(Bench):
    """The page, and a web server that shows it, or does not."""

    says = READS

    def __init__(self, stack: ExitStack) -> None:
        self.server = stack.enter_context(LyingIntranet())
        self.channel = channels_at(9, self.server.base_url)["intranet"]
        self.recipients = (ITSELF,)

    def ready(self, job: Job) -> None:
        change = job.edition.change
        gone = change is not None and change.kind is ChangeKind.WITHDRAWN
        page = b"<html><body>%s</body></html>" % (b"<p>Borta</p>" if gone else job.artefact)
        self.server.answers = {
            f"/nyheter/{job.edition.public_id}": Answer(page, status=410 if gone else 200),
            "/floden/alla.atom": Answer(_feed(job, gone=gone), "application/atom+xml"),
        }

    def misbehave(self, fault: Fault) -> None:
        changes = {
            Fault.REFUSES: {"status": 403},
            Fault.THROTTLES: {"status": 503, "headers": {"Retry-After": "60"}},
            Fault.SLOW: {"hangs": True},
            Fault.DROPS: {"length": 1_000_000},
        }
        if fault is Fault.UNREACHABLE:
            self.channel = channels_at(9, f"http://127.0.0.1:{nobody_there()}")["intranet"]
            return
        for path, answer in self.server.answers.items():
            self.server.answers[path] = replace(answer, **changes[fault])

    def seen(self, job: Job) -> list[Seen]:
        page = self.server.answers[f"/nyheter/{job.edition.public_id}"].body
        try:
            text = readable_text(page, job.edition.public_id)
        except ArticleMissingError:
            return []
        return [Seen("", job.edition.public_id, text)]


def _feed(job: Job, *, gone: bool) -> bytes:
    entry = "" if gone else (
        f"<entry><id>urn:announcer:{job.edition.public_id}</id><title>Nytt</title>"
        f'<category term="{job.edition.content.content_hash}" scheme="urn:announcer:content-hash"/>'
        "</entry>"
    )  # fmt: skip
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Nytt</title>{entry}</feed>'.encode()


class ByGateway(Bench):
    """A channel of the package in the documents, and the server that it speaks to."""

    def __init__(self, name: str, server: Gateway) -> None:
        self.name, self.server = name, server
        self.channel = self._made(server.settings)
        self.recipients = (ITSELF,)

    def _made(self, settings: dict[str, str]) -> Channel:
        channel = registry.brought()[self.name].make(settings)
        channel.gateway.patience = 0.5  # type: ignore[attr-defined]  # the package's own
        return channel

    def misbehave(self, fault: Fault) -> None:
        if fault is Fault.UNREACHABLE:
            url = f"http://127.0.0.1:{nobody_there()}"
            settings = self.server.settings
            self.channel = self._made({n: url if "URL" in n else v for n, v in settings.items()})
            return
        self.server.rules = self.rules[fault]

    @property
    def rules(self) -> dict[Fault, GatewayRules]:
        return {
            Fault.REFUSES: GatewayRules(status=422),
            Fault.THROTTLES: GatewayRules(status=429, headers={"Retry-After": "90"}),
            Fault.SLOW: GatewayRules(slow=1),
            Fault.DROPS: GatewayRules(drops=True),
        }

    def seen(self, job: Job) -> list[Seen]:
        return [
            Seen("", place, "\n".join(shown.values()))
            for place, shown in self.server.screen.items()
        ]


class Sms(ByGateway):
    """Short messages to several phones at once."""

    def __init__(self, server: Gateway) -> None:
        super().__init__("sms", server)
        self.recipients = tuple(
            Recipient(f"skift {n}", f"+46701740{n}", "sv", "") for n in (605, 606, 607)
        )

    @property
    def rules(self) -> dict[Fault, GatewayRules]:
        number = self.recipients[-1].address
        refused = GatewayRules(refused={number: f"{number} is no number"})
        return super().rules | {Fault.REFUSES: refused, Fault.DROPS: GatewayRules(half=1)}

    def seen(self, job: Job) -> list[Seen]:
        return [Seen(one.number, one.key, one.text) for one in self.server.sent]
