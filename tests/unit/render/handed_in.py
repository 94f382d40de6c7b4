"""Files as people's programs write them, with everything in them that nobody asked for."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
from PIL import Image, ImageCms, PngImagePlugin

#: Stands wherever a person or a place could be told.
SECRET = "Anna Andersson"
GPS = "59.77881"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
OFFICE = "application/vnd.openxmlformats-officedocument."
ODT = "application/vnd.oasis.opendocument.text"
DOCX = f"{OFFICE}wordprocessingml.document"


def drawing(width: int = 64, height: int = 32) -> Image.Image:
    """Red above, blue below to the left, and green: every turn of it looks different. Its edges lie
    between the blocks of a JPEG, so that coding alone changes little."""
    image = Image.new("RGB", (width, height), (220, 30, 30))
    image.paste((30, 30, 220), (0, height // 2, width // 2, height))
    image.paste((30, 200, 30), (width // 2, height // 2, width, height))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    """A camera's own words: owner, place, a thumbnail's worth of notes."""
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x013B] = SECRET
    found[0x010E] = GPS
    found.get_ifd(0x8825)[29] = GPS
    return found


def jpeg(orientation: int = 1, image: Image.Image | None = None, **options: object) -> bytes:
    """A photograph with Exif, XMP, IPTC, a comment, a colour profile and a tail."""
    out = BytesIO()
    (image or drawing()).save(
        out,
        "JPEG",
        quality=88,
        exif=exif(orientation),
        icc_profile=PROFILE,
        comment=SECRET.encode(),
        **options,
    )
    raw = out.getvalue()
    xmp = b"http://ns.adobe.com/xap/1.0/\0" + SECRET.encode()
    iptc = b"Photoshop 3.0\0" + SECRET.encode()
    extra = b"".join(
        bytes([0xFF, marker]) + struct.pack(">H", len(inside) + 2) + inside
        for marker, inside in [(0xE1, xmp), (0xED, iptc), (0xEF, SECRET.encode())]
    )
    return raw[:2] + extra + raw[2:] + SECRET.encode() + jpeg_thumbnail()


def jpeg_thumbnail() -> bytes:
    """What telephones put behind a picture."""
    out = BytesIO()
    drawing(8, 8).save(out, "JPEG", comment=SECRET.encode())
    return out.getvalue()


def png(orientation: int = 1) -> bytes:
    """A picture with text in every form PNG has, a time, and a tail."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRET)
    notes.add_text("Comment", SECRET, zip=True)
    notes.add_itxt("XML:com.adobe.xmp", SECRET)
    notes.add(b"tIME", bytes(7))
    out = BytesIO()
    drawing().save(out, "PNG", pnginfo=notes, exif=exif(orientation), icc_profile=PROFILE)
    return out.getvalue() + SECRET.encode()


def bomb_png(width: int, height: int) -> bytes:
    """A small file that says it is a large picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(9_000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(inside))
        + kind
        + inside
        + struct.pack(">I", zlib.crc32(kind + inside))
        for kind, inside in chunks
    )


def pdf(**root: object) -> bytes:
    """One page with a photograph; ``root`` is set in its catalogue."""
    with pikepdf.new() as made:
        page = made.add_blank_page(page_size=(200, 200))
        photo = pikepdf.Stream(made, jpeg())
        photo.Type, photo.Subtype, photo.Filter = (
            pikepdf.Name.XObject,
            pikepdf.Name.Image,
            pikepdf.Name.DCTDecode,
        )
        photo.Width, photo.Height, photo.BitsPerComponent = 64, 32, 8
        photo.ColorSpace = pikepdf.Name.DeviceRGB
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=photo))
        page.Contents = pikepdf.Stream(made, b"q 100 0 0 100 0 0 cm /Im0 Do Q")
        page.PieceInfo = pikepdf.Dictionary(Program=pikepdf.String(SECRET))
        with made.open_metadata() as xmp:
            xmp["dc:creator"] = [SECRET]
            xmp["dc:title"] = "Planen"
        made.docinfo["/Author"] = SECRET
        made.docinfo["/Title"] = "Planen"
        for key, value in root.items():
            made.Root[f"/{key}"] = made.make_indirect(value)
        out = BytesIO()
        made.save(out)
        return out.getvalue()


def zipped(parts: dict[str, bytes | str]) -> bytes:
    """A ZIP archive of parts, in their order."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, inside in parts.items():
            archive.writestr(name, inside)
        archive.comment = SECRET.encode()
    return out.getvalue()


