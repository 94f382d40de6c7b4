"""The organisation's colours as CSS variables that can be read in light and in dark."""

import colorsys

from announcer.domain.organisation import Sender

#: Least contrast of text (WCAG 2.1, success criterion 1.4.3).
READABLE = 4.5
LIGHT_PAPER = "#ffffff"
DARK_PAPER = "#14181b"

Colour = tuple[int, int, int]


def stylesheet(sender: Sender) -> str:
    """Variables for ``announcer.css``; a colour too weak for its paper is made readable."""
    light = _variables(sender, LIGHT_PAPER, "#000000")
    dark = _variables(sender, DARK_PAPER, "#ffffff")
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


def _variables(sender: Sender, paper: str, towards: str) -> str:
    colour = readable(sender.colour, paper, towards)
    accent = readable(sender.accent, paper, towards)
    values = {
        "--house": colour,
        "--house-rgb": ",".join(map(str, _rgb(colour))),
        "--house-ink": "#ffffff" if contrast(colour, "#ffffff") >= READABLE else "#0d1113",
        "--house-strong": mixed(colour, towards, 0.18),
        "--house-soft": mixed(paper, colour, 0.10),
        "--accent": accent,
        "--accent-soft": mixed(paper, accent, 0.12),
    }
    return "".join(f"{name}:{value};" for name, value in values.items())


def readable(colour: str, paper: str, towards: str) -> str:
    """``colour`` made lighter or darker, as ``towards`` (white or black) is, until text in it can
    be read on ``paper``; its hue stays."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _rgb(colour)))
    end = 1.0 if towards == "#ffffff" else 0.0
    for step in range(21):
        moved = lightness + (end - lightness) * step / 20
        parts = colorsys.hls_to_rgb(hue, moved, saturation)
        candidate = "#" + "".join(f"{round(part * 255):02x}" for part in parts)
        if contrast(candidate, mixed(paper, candidate, 0.12)) >= READABLE:
            return candidate
    return towards


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.1, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """``one`` with ``share`` (0 to 1) of ``other`` in it, as ``#rrggbb``."""
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
