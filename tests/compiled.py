"""What a process compiled once, kept for its next installation.

Every test has an installation of its own with programs of its own, and a template, an address or a
statement costs several times as much to compile as to use. What is kept is what was compiled from,
too: another text is compiled by itself.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from announcer.db.engine import Database

Builder = Callable[..., tuple[str, str]]


class Templates(BytecodeCache):
    """The templates of pages."""

    def __init__(self) -> None:
        self._found: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._found:
            bucket.bytecode_from_string(self._found[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._found[bucket.key] = bucket.bytecode_to_string()


class Address(Rule):
    """An address as an application has it; what builds a link to it is compiled from source text."""

    _builders: ClassVar[dict[object, Builder]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        converters = sorted((name, str(type(one))) for name, one in self._converters.items())
        key = repr((self._trace, self.defaults, converters, append_unknown))
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


class Statements:
    """The statements of the first database that this process connected to."""

    _first: Engine | None = None

    def shared_with(self, database: Database) -> None:
        """Call before it is connected."""
        engine: Any = database._engine
        if self._first is None or self._first.dialect.server_version_info is None:
            self._first = engine
            engine._compiled_cache = LRUCache(10_000)
        else:
            engine.dialect, engine._compiled_cache = (
                self._first.dialect,
                self._first._compiled_cache,
            )


STATEMENTS = Statements()


def keep() -> None:
    """From now on, for every application that is made in this process."""
    Flask.jinja_options["bytecode_cache"] = Templates()
    Flask.url_rule_class = Address
