"""Words of agents and gateways, before they are kept."""


def printable(text: str) -> str:
    """The text without what no database, page or log line should hold: control characters become spaces."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
