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
            # An owner's policy is whole as well: laid over another it would be nobody's.
            result[key] = value if key in ("window", "under") else merged(result[key], value)
        else:
            result[key] = value
    return result


def read_toml(path: Path) -> dict[str, Any]:
    """The file's table, laid over the one it is ``derived_from`` (a path beside it); the file that
    it is ``under`` stands in it as a table.

    Raises `PolicyError` for a file that is missing, unreadable, not UTF-8, not TOML, or derived
    from itself or under itself.
    """
    return _whole(path, ())


def _whole(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    raw = _parsed(path)
    here = path.resolve()
    if here in above:
        raise PolicyError(
            f"{path}: derived_from, under: the files are derived from each other, or under each "
            "other, in a circle. Remove the key from one of them."
        )
    named = {
        key: _beside(path, key, raw.pop(key)) for key in ("derived_from", "under") if key in raw
    }
    if "under" in named:
        raw["under"] = _whole(named["under"], (*above, here))
    if "derived_from" in named:
        return merged(_whole(named["derived_from"], (*above, here)), raw)
    return raw


def _beside(path: Path, key: str, name: object) -> Path:
    if not isinstance(name, str) or not name:
        raise PolicyError(
            f"{path}: {key}: write the name of a policy file in quotation marks. "
            f"It says {str(name)[:80]!r} now."
        )
    return path.parent / name


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
