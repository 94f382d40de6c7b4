"""Photographs: what the eye sees stays, what tells about people goes."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from announcer.domain.attachment import UnfitFile
from announcer.render.picture import bare_jpeg, clean_jpeg, clean_png
from tests.unit.render.handed_in import (
    GPS,
    PROFILE,
    SECRET,
    bomb_png,
    drawing,
    exif,
    jpeg,
    png,
)


def pixels(raw: bytes) -> Image.Image:
    image = Image.open(BytesIO(raw))
    image.load()
    return image


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' channels, 0 to 255."""
    assert one.size == other.size
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("clean", "raw"), [(clean_jpeg, jpeg), (clean_png, png)], ids=["jpeg", "png"]
)
def test_nothing_of_who_and_where_is_left(clean, raw, orientation: int) -> None:
    found = clean(raw(orientation))
    assert SECRET.encode() in raw(orientation)
    for word in (SECRET.encode(), GPS.encode(), b"Exif", b"eXIf", b"xap", b"Photoshop", b"tIME"):
        assert word not in found
    image = pixels(found)
    assert not image.getexif()
    assert image.info["icc_profile"] == PROFILE


def test_an_upright_photograph_keeps_every_pixel_and_a_screenshot_too() -> None:
    assert difference(pixels(clean_jpeg(jpeg())), pixels(jpeg())) == 0
    assert difference(pixels(clean_png(png())), drawing()) == 0


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_picture_that_lies_on_its_side_is_turned_as_the_camera_says(orientation: int) -> None:
    upright = ImageOps.exif_transpose(pixels(png(orientation)))
    assert difference(pixels(clean_png(png(orientation))), upright) == 0
    # Where colours are halved their edges spread by a pixel; in all else nothing changes.
    for sampling, most in ((0, 0.1), (2, 0.5)):
        raw = jpeg(orientation, drawing(640, 320), subsampling=sampling)
        turned = pixels(clean_jpeg(raw))
        assert difference(turned, ImageOps.exif_transpose(pixels(raw))) < most


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_printers_colours_are_turned_too(mode: str) -> None:
    raw = BytesIO()
    drawing().convert(mode).save(raw, "JPEG", exif=exif(6), quality=90)
    turned = pixels(clean_jpeg(raw.getvalue()))
    assert (turned.mode, turned.size) == (mode, (32, 64))
    assert difference(turned, drawing().transpose(Image.Transpose.ROTATE_270).convert(mode)) < 3


@pytest.mark.parametrize(
    "raw", [jpeg(1), jpeg(6), jpeg(3, progressive=True), jpeg(1, drawing(2001, 3))]
)
def test_a_clean_photograph_is_left_as_it_is(raw: bytes) -> None:
    once = clean_jpeg(raw)
    assert clean_jpeg(once) == once == clean_jpeg(raw)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_clean_png_is_left_as_it_is(orientation: int) -> None:
    once = clean_png(png(orientation))
    assert clean_png(once) == once == clean_png(png(orientation))


def test_transparency_and_palettes_stay() -> None:
    for mode, transparent in (("RGBA", None), ("P", 0)):
        raw = BytesIO()
        options = {} if transparent is None else {"transparency": transparent}
        drawing().convert(mode).save(raw, "PNG", exif=exif(6), **options)
        turned = pixels(clean_png(raw.getvalue()))
        expected = pixels(raw.getvalue()).transpose(Image.Transpose.ROTATE_270)
        assert turned.convert("RGBA").tobytes() == expected.convert("RGBA").tobytes()


@pytest.mark.parametrize("size", [(7_100, 7_100), (2**31 - 1, 2**31 - 1), (50_000_001, 1)])
def test_a_picture_with_too_many_points_is_refused_before_it_is_drawn(
    size: tuple[int, int],
) -> None:
    with pytest.raises(UnfitFile, match="för många bildpunkter"):
        clean_png(bomb_png(*size))
    raw = bytearray(jpeg())
    if size[0] < 2**16:
        frame = raw.index(b"\xff\xc0")
        raw[frame + 5 : frame + 9] = size[1].to_bytes(2) + size[0].to_bytes(2)
        with pytest.raises(UnfitFile, match="för många bildpunkter"):
            clean_jpeg(bytes(raw))


def test_a_jpeg_with_endless_scans_is_refused() -> None:
    raw = jpeg(progressive=True)
    scan = raw.index(b"\xff\xda")
    last = raw[scan : raw.index(b"\xff", scan + 20)]
    with pytest.raises(UnfitFile):
        bare_jpeg(raw[:scan] + last * 50 + raw[scan:])


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize(
    ("clean", "raw"), [(clean_jpeg, jpeg), (clean_png, png)], ids=["jpeg", "png"]
)
def test_a_picture_that_is_cut_is_refused_in_words(clean, raw, orientation: int) -> None:
    whole = clean(raw(orientation))
    for length in range(0, len(whole) - 2, 7):
        with pytest.raises(UnfitFile, match="skadad"):
            clean(whole[:length])
