"""What the verbs of the control API take."""

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt
from starlette.exceptions import HTTPException
from starlette.requests import Request

from tracker.simulator.room import Name, Number

LONGEST_BODY = 65_536
TEN_YEARS = 315_360_000
Model = TypeVar("Model", bound=BaseModel)


class Wanted(BaseModel):
    """What a verb takes; a field that is not known is a mistake to tell, not to swallow."""

    model_config = ConfigDict(extra="forbid")


class Start(Wanted):
    type: Literal["ON_PREMISE", "TO_GO"] = "ON_PREMISE"


class Place(Wanted):
    tag: Number


class Advance(Wanted):
    advance_s: Annotated[StrictInt, Field(ge=-TEN_YEARS, le=TEN_YEARS)]


class Power(Wanted):
    on: StrictBool


class Port(Wanted):
    port: Annotated[StrictInt, Field(ge=0, le=65535)] = 0


class NewRepeater(Wanted):
    label: Name


async def read(request: Request, model: type[Model]) -> Model:
    """The body as the model has it. Raises HTTPException, or ValidationError, which names the field."""
    return model.model_validate(await read_object(request))


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object of the body; none at all is an empty one. Raises HTTPException."""
    raw = b""
    async for piece in request.stream():
        raw += piece
        if len(raw) > LONGEST_BODY:
            raise HTTPException(413, f"A body has {LONGEST_BODY} bytes at most.")
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "The body is no JSON.") from error
    if not isinstance(body, dict):
        raise HTTPException(400, "The body is no JSON object.")
    return body
