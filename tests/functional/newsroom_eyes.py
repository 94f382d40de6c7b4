"""Everything that the newsroom's role in the database can see: each column of each relation, and the
answer of each function that can be asked about the server, a table or a transaction."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import psycopg
from psycopg import sql

from announcer.embedded import postgres
from tests.world import World

ROLE = postgres.NEWSROOM
#: With the columns that every table has beside its own: which transaction wrote a row, and where
#: it lies.
COLUMNS = """
SELECT n.nspname, c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = ANY ('{r,v,m,p,f,S}') AND NOT a.attisdropped
  AND has_schema_privilege(%(role)s, n.oid, 'USAGE')
  AND has_column_privilege(%(role)s, c.oid, a.attnum, 'SELECT')
GROUP BY 1, 2 ORDER BY 1, 2
"""
#: Every way to call a function leaving out arguments that have a default.
FUNCTIONS = """
SELECT n.nspname, quote_ident(p.proname), array(
  SELECT t::regtype::text FROM unnest(p.proargtypes[0:given - 1]) WITH ORDINALITY AS u (t, i) ORDER BY i)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
CROSS JOIN LATERAL generate_series(p.pronargs - p.pronargdefaults, p.pronargs::int) AS given
WHERE p.prokind = 'f' AND has_schema_privilege(%(role)s, n.oid, 'USAGE')
  AND has_function_privilege(%(role)s, p.oid, 'EXECUTE')
ORDER BY 1, 2, 3
"""
#: What stands for a relation, a row's number or a transaction; without one of these in its
#: arguments a function can only be about the server, and then it has none.
ABOUT = {"oid", "regclass", "xid", "xid8", "pg_snapshot", "txid_snapshot"}
OTHERS = {
    "text": ("main",),
    "name": ("announcer_app",),
    "boolean": ("true",),
    "integer": ("1",),
    "bigint": ("1",),
    "smallint": ("1",),
}


def everything(world: World, url: str) -> dict[str, str]:
    """What the role at ``url`` is answered now, by what it asks; a refusal is an answer as well.

    On a new connection: which refusal comes first can depend on what one was asked before.
    """
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as role:
        seen = {f"{one}.{name}": rows for one, name, rows in readable(world, role)}
        seen.update((call, _answer(role, call)) for call in calls(world))
        return seen


def readable(world: World, role: psycopg.Connection[Any]) -> Iterator[tuple[str, str, str]]:
    """Schema, name and rows of every relation of which the role may read something."""
    found = world.owner.execute(COLUMNS, {"role": ROLE}).fetchall()
    for schema, name, columns in found:
        query = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(schema, name)
        )
        yield schema, name, _answer(role, query.as_string(role))


def calls(world: World) -> list[str]:
    """Every question to a function that the role may ask."""
    tables = [
        str(number)
        for (number,) in world.owner.execute(
            "SELECT oid FROM pg_class WHERE oid IN ('announcer.announcement'::regclass,"
            " 'announcer.pk_announcement'::regclass, 'newsroom.item'::regclass)"
            " UNION SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchall()
    ]
    samples = {
        **OTHERS,
        **dict.fromkeys(("oid", "regclass"), tuple(tables)),
        **dict.fromkeys(("xid", "xid8"), ("3",)),
        **dict.fromkeys(("pg_snapshot", "txid_snapshot"), ("3:3:",)),
    }
    found = []
    for schema, name, types in world.owner.execute(FUNCTIONS, {"role": ROLE}).fetchall():
        if (types and not ABOUT & {*types}) or not {*types} <= samples.keys():
            continue
        for values in product(*(samples[one] for one in types)):
            arguments = ", ".join(f"'{v}'::{t}" for v, t in zip(values, types, strict=True))
            found.append(f"SELECT {schema}.{name}({arguments})")
    return found


def _answer(role: psycopg.Connection[Any], query: str) -> str:
    try:
        return repr(sorted(map(repr, role.execute(query.encode()).fetchall())))
    except psycopg.Error as error:
        return f"{error.sqlstate} {error.diag.message_primary}"
