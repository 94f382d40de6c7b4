"""A mail server that cannot prove its name gets nothing, and the operator reads why."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from announcer.channels.smtp import SmtpServer, send
from tests.doubles.recording_smtp import RecordingSmtp, Rules
from tests.integration.channels.letters import (
    ACCEPTED,
    ANNA,
    DEFERRED,
    MESSAGE,
    SENDER,
    at,
    states,
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca(authority: trustme.CA, tmp_path: Path) -> str:
    """The organisation's own authority, as the operator names it."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture(params=["starttls", "tls"])
def serve(
    request: pytest.FixtureRequest, mail_server: RecordingSmtp, tmp_path: Path, ca: str
) -> Callable[[trustme.LeafCert], SmtpServer]:
    """Let the server present a certificate; gives it as the operator would have written it."""

    def present(leaf: trustme.LeafCert) -> SmtpServer:
        path = tmp_path / "server.pem"
        leaf.private_key_and_cert_chain_pem.write_to_path(path)
        mail_server.rules = Rules(
            certificate=str(path), tls=request.param == "tls", credentials="kommun:hemlig"
        )
        return at(
            mail_server,
            security=request.param,
            host="localhost",
            ca=ca,
            user="kommun",
            password="hemlig",
        )

    return present


def test_a_server_vouched_for_by_the_organisations_own_authority_is_trusted(
    serve: Callable[..., SmtpServer], authority: trustme.CA, mail_server: RecordingSmtp
) -> None:
    server = serve(authority.issue_cert("localhost"))

    assert states(send(server, SENDER, [ANNA], MESSAGE)) == {ANNA: ACCEPTED}
    assert mail_server.messages[0].encrypted


@pytest.mark.parametrize(
    ("leaf", "fault"),
    [
        (lambda authority: authority.issue_cert("other.example"), "Hostname mismatch"),
        (
            lambda authority: authority.issue_cert(
                "localhost", not_after=datetime(2020, 1, 1, tzinfo=UTC)
            ),
            "certificate has expired",
        ),
        (lambda _: trustme.CA().issue_cert("localhost"), "unable to get local issuer certificate"),
    ],
    ids=["another host's", "expired", "another authority's"],
)
def test_a_certificate_that_is_not_right_is_named_with_the_host_and_nothing_is_sent(
    serve: Callable[..., SmtpServer],
    authority: trustme.CA,
    mail_server: RecordingSmtp,
    leaf: Callable[[trustme.CA], trustme.LeafCert],
    fault: str,
) -> None:
    outcome = send(serve(leaf(authority)), SENDER, [ANNA], MESSAGE)[ANNA]

    assert outcome.state is DEFERRED
    assert outcome.retry_after
    assert "(localhost)" in outcome.reply
    assert fault in outcome.reply
    assert not any(c.startswith(("AUTH", "MAIL")) for c in mail_server.commands)


def test_a_public_authority_does_not_count_beside_the_organisations_own(
    serve: Callable[..., SmtpServer],
    mail_server: RecordingSmtp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    public = trustme.CA()
    public.cert_pem.write_to_path(tmp_path / "public.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))

    outcome = send(serve(public.issue_cert("localhost")), SENDER, [ANNA], MESSAGE)[ANNA]

    assert outcome.state is DEFERRED


def test_a_renewed_authority_counts_without_a_restart(
    serve: Callable[..., SmtpServer], mail_server: RecordingSmtp, ca: str
) -> None:
    renewed = trustme.CA()
    server = serve(renewed.issue_cert("localhost"))
    assert states(send(server, SENDER, [ANNA], MESSAGE)) == {ANNA: DEFERRED}

    renewed.cert_pem.write_to_path(ca)

    assert states(send(server, SENDER, [ANNA], MESSAGE)) == {ANNA: ACCEPTED}


def test_an_authority_file_that_is_gone_delays_and_is_named(
    serve: Callable[..., SmtpServer], authority: trustme.CA, mail_server: RecordingSmtp, ca: str
) -> None:
    server = serve(authority.issue_cert("localhost"))
    Path(ca).unlink()

    outcome = send(server, SENDER, [ANNA], MESSAGE)[ANNA]

    assert outcome.state is DEFERRED
    assert ca in outcome.reply
