"""Pictures that people upload, by mistake or to do harm: kept as one still WebP of our own, or refused in words."""

import io
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from venues.pictures import TOO_MANY_PIXELS, UNREADABLE, to_webp

SCRIPT = b"<script>alert(1)</script>"
COLOURS = [(200, 30, 30), (30, 200, 30), (30, 30, 200)]
ORIENTATION, LOCATION = 0x0112, 0x8825


def file_of(kind: str, image: Image.Image | None = None, **how: Any) -> bytes:
    file = io.BytesIO()
    (image or Image.new("RGB", (60, 40), COLOURS[0])).save(file, kind, **how)
    return file.getvalue()


def kept(content: bytes) -> Image.Image:
    """What is kept of an upload."""
    encoded = to_webp(ContentFile(content, name="photo.jpg"))
    image = Image.open(encoded)
    image.load()
    assert image.format == "WEBP"
    return image


def why(content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        to_webp(ContentFile(content, name="photo.jpg"))
    return str(refused.value.messages[0])


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 90).convert("RGB")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.0, 0.05, 0.3, 0.9])
def test_a_picture_that_was_cut_off_is_refused(kind: str, part: float) -> None:
    whole = file_of(kind, noise((200, 150)))
    kept(whole)
    assert why(whole[: int(len(whole) * part)]) == UNREADABLE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 500,
        b"%PDF-1.7\n" + SCRIPT,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04" + bytes(200),
        file_of("TIFF"),
        file_of("BMP"),
        file_of("ICO"),
        file_of("PPM"),
    ],
    ids=["nothing", "zeros", "pdf", "svg", "zip", "tiff", "bmp", "ico", "ppm"],
)
def test_what_is_of_another_kind_is_refused(content: bytes) -> None:
    assert why(content) == UNREADABLE


@pytest.mark.parametrize("sides", [(8_000, 6_000), (10_000, 9_500), (20_000, 20_000), (60_000, 1_000)])
def test_a_small_file_that_unpacks_to_far_too_much_is_refused(sides: tuple[int, int]) -> None:
    """Below and beyond the sizes at which the library itself warns, and gives up."""
    header = bytearray(file_of("PNG", Image.new("1", (1, 1))))
    header[16:24] = sides[0].to_bytes(4, "big") + sides[1].to_bytes(4, "big")
    checksum = zlib.crc32(bytes(header[12:29]))
    header[29:33] = checksum.to_bytes(4, "big")
    assert why(bytes(header)) == TOO_MANY_PIXELS


def test_a_page_behind_a_picture_is_not_kept() -> None:
    for kind in ("JPEG", "PNG", "GIF", "WEBP"):
        encoded = to_webp(ContentFile(file_of(kind) + SCRIPT, name="photo.html"))
        assert SCRIPT not in encoded.read()


def test_of_an_animation_its_first_picture_is_kept() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in COLOURS]
    for kind in ("GIF", "WEBP", "PNG"):
        image = kept(file_of(kind, frames[0], save_all=True, append_images=frames[1:]))
        assert getattr(image, "n_frames", 1) == 1
        pixel = image.convert("RGB").getpixel((20, 20))
        assert isinstance(pixel, tuple)
        assert pixel[0] > 150 > pixel[2]


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_other_colour_spaces_come_out_as_red_green_and_blue(mode: str) -> None:
    assert kept(file_of("JPEG", Image.new(mode, (30, 30)))).mode == "RGB"


def test_a_photograph_stands_upright_and_says_nothing_of_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # turned by a quarter
    exif[LOCATION] = {1: "N", 2: (51.0, 30.0, 26.0), 3: "W", 4: (0.0, 7.0, 39.0)}
    for kind in ("JPEG", "WEBP", "PNG"):
        sent = file_of(kind, Image.new("RGB", (60, 40)), exif=exif)
        with Image.open(io.BytesIO(sent)) as photograph:
            assert photograph.getexif().get_ifd(LOCATION), kind
        image = kept(sent)
        assert image.size == (40, 60)
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile"} & set(image.info)


@pytest.mark.django_db  # a request's end looks at the connection
def test_half_a_picture_that_a_full_disk_left_is_one_that_is_not_there(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.SECURE_SSL_REDIRECT = tmp_path, False
    whole = file_of("WEBP", noise((900, 700)))
    (tmp_path / "pictures").mkdir()
    name = "a" * 64
    (tmp_path / "pictures" / f"{name}.webp").write_bytes(whole[: len(whole) // 2])
    assert Client().get(f"/media/pictures/small/{name}.webp").status_code == 404
    (tmp_path / "pictures" / f"{name}.webp").write_bytes(whole)
    answer = Client().get(f"/media/pictures/small/{name}.webp")
    assert answer.status_code == 200
    answer.close()
