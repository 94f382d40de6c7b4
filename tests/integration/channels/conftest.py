from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from announcer.domain.announcement import Attachment, Content
from announcer.domain.delivery import Edition
from announcer.domain.organisation import Sender
from tests.doubles.lying_intranet import LyingIntranet
from tests.doubles.recording_smtp import RecordingSmtp

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


@pytest.fixture
def mail_server() -> Iterator[RecordingSmtp]:
    with RecordingSmtp() as server:
        yield server


@pytest.fixture
def web_server() -> Iterator[LyingIntranet]:
    with LyingIntranet() as server:
        yield server


@pytest.fixture
def content() -> Content:
    return Content(
        class_name="beslut",
        unit="ks",
        title="Skolan börjar klockan åtta",
        summary="Från den 1 mars börjar alla skolor klockan åtta.",
        body="Läs **hela** planen i bilagan.",
        audience=("alla",),
        contact="Informationsenheten",
        attachments=(Attachment("plan för skolan.pdf", "application/pdf", b"%PDF-1.7 plan"),),
    )


@pytest.fixture
def edition(content: Content) -> Edition:
    return Edition(
        content=content,
        language="sv",
        sender=Sender(
            name="Exempel kommun",
            short_name="Exempel",
            address="Torget 1, 123 45 Exempel",
            phone="010-123 45 67",
            email="kommun@kommun.example",
            web="www.kommun.example",
            colour="#005a9c",
            accent="#ffcc00",
            logo_svg=LOGO,
            logo_png=b"",
            time_zone="Europe/Stockholm",
            language="sv",
        ),
        public_id="k3v9x2m7q4t8",
        page_url="https://intranat.kommun.example/nyheter/k3v9x2m7q4t8",
        at=datetime(2026, 2, 3, 8, 0, tzinfo=UTC),
        message_id="<1@kommun.example>",
    )
