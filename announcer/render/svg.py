"""SVG pictures without anything that runs, calls out or tells who drew them.

A browser runs no script in an SVG shown as ``<img>``, but the same file opened on its own is a
page of ours. So the bytes themselves are cleaned before they are stored.
"""

import re

from lxml import etree

from announcer.domain.attachment import UnfitFile
from announcer.domain.errors import N_
from announcer.render.markup import parsed

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"

#: What draws (SVG 2, appendix "Element index"). What runs, embeds a foreign document, plays, or
#: holds names of people and programs (``metadata``) is not here.
_ELEMENTS = """
    a circle clipPath defs desc ellipse feBlend feColorMatrix feComponentTransfer feComposite
    feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA
    feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset
    fePointLight feSpecularLighting feSpotLight feTile feTurbulence filter font font-face
    font-face-name font-face-src g glyph glyphRef hkern image line linearGradient marker mask
    missing-glyph mpath path pattern polygon polyline radialGradient rect stop style svg switch
    symbol text textPath title tref tspan use view vkern
"""
_DRAWING = frozenset(_ELEMENTS.split())
#: Animations can write a link or a handler that was clean when we looked.
_ANIMATING = {"animate", "set", "animateTransform", "animateMotion", "animateColor"}
_URL = re.compile(r"url\(\s*['\"]?\s*(?P<target>[^'\")\s]*)", re.IGNORECASE)
_FUNCTION = re.compile(r"(?P<name>[-\w]+)\(")
#: CSS functions that fetch nothing; any other may (``src()``, ``image-set()``, and those to come).
_CALLS = """
    url rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix icc-color device-cmyk var calc min
    max clamp matrix matrix3d translate translatex translatey translate3d scale scalex scaley scale3d
    rotate rotatex rotatey rotate3d skew skewx skewy perspective polygon circle ellipse inset path
    rect blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia
    cubic-bezier steps local format not is where has nth-child nth-last-child nth-of-type
    nth-last-of-type lang
"""
_FUNCTIONS = frozenset(_CALLS.split())
_SCHEME = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:\s*[^\s;]|//)", re.IGNORECASE)
#: Attributes that change, call or load an address.
_CALLING = {"base", "ping", "src"}
#: Attributes whose value is words for people, never an address or CSS.
_WORDS = {"title", "id", "class", "d", "points", "unicode", "glyph-name"}

#: Elements that a ``use`` may grow into, all told; more is a bomb (a few lines can give billions).
_MOST_DRAWN = 100_000
_MOST_ATTRIBUTES = 500
#: Elements inside or used by each other, in a row.
_DEEPEST = 150
TOO_MUCH = N_("Bilden ”{name}” är för invecklad för att visas. Spara den som png i stället.")


def clean_svg(raw: bytes) -> bytes:
    """The picture in UTF-8 without scripts, handlers, links out, metadata, DOCTYPE or entities.

    Raises `UnfitFile` where ``raw`` is not an SVG picture.
    """
    return _cleaned(raw)[0]


def is_harmless(raw: bytes) -> bool:
    """Whether ``raw`` is an SVG picture in which no element and no attribute has to go."""
    try:
        return not _cleaned(raw)[1]
    except UnfitFile:
        return False


def has_effects(raw: bytes) -> bool:
    """Whether a harmless SVG picture asks for filters (Filter Effects Module Level 1). A few words of
    those, a radius or a number of octaves, keep whoever draws them busy for hours."""
    for element in _parsed(raw).iter(etree.Element):
        words = [element.text or ""] if etree.QName(element).localname == "style" else []
        words += (f"{name}:{value}" for name, value in element.attrib.items() if name not in _WORDS)
        if any("filter" in one.lower() for one in (etree.QName(element).localname, *words)):
            return True
    return False


def own_words(raw: bytes) -> str:
    """The text alternative that a picture brings itself: its label or title (SVG-AAM 1.0 section
    8.1); empty where there is none. Raises `UnfitFile`."""
    root = _parsed(raw)
    title = root.find(f"{{{_SVG}}}title")
    words = root.get("aria-label") or ("" if title is None else "".join(title.itertext()))
    return " ".join(words.split())


def _cleaned(raw: bytes) -> tuple[bytes, bool]:
    """The clean picture, and whether anything had to go."""
    root = _parsed(raw)
    _refuse_crowd(root)
    found = False
    for node in list(root.iter()):
        if not _belongs(node):
            found = True
            _drop(node)
    for element in root.iter(etree.Element):
        found = _clean_attributes(element) or found
    _refuse_bomb(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, with_tail=False), found


