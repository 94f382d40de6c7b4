"""The room that the logo has at the head of a page before it comes."""

from pathlib import Path

import pytest

from web.shared.look import logo_width

LOGO = Path("policies/hallefors/logo.png").read_bytes()


def test_it_is_as_wide_as_its_file_says() -> None:
    assert logo_width(LOGO) == 176, "640 by 160 pixels, at the height of the head"


@pytest.mark.parametrize("png", [b"", LOGO[:12], LOGO[:20] + bytes(4), b"GIF89a" + LOGO[6:]])
def test_where_the_file_does_not_say_nothing_is_said(png: bytes) -> None:
    assert logo_width(png) is None
