"""Reading a policy file strictly: each fault with the file, the key and the fix."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from announcer.domain.channel import BUILT_IN, Kinds
from announcer.domain.errors import PolicyError
from announcer.domain.policy.layers import layer_faults
from announcer.domain.policy.model import Policy
from announcer.domain.policy.order import ordering_faults
from announcer.domain.toml_file import read_toml


def parse_policy(table: Mapping[str, Any], file: str, channels: Kinds = BUILT_IN) -> Policy:
    """Check a table wholly; ``under`` in it is the owner's table, under which it may only be
    stricter. ``channels`` are those that it may name. Raises `PolicyError` with a line per fault:
    file, key and fix."""
    own = {key: value for key, value in table.items() if key != "under"}
    try:
        policy = Policy.model_validate(own, context={"channels": channels})
    except ValidationError as error:
        raise PolicyError("\n".join(f"{file}: {line}" for line in _plain(error))) from None
    if faults := ordering_faults(policy):
        raise PolicyError("\n".join(f"{file}: {fault}" for fault in faults))
    if "under" in table and (faults := _beyond_the_owner(table["under"], policy, file)):
        raise PolicyError("\n".join(f"{file}: {fault}" for fault in faults))
    return policy


def _beyond_the_owner(owner: Any, policy: Policy, file: str) -> list[str]:
    if not isinstance(owner, Mapping):
        return ["under: write the name of the owner's policy file in quotation marks."]
    return layer_faults(parse_policy(owner, f"{file}: under", policy.channels), policy)


def load_policy(path: Path, channels: Kinds = BUILT_IN) -> Policy:
    """Read and check a policy file. Raises `PolicyError`."""
    return parse_policy(read_toml(path), str(path), channels)


def _plain(error: ValidationError) -> list[str]:
    return [f"{'.'.join(str(part) for part in e['loc'])}: {_fix(e)}" for e in error.errors()]


#: What to write instead, by pydantic's name for the fault.
_FIXES: Mapping[str, str] = {
    "string_type": "write a text in quotation marks",
    "tuple_type": 'write a list, for example ["alla"]',
    "mapping_type": "write a table, with a key and a value on each line",
    "model_type": "write a table, with a key and a value on each line",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "too_short": "name at least one",
    "string_too_short": "write a text",
}


def _fix(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "is no key of the policy language. Remove it or check its spelling."
    if fault["type"] == "missing":
        return "is missing. Add it."
    message = _FIXES.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, ")
    return f"{message[:1].lower()}{message[1:]}. It says {str(fault['input'])[:80]!r} now."