def docx_parts() -> dict[str, bytes | str]:
    """A letter in Word with properties, a thumbnail, a photograph and the writer's own template."""
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    return {
        "[Content_Types].xml": f"""<Types xmlns="{package}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="jpeg" ContentType="image/jpeg"/>
<Override PartName="/word/document.xml" ContentType="{DOCX}.main+xml"/>
<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>
<Override PartName="/docProps/app.xml" ContentType="{OFFICE}extended-properties+xml"/>
<Override PartName="/docProps/custom.xml" ContentType="{OFFICE}custom-properties+xml"/></Types>""",
        "_rels/.rels": f"""<Relationships xmlns="{package}/relationships">
<Relationship Id="r1" Type="{rel}/officeDocument" Target="word/document.xml"/>
<Relationship Id="r2" Type="{package}/relationships/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/>
</Relationships>""",
        "word/document.xml": '<w:document xmlns:w="urn:w">Hela texten</w:document>',
        "word/_rels/settings.xml.rels": f"""<Relationships xmlns="{package}/relationships">
<Relationship Id="r1" Type="{rel}/attachedTemplate" Target="file:///C:/{SECRET}/mall.dotm" TargetMode="External"/>
<Relationship Id="r2" Type="{rel}/hyperlink" Target="https://x.example" TargetMode="External"/>
</Relationships>""",
        "word/media/image1.jpeg": jpeg(),
        "docProps/core.xml": f"""<cp:coreProperties xmlns:cp="{package}/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Planen &amp; kartan</dc:title>
<dc:creator>{SECRET}</dc:creator><cp:lastModifiedBy>{SECRET}</cp:lastModifiedBy></cp:coreProperties>""",
        "docProps/app.xml": f"<Properties><Company>{SECRET}</Company></Properties>",
        "docProps/custom.xml": f"<Properties>{SECRET}</Properties>",
        "docProps/thumbnail.jpeg": jpeg(),
    }


def odt_parts() -> dict[str, bytes | str]:
    """A letter in LibreOffice with properties and a thumbnail."""
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return {
        "mimetype": ODT,
        "content.xml": '<o:doc xmlns:o="urn:o" xmlns:l="urn:l"><text:a xlink:href="https://x.example"'
        ' xmlns:text="urn:t" xmlns:xlink="urn:x">Hela texten</text:a></o:doc>',
        "meta.xml": f"""<office:document-meta xmlns:office="urn:of" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Planen</dc:title><dc:creator>{SECRET}</dc:creator></office:document-meta>""",
        "Thumbnails/thumbnail.png": png(),
        "Pictures/a.png": png(),
        "META-INF/manifest.xml": f"""<manifest:manifest xmlns:manifest="{manifest}">
<manifest:file-entry manifest:full-path="Thumbnails/thumbnail.png"/>
<manifest:file-entry manifest:full-path="content.xml"/></manifest:manifest>""",
    }


def growing_pdf(megabytes: int) -> bytes:
    """A page whose object stream (ISO 32000-2 7.5.7) unpacks to so much, nearly all of it spaces."""
    objects = [
        b"<</Type/Catalog/Pages 3 0 R>>",
        b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        b"<</Type/Page/Parent 3 0 R/MediaBox[0 0 9 9]>>",
    ]
    places = [sum(len(one) + 1 for one in objects[:n]) for n in range(3)]
    head = " ".join(f"{number} {place}" for number, place in zip((2, 3, 4), places, strict=True))
    inside = zlib_of(head.encode() + b"\n" + b" ".join(objects), megabytes)
    first = f"<</Type/ObjStm/N 3/First {len(head) + 1}/Filter/FlateDecode/Length {len(inside)}>>"
    body = b"%PDF-1.5\n1 0 obj " + first.encode() + b"stream\n" + inside + b"\nendstream endobj\n"
    rows = [(0, 0, 0), (1, 9, 0), (2, 1, 0), (2, 1, 1), (2, 1, 2), (1, len(body), 0)]
    table = b"".join(struct.pack(">BIB", *row) for row in rows)
    last = f"5 0 obj <</Type/XRef/Size 6/W[1 4 1]/Root 2 0 R/Length {len(table)}>>stream\n".encode()
    return body + last + table + f"\nendstream endobj\nstartxref\n{len(body)}\n%%EOF".encode()


def zlib_of(start: bytes, megabytes: int) -> bytes:
    """``start`` and so many million spaces, packed (RFC 1950); one block of them is packed once."""
    packer = zlib.compressobj()
    block = b" " * 1_000_000
    packed = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    repeated = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = zlib.adler32(start)
    for _ in range(megabytes):
        checksum = zlib.adler32(block, checksum)
    return packed + repeated * megabytes + b"\x03\x00" + checksum.to_bytes(4)
