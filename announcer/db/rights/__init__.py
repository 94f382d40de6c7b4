"""What PostgreSQL lets every role see and do, and ours must not: taken away, and whether it was.

``public.sql`` takes it away in one database. The embedded servers run it by themselves, and
``deploy/database.sql`` includes it for everybody else's.
"""

from pathlib import Path

#: A sample of each kind: counters, sizes, the log, transactions, locks, large objects, signals.
_FUNCTIONS = (
    "pg_stat_get_tuples_inserted(oid)",
    "pg_relation_size(regclass,text)",
    "pg_current_wal_lsn()",
    "pg_current_xact_id()",
    "age(xid)",
    "pg_lock_status()",
    "pg_advisory_lock(bigint)",
    "lo_create(oid)",
    "lo_from_bytea(oid,bytea)",
    "pg_notify(text,text)",
)
#: How much is in a table, what a function says, and what a role has set last.
_RELATIONS = ("pg_class", "pg_proc", "pg_stat_all_tables", "pg_db_role_setting")
REMEDY = (
    "Run deploy/database.sql for this database as PostgreSQL's superuser; docs/operate.md says how."
)


def public_loses() -> bytes:
    """SQL that a superuser runs in a database, once or again."""
    return (Path(__file__).parent / "public.sql").read_bytes()


#: Asked of a role, what of the sample it may still use: one row, one array of names.
OPEN_TO = (
    "SELECT ARRAY("
    f"SELECT name FROM unnest(ARRAY{list(_FUNCTIONS)}) AS name"
    " WHERE has_function_privilege(:role, 'pg_catalog.' || name, 'EXECUTE')"
    f" UNION ALL SELECT name FROM unnest(ARRAY{list(_RELATIONS)}) AS name"
    " WHERE has_any_column_privilege(:role, 'pg_catalog.' || name, 'SELECT'))"
)
