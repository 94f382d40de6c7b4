"""How much room words take in a drawing, where nothing breaks lines by itself."""

#: Widths in em of letters that are far from the ordinary. They are those of a wide typeface
#: (DejaVu Sans), so that a line also fits where the reader's own is wider than ours.
_NARROW = dict.fromkeys("iIjl.,:;'|!`’”", 0.36) | dict.fromkeys(" frt()-–/[]", 0.42)
_WIDE = dict.fromkeys("mwMW—@%…", 0.96) | dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZÅÄÖ&", 0.74)
_WIDTHS = _NARROW | _WIDE
_ORDINARY = 0.62
#: Letters of writings without a small alphabet (Chinese, Japanese, emoji) are squares.
_SQUARE_FROM = "\u2e80"


def width_of(text: str, size: float) -> float:
    """At most how wide ``text`` is in letters of ``size``; both in the drawing's own units."""
    return size * sum(1.05 if c >= _SQUARE_FROM else _WIDTHS.get(c, _ORDINARY) for c in text)


def lines_of(text: str, size: float, width: float) -> list[str]:
    """``text`` in lines of at most ``width``; a word that is longer by itself is broken."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if width_of(longer, size) <= width:
            lines[-1:] = [longer]
        else:
            lines += _pieces(word, size, width)
    return lines


def _pieces(word: str, size: float, width: float) -> list[str]:
    """A word that needs its own line, cut with a hyphen wherever it is still too long."""
    if width_of(word, size) <= width:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(f"{pieces[-1]}{letter}-", size) > width:
            pieces[-1] += "-"
            pieces.append("")
        pieces[-1] += letter
    return pieces
