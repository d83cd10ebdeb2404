"""What a reading keeps of its answers beside its columns, as JSON in `Reading.content`."""

from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from tracker import wire
from tracker.models import Reading

T = TypeVar("T", bound=BaseModel)


class _Content(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class OrdersContent(_Content):
    """`coming`: what the answer under way has told so far; `snapshot`: whether it is to bring a whole report."""

    coming: tuple[wire.ToldOrder, ...] = ()
    snapshot: bool = False
    differed: int = 0  # orders, for which the whole report was asked for


class Gap(_Content):
    """Orders that were made at the gateway in this stretch and that it had purged before they were read."""

    begin: AwareDatetime
    end: AwareDatetime


class HistoryContent(_Content):
    """`untimed`: orders of this answer that have no time at all, and were passed over."""

    gaps: tuple[Gap, ...] = ()
    untimed: int = 0


class SettingsContent(_Content):
    settings: wire.GatewaySettings | None = None


class RepeatersContent(_Content):
    """`repeaters` as of the last success; `coming` as far as the next one is told."""

    repeaters: tuple[wire.Repeater, ...] = ()
    coming: tuple[wire.Repeater, ...] = ()


def content_of(reading: Reading, kind: type[T]) -> T:
    """The content of a reading; the kind's empty one where there is none, or another version of ours wrote it."""
    try:
        return kind.model_validate_json(reading.content) if reading.content else kind()
    except ValidationError:
        return kind()


def text_of(content: BaseModel) -> str:
    return content.model_dump_json(exclude_none=True)
