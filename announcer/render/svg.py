"""SVG pictures without anything that runs or calls out.

A browser runs no script in an SVG shown as ``<img>``, but the same file opened on its own is a
page of ours. So the bytes themselves are cleaned before they are stored.
"""

import re

from lxml import etree

from announcer.domain.errors import N_

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_XML = "http://www.w3.org/XML/1998/namespace"

#: Elements that run, embed a foreign document, or are handlers (SVG 2 sections 12 and 15).
_RUNNING = {"script", "foreignObject", "handler", "listener", "iframe", "embed", "object"}
#: Animations can write a link or a handler that was clean when we looked.
_ANIMATING = {"animate", "set", "animateTransform", "animateMotion", "animateColor"}
_URL = re.compile(r"url\(\s*['\"]?\s*(?P<target>[^'\")\s]*)", re.IGNORECASE)


def clean_svg(raw: bytes) -> bytes:
    """The picture in UTF-8 without scripts, handlers, links out, DOCTYPE or entities.

    Raises ValueError, with a sentence for the writer, where ``raw`` is not an SVG picture.
    """
    return _cleaned(raw)[0]


def is_harmless(raw: bytes) -> bool:
    """Whether ``raw`` is an SVG picture in which no element and no attribute has to go."""
    try:
        return not _cleaned(raw)[1]
    except ValueError:
        return False


def _cleaned(raw: bytes) -> tuple[bytes, bool]:
    """The clean picture, and whether anything had to go."""
    root = _parsed(raw)
    found = False
    for node in list(root.iter()):
        if not _belongs(node):
            found = True
            _drop(node)
    for element in root.iter(etree.Element):
        found = _clean_attributes(element) or found
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, with_tail=False), found


def _parsed(raw: bytes) -> etree._Element:
    # Entities stay unexpanded ("billion laughs"), and no DTD is fetched or read.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(N_("Bilden går inte att läsa som SVG.")) from error
    if root.tag != f"{{{_SVG}}}svg":
        raise ValueError(N_("Filen är inte en SVG-bild."))
    return root


def _belongs(node: etree._Element) -> bool:
    """Whether a node may stay: an element of SVG itself that draws."""
    if not isinstance(node.tag, str):  # an entity or a processing instruction
        return False
    name = etree.QName(node)
    if name.namespace != _SVG or name.localname in _RUNNING:
        return False
    if name.localname in _ANIMATING:
        return not _is_dangerous_target(node.get("attributeName", ""))
    return name.localname != "style" or _css_stays_inside("".join(node.itertext()))


def _is_dangerous_target(attribute: str) -> bool:
    local = attribute.rpartition(":")[2].strip().lower()
    return local == "href" or local.startswith("on")


def _css_stays_inside(css: str) -> bool:
    """Whether no ``url()`` or ``@import`` leads out; escapes could hide either (CSS Syntax 4.3)."""
    if "\\" in css or "@import" in css.lower() or "image-set(" in css.lower():
        return False
    return all(match["target"].startswith("#") for match in _URL.finditer(css))


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
    """Remove what leads out or runs; say whether there was any."""
    bad = [str(key) for key, value in element.attrib.items() if not _may_stay(str(key), str(value))]
    for key in bad:
        del element.attrib[key]
    return bool(bad)


def _may_stay(key: str, value: str) -> bool:
    name = etree.QName(key)
    if name.localname.lower().startswith("on") or (name.namespace, name.localname) == (
        _XML,
        "base",
    ):
        return False
    if name.localname.lower() in {"href", "src"}:
        return value.strip().startswith("#")
    return _css_stays_inside(value) if name.localname == "style" else not _leads_out(value)


def _leads_out(value: str) -> bool:
    return any(not match["target"].startswith("#") for match in _URL.finditer(value))
