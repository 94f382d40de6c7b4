"""What every part of a policy file shares: no key that nobody knows, and nothing changes."""

from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Words = Annotated[str, Field(min_length=1, max_length=300)]


class Strict(BaseModel):
    """A table of the policy file. An unknown key is a fault, and a value never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))
