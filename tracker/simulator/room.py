"""What stands in the room: tables with tags, pucks. Names are data; numbers of tags and pucks are digits."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST = 200
Name = Annotated[str, Field(min_length=1, max_length=40)]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,6}$")]


class Table(BaseModel):
    """A table; without a tag no puck can say that it lies there."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Name
    tag: Number | None = None


class Area(BaseModel):
    """A part of the room."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Name
    tables: Annotated[list[Table], Field(max_length=MOST)]


class Room(BaseModel):
    """The whole of it. A tag is at one table only, and a puck is there once."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    areas: Annotated[list[Area], Field(max_length=20)]
    pucks: Annotated[list[Number], Field(max_length=MOST)]

    @property
    def tags(self) -> set[str]:
        """The tags that a puck can lie on."""
        return {table.tag for area in self.areas for table in area.tables if table.tag is not None}

    @model_validator(mode="after")
    def _numbers_are_unique(self) -> Self:
        tags = [table.tag for area in self.areas for table in area.tables if table.tag is not None]
        for kind, numbers in (("tag", tags), ("puck", self.pucks)):
            twice = next((number for number in numbers if numbers.count(number) > 1), None)
            if twice is not None:
                raise ValueError(f"{kind} {twice} is there twice")
        return self


def default_room() -> Room:
    """Pucks 1 to 99; tables 1 to 40 with tags of the same numbers."""
    areas = (("Front bar", range(1, 17)), ("Snug", range(17, 25)), ("Garden", range(25, 41)))
    return Room(
        areas=[
            Area(name=name, tables=[Table(name=str(number), tag=str(number)) for number in numbers])
            for name, numbers in areas
        ],
        pucks=[str(number) for number in range(1, 100)],
    )
