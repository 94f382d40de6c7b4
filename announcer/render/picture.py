"""Photographs without what they tell about who took them, where and when.

Nothing is drawn anew unless the picture lies on its side: only the parts that a viewer needs are
kept, byte for byte, so colours and sharpness stay. The same file always gives the same bytes, and a
clean one gives itself.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO

from PIL import Image, JpegImagePlugin

from announcer.domain.attachment import UnfitFile
from announcer.domain.errors import N_

#: More than any telephone's; four bytes each are needed while a picture is looked at.
MOST_PIXELS = 50_000_000
#: A progressive JPEG has about ten; each costs as much as a whole picture.
MOST_SCANS = 40

BROKEN = N_("Bilden ”{name}” är skadad eller avklippt. Spara om den och bifoga den igen.")
TOO_MANY = N_("Bilden ”{name}” har för många bildpunkter. Förminska den till högst 50 miljoner.")

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
#: PNG (third edition) section 11: what decides how the picture looks. Text, times, Exif, animation
#: and everything private go.
_PNG_KEPT = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP"),
    *(b"sBIT", b"pHYs"),
}
#: ITU-T T.81 table B.1: frames, tables and scans. Comments and application segments are looked at
#: one by one in `_jpeg_part`.
_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_KEPT = _JPEG_FRAMES | {0xC4, 0xCC, 0xDA, 0xDB, 0xDC, 0xDD}
_EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
#: A marker that is neither a stuffed byte nor a restart (T.81 section B.1.1.2).
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")

#: What Pillow's decoders raise for pictures that are not whole.
_DECODING = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError)
_DECODING_TOO = (KeyError, TypeError, OverflowError, MemoryError)
#: Exif 2.32 section 4.6.4: how to turn each orientation upright.
_TURNS: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def clean_jpeg(raw: bytes) -> bytes:
    """The photograph upright and without metadata; colour profile kept. Raises `UnfitFile`."""
    kept = bare_jpeg(raw)
    image = _looked_at(kept, "JPEG")
    turn = _TURNS.get(_orientation(_jpeg_exif(raw)))
    return kept if turn is None else bare_jpeg(_turned_jpeg(image, turn))


def clean_png(raw: bytes) -> bytes:
    """The picture upright and without metadata; colour profile kept. Raises `UnfitFile`."""
    kept = bare_png(raw)
    image = _looked_at(kept, "PNG")
    turn = _TURNS.get(_orientation(_png_exif(raw)))
    if turn is None:
        return kept
    out = BytesIO()
    image.transpose(turn).save(out, "PNG", icc_profile=image.info.get("icc_profile"))
    return bare_png(out.getvalue())


def bare_png(raw: bytes) -> bytes:
    """Only the chunks that decide how a PNG looks; what stands after its end goes too."""
    chunks = [(kind, inside) for kind, inside in _png_chunks(raw) if kind in _PNG_KEPT]
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise UnfitFile(BROKEN)
    _refuse_many_pixels(*struct.unpack(">II", chunks[0][1][:8]))
    return _PNG_HEAD + b"".join(_chunk(kind, inside) for kind, inside in chunks)


def _png_chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Chunk types and contents until IEND (PNG section 5.3); their checksums are right."""
    place, kind = len(_PNG_HEAD), b""
    if not raw.startswith(_PNG_HEAD):
        raise UnfitFile(BROKEN)
    while kind != b"IEND":
        length, kind = struct.unpack(">I4s", raw[place : place + 8].ljust(8, b"\xff"))
        inside, place = raw[place + 8 : place + 8 + length], place + 12 + length
        if place > len(raw) or raw[place - 4 : place] != _chunk(kind, inside)[-4:]:
            raise UnfitFile(BROKEN)
        yield kind, inside


def _chunk(kind: bytes, inside: bytes) -> bytes:
    return (
        struct.pack(">I", len(inside))
        + kind
        + inside
        + struct.pack(">I", zlib.crc32(kind + inside))
    )


def _png_exif(raw: bytes) -> bytes:
    return next((inside for kind, inside in _png_chunks(raw) if kind == b"eXIf"), b"")