def _parsed(raw: bytes) -> etree._Element:
    try:
        root = parsed(raw)
    except etree.XMLSyntaxError as error:
        raise UnfitFile(
            N_("Bilden ”{name}” går inte att läsa som SVG. Spara om den, eller spara den som png.")
        ) from error
    if root.tag != f"{{{_SVG}}}svg":
        raise UnfitFile(N_("Filen ”{name}” är inte en SVG-bild. Spara bilden som svg eller png."))
    return root


def _belongs(node: etree._Element) -> bool:
    """Whether a node may stay: an element of SVG itself that draws."""
    if not isinstance(node.tag, str):  # an entity or a processing instruction
        return False
    name = etree.QName(node)
    if name.namespace != _SVG:
        return False
    if name.localname in _ANIMATING:
        return not _is_dangerous_target(node.get("attributeName", ""))
    if name.localname == "style":
        return _css_stays_inside("".join(node.itertext()))
    return name.localname in _DRAWING


def _is_dangerous_target(attribute: str) -> bool:
    local = attribute.rpartition(":")[2].strip().lower()
    return local in {"href", "src", "style"} or local.startswith("on")


def _css_stays_inside(css: str) -> bool:
    """Whether nothing is fetched; escapes and comments could hide it (CSS Syntax 3 section 4.3)."""
    if "\\" in css or "@import" in css.lower():
        return False
    return all(m["name"].lower() in _FUNCTIONS for m in _FUNCTION.finditer(css)) and all(
        m["target"].startswith("#") for m in _URL.finditer(css)
    )


def _drop(node: etree._Element) -> None:
    parent = node.getparent()
    if parent is None:
        return
    tail, before = node.tail or "", node.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(node)


def _clean_attributes(element: etree._Element) -> bool:
    """Remove what leads out, runs or is another program's own; say whether there was any."""
    bad = [str(key) for key, value in element.attrib.items() if not _may_stay(str(key), str(value))]
    for key in bad:
        del element.attrib[key]
    return bool(bad)


def _may_stay(key: str, value: str) -> bool:
    name = etree.QName(key)
    local = name.localname.lower()
    if name.namespace == _XLINK and local not in {"href", "title"}:
        return False
    if name.namespace not in (None, _XLINK, _XML) or local in _CALLING or local.startswith("on"):
        return False
    if local == "href":
        return value.strip().startswith("#")
    if local in _WORDS or local.startswith("aria-"):
        return True
    # Any other attribute may be one that CSS reads, as `fill` and `cursor` are.
    return _css_stays_inside(value) and (local == "style" or not _SCHEME.match(value))


def _refuse_crowd(root: etree._Element) -> None:
    """Raise `UnfitFile` for more than is ever drawn; listing attributes takes quadratic time."""
    for number, element in enumerate(root.iter(etree.Element)):
        if number > _MOST_DRAWN or len(element.attrib) > _MOST_ATTRIBUTES:
            raise UnfitFile(TOO_MUCH)


def _refuse_bomb(root: etree._Element) -> None:
    """Raise `UnfitFile` where ``use`` makes more of the picture than a browser can draw."""
    elements = list(root.iter(etree.Element))
    by_id = {element.get("id"): element for element in elements}
    drawn: dict[etree._Element, int] = {}
    for element in reversed(elements):  # the inner ones first: then little is left to descend
        _count(element, by_id, drawn, frozenset())
    if drawn[root] > _MOST_DRAWN:
        raise UnfitFile(TOO_MUCH)


def _count(
    element: etree._Element,
    by_id: dict[str | None, etree._Element],
    drawn: dict[etree._Element, int],
    above: frozenset[etree._Element],
) -> int:
    """How many elements are drawn for one, with all that it uses; too many for one that uses
    itself, or goes deeper than `_DEEPEST`."""
    if element in above or len(above) > _DEEPEST:
        return _MOST_DRAWN + 1
    if element not in drawn:
        inside = above | {element}
        total = 1 + sum(
            _count(c, by_id, drawn, inside) for c in element.iterchildren(etree.Element)
        )
        if etree.QName(element).localname == "use":
            used = by_id.get(_target(element))
            total += 0 if used is None else _count(used, by_id, drawn, inside)
        drawn[element] = min(total, _MOST_DRAWN + 1)
    return drawn[element]


def _target(use: etree._Element) -> str:
    link = use.get("href") or use.get(f"{{{_XLINK}}}href") or ""
    return link.strip().removeprefix("#")
