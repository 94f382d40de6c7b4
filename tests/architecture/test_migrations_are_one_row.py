"""Migrations are one row of numbers: two that were written at once are noticed before they run."""

from alembic.config import Config
from alembic.script import ScriptDirectory

from announcer.db.schema import VERSIONS


def test_migrations_follow_one_another_by_their_numbers():
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    row = [one.revision for one in script.walk_revisions()]
    assert row == sorted(row, reverse=True)
    files = [path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py")]
    assert sorted(files) == sorted(row), "a file's name and its revision are one number"
