"""Parts of addresses."""


class IdConverter:
    """A row's id as we print it: no leading zero, and never longer than the databases' integers."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class ColourConverter:
    """Six hexadecimal digits."""

    regex = "[0-9a-f]{6}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value.removeprefix("#")


class PictureConverter:
    """The name of a picture: a hash of its content."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
