"""What migrations need of the gate's files: their SQL, and a way to run it as it stands."""

import re
from pathlib import Path

from alembic import op

GATES = Path(__file__).parents[1] / "gate"


def gate(name: str) -> str:
    """A file of the gate."""
    return (GATES / name).read_text(encoding="utf-8")


def run(sql: str) -> None:
    """Run SQL as it stands: its colons and per cent signs are not parameters."""
    op.get_bind().connection.cursor().execute(sql)


def function_of(name: str, function: str) -> str:
    """The statement that made ``function`` in an earlier file, made able to replace."""
    found = re.search(
        rf"CREATE (?:OR REPLACE )?FUNCTION ({re.escape(function)}\(.*?\$\$;)", gate(name), re.DOTALL
    )
    assert found is not None, f"{name} has no {function}"  # noqa: S101 - our own file
    return f"CREATE OR REPLACE FUNCTION {found[1]}"
