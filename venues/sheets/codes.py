"""A code's dark and light squares. Error correction M or better: a scratch or a drop of beer does not matter."""

import io

import segno

QUIET = 4  # squares of white around a code, without which phones do not see it


def code_of(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")


def matrix_of(address: str) -> tuple[tuple[bool, ...], ...]:
    """Rows of squares from above, True for dark, without the quiet zone."""
    return tuple(tuple(bool(square) for square in row) for row in code_of(address).matrix)


def svg_of(address: str, title: str) -> bytes:
    """A picture that grows as it is wanted."""
    drawn = io.BytesIO()
    # A whole scale: of a broken one segno rounds the white ground down, and the quiet zone is too narrow.
    code_of(address).save(
        drawn, kind="svg", border=QUIET, scale=10, light="#fff", title=title, svgclass=None, lineclass=None
    )
    return drawn.getvalue()
