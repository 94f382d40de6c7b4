"""A policy's table out of its file, laid over the file it is derived from."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from announcer.domain.errors import PolicyError


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``over`` laid on top: tables key by key, everything else replaced."""
    result = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            # A window is one thing: replacing its kind must not leave the old kind beside it.
            result[key] = value if key == "window" else merged(result[key], value)
        else:
            result[key] = value
    return result


def read_toml(path: Path) -> dict[str, Any]:
    """The file's table, laid over the one it is ``derived_from`` (a path beside it).

    Raises `PolicyError` for a file that is missing, unreadable, not UTF-8, not TOML, or derived
    from itself.
    """
    return _derived(path, ())


def _derived(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    raw = _parsed(path)
    here = path.resolve()
    if here in above:
        raise PolicyError(
            f"{path}: derived_from: the files are derived from each other in a circle. "
            "Remove derived_from from one of them."
        )
    if "derived_from" not in raw:
        return raw
    base = raw.pop("derived_from")
    if not isinstance(base, str) or not base:
        raise PolicyError(
            f"{path}: derived_from: write the name of a policy file in quotation marks. "
            f"It says {str(base)[:80]!r} now."
        )
    return merged(_derived(path.parent / base, (*above, here)), raw)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        # Some editors put a byte order mark first; it is no part of the text.
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise PolicyError(f"{path}: there is no such file. Name a policy file.") from None
    except OSError as error:
        raise PolicyError(
            f"{path}: cannot be read: {error.strerror}. Name a policy file."
        ) from None
    except UnicodeDecodeError as error:
        raise PolicyError(
            f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8."
        ) from None
    except (ValueError, RecursionError) as error:  # also absurdly long numbers and deep nesting
        raise PolicyError(f"{path}: not TOML: {error}. Mend that line.") from None
