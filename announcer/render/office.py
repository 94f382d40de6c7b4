"""Word, Excel and PowerPoint files and their open counterparts, without macros and properties.

Both are ZIP archives (ECMA-376 part 2; OpenDocument 1.3 part 2) that say inside what they are. They
are packed anew, so nothing can hide before, between or behind their parts. Who wrote a comment or a
tracked change stays: it is part of the text.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lxml import etree

from announcer.domain.attachment import OTHERWISE, UnfitFile
from announcer.domain.errors import N_
from announcer.render.markup import parsed
from announcer.render.picture import bare_jpeg, bare_png

Parts = dict[str, bytes]

MOST_PARTS = 5_000
#: Bytes when unpacked; ordinary files of 10 MB are mostly pictures, which hardly shrink.
LARGEST_UNPACKED = 100_000_000

BROKEN = N_("Bilagan ”{name}” är skadad. Öppna den, spara om den och bifoga den igen.")
BOMB = N_("Bilagan ”{name}” blir för stor när den packas upp. Spara den som pdf i stället.")
LOCKED = N_("Bilagan ”{name}” har lösenord. Ta bort lösenordet och bifoga den igen.")
RUNS = N_(
    "Bilagan ”{name}” innehåller makron eller inbäddade program. Spara den som pdf i stället."
)
FETCHES = N_(
    "Bilagan ”{name}” hämtar innehåll från en annan fil eller webbplats. Ta bort länken, eller spara den som pdf."
)
SIGNED = N_(
    "Bilagan ”{name}” är elektroniskt underskriven, och underskriften skulle brytas. Bifoga en kopia utan underskrift."
)

_MAIN: Mapping[str, str] = {
    "wordprocessingml.document": "wordprocessingml.document.main+xml",
    "spreadsheetml.sheet": "spreadsheetml.sheet.main+xml",
    "presentationml.presentation": "presentationml.presentation.main+xml",
}
_OOXML = "application/vnd.openxmlformats-officedocument."
_TYPES = "[Content_Types].xml"
_RUNNING_PART = re.compile(
    r"vbaproject|vbadata|/activex|/macrosheets/|/embeddings/.*\.bin$|^basic/|^scripts/"
    r"|\.(?:exe|dll|js|vbs|ps1|bat|cmd|scr|hta|html?|jar|(?:doc|xls|ppt|dot|xlt|pot)m)$",
    re.IGNORECASE,
)
_RUNNING_TYPE = re.compile(r"macroenabled|vbaproject|activex|oleobject", re.IGNORECASE)
_SIGNATURE_PART = re.compile(
    r"_xmlsignatures/|meta-inf/(?:document|macro)signatures", re.IGNORECASE
)
#: OpenDocument elements that fetch by themselves what their address points at; a link does not.
_ODF_FETCHING = re.compile(
    rb"<(?:draw:(?:image|fill-image|object|object-ole|floating-frame|plugin|applet)"
    rb"|text:section-source|table:(?:table|cell-range)-source|style:background-image"
    rb"|svg:font-face-uri)\b[^>]*xlink:href\s*=\s*[\"']\s*(?:[a-z][a-z0-9+.-]*:|//|\\)",
    re.IGNORECASE,
)
_ODF_RUNNING = re.compile(rb"<(?:script:event-listener|office:script)\b")
_DC = "http://purl.org/dc/elements/1.1/"
#: Properties without anybody's name, by the end of their content type.
_EMPTY: Mapping[str, bytes] = {
    f"{_OOXML}extended-properties+xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    f"{_OOXML}custom-properties+xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
}
_CORE = "application/vnd.openxmlformats-package.core-properties+xml"
_BROKEN_ZIP = (BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error, RuntimeError)
_BROKEN_TOO = (NotImplementedError, OverflowError, IndexError, KeyError)


def clean_office(raw: bytes, media_type: str) -> bytes:
    """The file without author, dates, company, thumbnail and the metadata of its pictures.

    ``media_type`` is one of OOXML's or OpenDocument's. Raises `UnfitFile` for what is another kind,
    runs, fetches, is signed or locked, or grows too large.
    """
    parts = _unpacked(raw)
    if any(_SIGNATURE_PART.search(name) for name in parts):
        raise UnfitFile(SIGNED)
    if any(_RUNNING_PART.search(name) for name in parts):
        raise UnfitFile(RUNS)
    try:
        clean = _clean_ooxml if media_type.startswith(_OOXML) else _clean_odf
        clean(parts, media_type)
    except etree.XMLSyntaxError as error:
        raise UnfitFile(BROKEN) from error
    return _packed({name: _bare(name, inside) for name, inside in parts.items()})


def _unpacked(raw: bytes) -> Parts:
    try:
        with ZipFile(BytesIO(raw)) as archive:
            _refuse_bomb(archive.infolist())
            return {one.filename: archive.read(one) for one in archive.infolist()}
    except (*_BROKEN_ZIP, *_BROKEN_TOO) as error:
        if isinstance(error, UnfitFile):
            raise
        raise UnfitFile(BROKEN) from error


def _refuse_bomb(parts: list[ZipInfo]) -> None:
    """Look at what the parts say of themselves; `ZipFile` unpacks no more than that."""
    if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > LARGEST_UNPACKED:
        raise UnfitFile(BOMB)
    if any(one.flag_bits & 1 for one in parts):
        raise UnfitFile(LOCKED)
    names = [one.filename for one in parts]
    if len({name.casefold() for name in names}) < len(names):
        raise UnfitFile(BROKEN)  # programs differ in which of the two they read
    if any(one.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for one in parts):
        raise UnfitFile(BROKEN)


def _packed(parts: Parts) -> bytes:
    """The same parts give the same bytes: 1980 is the zero of ZIP's clock (APPNOTE 4.4.6)."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, inside in parts.items():
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            # OpenDocument 1.3 part 2 section 3.3: its type stands first and unpacked.
            entry.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            archive.writestr(entry, inside)
    return out.getvalue()


