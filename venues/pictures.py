"""Pictures as they are kept: re-encoded to WebP, named by their content, never what was uploaded."""

import hashlib
import io
import uuid
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import models
from django.db.models.fields.files import ImageFieldFile
from PIL import Image, ImageOps

LONGEST_SIDE = 1200  # pixels; a phone at 3x shows 390 points
SMALL_SIDE = 780  # the same phone at 2x: two thirds of the bytes, in a list that is long
MOST_BYTES = 12_000_000  # a phone's photograph is half of it
MOST_PIXELS = 40_000_000  # beyond it a small file may unpack to gigabytes
UNREADABLE = "This is no picture that we can read; take a JPEG, PNG, WebP or GIF."
TOO_MANY_PIXELS = "The picture has more than 40 megapixels; make it smaller first."
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


class Encoded(ContentFile[bytes] if TYPE_CHECKING else ContentFile):  # type: ignore[misc]
    """What `to_webp` made: encoding it again would only cost quality, and change its name."""


def to_webp(upload: "File[bytes]") -> Encoded:
    """The picture without metadata, at most LONGEST_SIDE pixels, as WebP named `<sha256>.webp`.

    Raises ValidationError that says what is wrong with the file.
    """
    if upload.size > MOST_BYTES:
        raise ValidationError("The file has more than 12 megabytes; make the picture smaller first.")
    try:
        with Image.open(upload, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError(TOO_MANY_PIXELS)
            upright = ImageOps.exif_transpose(image)
            picture = upright.convert("RGBA" if "A" in upright.getbands() else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValidationError(TOO_MANY_PIXELS) from None
    except (OSError, SyntaxError, ValueError):
        raise ValidationError(UNREADABLE) from None
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    encoded = io.BytesIO()
    picture.save(encoded, "WEBP", quality=80, method=6)
    return Encoded(encoded.getvalue(), name=f"{hashlib.sha256(encoded.getvalue()).hexdigest()}.webp")


def small_address(address: str) -> str:
    """Where the small version of the picture at this address is."""
    folder, _, name = address.rpartition("/")
    return f"{folder}/small/{name}"


def small_version(name: str) -> Path | None:
    """The file of a picture as small as a list of them needs it; made when it is first asked for. None where there is
    no picture of this name, or where a full disk has left half of one.
    """
    folder = Path(settings.MEDIA_ROOT) / "pictures"
    small = folder / "small" / f"{name}.webp"
    if small.exists():
        return small
    try:
        with Image.open(folder / f"{name}.webp", formats=("WEBP",)) as image:
            image.thumbnail((SMALL_SIDE, SMALL_SIDE))
            encoded = io.BytesIO()
            image.save(encoded, "WEBP", quality=75, method=6)
    except (OSError, SyntaxError, ValueError):
        return None
    small.parent.mkdir(exist_ok=True)
    half = small.with_name(f"{name}.{uuid.uuid4().hex}")  # several may make it at once
    half.write_bytes(encoded.getvalue())
    half.replace(small)
    return small


class Size(NamedTuple):
    """In pixels."""

    width: int
    height: int


@lru_cache(maxsize=4096)
def size_of(address: str) -> Size | None:
    """How large the picture at this address is, so that a page can keep its place free; None where there is none.

    Read once in the life of a process: a picture's name is its content.
    """
    try:
        with Image.open(settings.MEDIA_ROOT / "pictures" / PurePosixPath(address).name, formats=("WEBP",)) as image:
            return Size(*image.size)
    except (OSError, SyntaxError, ValueError):
        return None


class PictureFieldFile(ImageFieldFile):
    def save(self, name: str | None, content: "File[bytes]", save: bool = True) -> None:
        picture = content if isinstance(content, Encoded) else to_webp(content)
        path = self.field.generate_filename(self.instance, str(picture.name))
        if self.storage.exists(path):  # the same content is already kept
            self.name = path
            setattr(self.instance, self.field.attname, path)
            self._committed = True
            if save:
                self.instance.save()
            return
        super().save(str(picture.name), picture, save)


class PictureUpload(forms.FileField):
    """Encodes while the form is checked, where a bad file is a sentence beside the field and not an error page.

    Not Django's ImageField: that lets Pillow try every format it knows, and takes what `to_webp` refuses.
    """

    def to_python(self, data: Any) -> Encoded | None:
        upload = super().to_python(data)
        return to_webp(upload) if upload else None


class PictureField(models.ImageField):
    """An ImageField whose file is `to_webp` of the upload."""

    attr_class = PictureFieldFile

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("upload_to", "pictures")
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PictureUpload, **kwargs})