def bare_jpeg(raw: bytes) -> bytes:
    """Only the segments that decide how a JPEG looks; what stands after its end goes too."""
    segments = list(_jpeg_segments(raw))
    frames = [inside for marker, inside in segments if marker in _JPEG_FRAMES]
    scans = sum(marker == _SOS for marker, _ in segments)
    if len(frames) != 1 or len(frames[0]) < 6 or not 0 < scans <= MOST_SCANS:
        raise UnfitFile(BROKEN)
    height, width = struct.unpack(">HH", frames[0][1:5])
    _refuse_many_pixels(width, height)
    parts = (_jpeg_part(marker, inside) for marker, inside in segments)
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9"


def _jpeg_segments(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers with what belongs to them, a scan with its data, until the end of the picture."""
    if not raw.startswith(b"\xff\xd8"):
        raise UnfitFile(BROKEN)
    place = 2
    while found := _MARKER.search(raw, place):
        marker, start = raw[found.end() - 1], found.end() + 2
        if marker == _EOI:
            return
        length = int.from_bytes(raw[start - 2 : start])
        place = start - 2 + length
        if length < 2 or place > len(raw):
            raise UnfitFile(BROKEN)
        if marker == _SOS:
            after = _MARKER.search(raw, place)
            place = after.start() if after else len(raw)
        yield marker, raw[start:place] if marker != _SOS else raw[start - 2 : place]
    raise UnfitFile(BROKEN)


def _jpeg_part(marker: int, inside: bytes) -> bytes:
    """A segment as it is kept, empty for one that goes."""
    if marker == _SOS:
        return b"\xff\xda" + inside
    if marker == _APP0 and inside.startswith(b"JFIF\0") and len(inside) >= 14:
        inside = inside[:12] + b"\0\0"  # without its thumbnail
    elif marker == _APP14 and inside.startswith(b"Adobe"):
        inside = inside[:12]  # says how colours are coded
    elif marker not in _JPEG_KEPT and not (marker == _APP2 and inside.startswith(b"ICC_PROFILE\0")):
        return b""
    return bytes([0xFF, marker]) + (len(inside) + 2).to_bytes(2) + inside


def _jpeg_exif(raw: bytes) -> bytes:
    """The TIFF structure in the first Exif segment, empty where there is none."""
    heads = (i for marker, i in _jpeg_segments(raw) if marker == _APP1 and i[:6] == b"Exif\0\0")
    return next(heads, b"")[6:]


def _orientation(exif: bytes) -> int:
    """How the camera was held (Exif tag 0x0112 in IFD0); 1 where it is not said."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for number in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, start + 2 + 12 * number)
            if (tag, kind) == (0x0112, 3):
                return int(value)
    except struct.error:  # broken Exif says nothing
        return 1
    return 1


def _refuse_many_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise UnfitFile(BROKEN)
    if width * height > MOST_PIXELS:
        raise UnfitFile(TOO_MANY)


def _looked_at(kept: bytes, kind: str) -> Image.Image:
    """The whole picture decoded. Raises `UnfitFile` where a part is missing."""
    try:
        image = Image.open(BytesIO(kept), formats=[kind])
        image.load()
    except (*_DECODING, *_DECODING_TOO, Image.DecompressionBombError) as error:
        raise UnfitFile(BROKEN) from error
    return image


def _turned_jpeg(image: Image.Image, turn: Image.Transpose) -> bytes:
    """Drawn anew with the camera's own tables, so that nothing is coarser than it was."""
    assert isinstance(image, JpegImagePlugin.JpegImageFile)  # noqa: S101 - opened as nothing else
    halved = JpegImagePlugin.get_sampling(image) == 2  # in both directions: stays so when turned
    out = BytesIO()
    image.transpose(turn).save(
        out,
        "JPEG",
        qtables=image.quantization,
        subsampling=2 if halved else 0,
        icc_profile=image.info.get("icc_profile"),
        progressive="progressive" in image.info,
        optimize=True,
    )
    return out.getvalue()