def _bare(name: str, inside: bytes) -> bytes:
    """A part as it is kept; a picture's own metadata goes, its orientation is the document's."""
    bare: Mapping[str, Callable[[bytes], bytes]] = {
        "jpg": bare_jpeg, "jpeg": bare_jpeg, "png": bare_png,
    }  # fmt: skip
    clean = bare.get(name.rpartition(".")[2].lower())
    if clean:
        with suppress(UnfitFile):  # a broken picture inside shows as broken, as before
            return clean(inside)
    return inside


# OOXML ---------------------------------------------------------------------------------------


def _clean_ooxml(parts: Parts, media_type: str) -> None:
    types = _content_types(parts)
    if f"{_OOXML}{_MAIN[media_type.removeprefix(_OOXML)]}" not in types.values():
        raise UnfitFile(RUNS if any(map(_RUNNING_TYPE.search, types.values())) else OTHERWISE)
    if any(map(_RUNNING_TYPE.search, types.values())):
        raise UnfitFile(RUNS)
    for name in [name for name in parts if name.lower().endswith(".rels")]:
        parts[name] = _clean_relationships(parts, name)
    for name, kind in types.items():
        if kind in _EMPTY and name in parts:
            parts[name] = _EMPTY[kind]
        if kind == _CORE and name in parts:
            parts[name] = _core(parts[name])


def _content_types(parts: Parts) -> dict[str, str]:
    """Names of parts, and of endings, with their content types (ECMA-376 part 2 section 7.2.3)."""
    if _TYPES not in parts:
        raise UnfitFile(OTHERWISE)
    return {
        (one.get("PartName") or one.get("Extension") or "").lstrip("/"): one.get("ContentType")
        or ""
        for one in parsed(parts[_TYPES]).iterchildren(etree.Element)
    }


def _clean_relationships(parts: Parts, name: str) -> bytes:
    """Relationships of a part without its thumbnail. Raises `UnfitFile` for one that fetches."""
    root = parsed(parts[name])
    changed = False
    for one in list(root.iterchildren(etree.Element)):
        kind = (one.get("Type") or "").rpartition("/")[2]
        if kind == "thumbnail":
            _drop_thumbnail(parts, one.get("Target") or "")
            root.remove(one)
            changed = True
        elif kind == "attachedTemplate":
            # Names a folder of the writer's machine, and Word would fetch it; this is everybody's.
            changed = changed or one.get("Target") != "Normal.dotm"
            one.set("Target", "Normal.dotm")
        elif one.get("TargetMode") == "External" and kind != "hyperlink":
            raise UnfitFile(FETCHES)
    return _written(root) if changed else parts[name]


def _drop_thumbnail(parts: Parts, target: str) -> None:
    if not target.lower().lstrip("/").startswith("docprops/thumbnail."):
        raise UnfitFile(BROKEN)
    parts.pop(target.lstrip("/"), None)


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def _dublin_core(raw: bytes) -> Iterator[str]:
    """Title and language, which a screen reader says; nothing else."""
    for name in ("title", "language"):
        found = parsed(raw).find(f".//{{{_DC}}}{name}")
        if found is not None and found.text:
            yield f"<dc:{name}>{escape(found.text)}</dc:{name}>"


def _core(raw: bytes) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="{_DC}">{"".join(_dublin_core(raw))}</cp:coreProperties>'
    ).encode()


# OpenDocument --------------------------------------------------------------------------------


def _clean_odf(parts: Parts, media_type: str) -> None:
    if parts.get("mimetype") != media_type.encode() or next(iter(parts)) != "mimetype":
        raise UnfitFile(OTHERWISE)
    manifest = parsed(parts.get("META-INF/manifest.xml", b""))
    if any(etree.QName(e).localname == "encryption-data" for e in manifest.iter(etree.Element)):
        raise UnfitFile(LOCKED)
    for name, inside in parts.items():
        if name.endswith(".xml") and _ODF_RUNNING.search(inside):
            raise UnfitFile(RUNS)
        if name.endswith(".xml") and _ODF_FETCHING.search(inside):
            raise UnfitFile(FETCHES)
    if "meta.xml" in parts:
        parts["meta.xml"] = _odf_meta(parts["meta.xml"])
    _drop_thumbnails(parts, manifest)


def _odf_meta(raw: bytes) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        f'xmlns:dc="{_DC}" office:version="1.3"><office:meta>{"".join(_dublin_core(raw))}'
        "</office:meta></office:document-meta>"
    ).encode()


def _drop_thumbnails(parts: Parts, manifest: etree._Element) -> None:
    gone = [name for name in parts if name.lower().startswith("thumbnails/")]
    for name in gone:
        del parts[name]
    for entry in list(manifest.iterchildren(etree.Element)):
        if any(str(value).lower().startswith("thumbnails/") for value in entry.attrib.values()):
            manifest.remove(entry)
    if gone:
        parts["META-INF/manifest.xml"] = _written(manifest)
