"""Two versions of a policy: what changed, key by key, and who loses by it."""

from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner

from announcer.cli.main import cli
from announcer.domain.policy import load_policy
from announcer.domain.policy.diff import Difference, differences, shorter_leads
from announcer.domain.toml_file import read_toml

ROOT = Path(__file__).parents[3]
HALLEFORS = ROOT / "policies" / "hallefors.toml"


def derived(folder: Path, text: str) -> Path:
    file = folder / "own.toml"
    file.write_text(f'derived_from = "{HALLEFORS}"\n{text}', encoding="utf-8")
    return file


def test_a_policy_differs_from_itself_in_nothing() -> None:
    table = read_toml(HALLEFORS)
    assert differences(table, table) == []
    done = CliRunner().invoke(cli, ["policy", "diff", str(HALLEFORS), str(HALLEFORS)])
    assert (done.exit_code, done.output) == (0, "They decide the same.\n")


def test_what_is_new_gone_and_changed_is_named_with_both_words() -> None:
    before = {"a": {"b": 1, "gone": True}, "window": {"duration": "2 h"}}
    after = {"a": {"b": 2}, "window": {"working": "2 h"}, "new": ["x"]}
    assert differences(before, after) == [
        Difference("a.b", 1, 2),
        Difference("a.gone", True, None),
        Difference("new", None, ["x"]),
        Difference("window", {"duration": "2 h"}, {"working": "2 h"}),
    ]


def test_less_time_for_staff_is_said_and_more_is_not(tmp_path: Path) -> None:
    own = derived(
        tmp_path,
        '[classes.beslut.steps.press]\nwindow = { working = "1 h", hours = "vaxeln" }\n'
        '[classes.information.steps.press]\nwindow = { working = "6 h", hours = "vaxeln" }\n',
    )
    (lead,) = shorter_leads(load_policy(HALLEFORS), load_policy(own))
    assert (lead.class_title, lead.step) == ("Beslut", "press")
    assert (lead.before, lead.after) == (timedelta(hours=2), timedelta(hours=1))
    done = CliRunner().invoke(cli, ["policy", "diff", str(HALLEFORS), str(own)])
    assert done.exit_code == 0
    assert "classes.beslut.steps.press.window" in done.output
    assert (
        "Staff are ahead by less: Beslut, press: at least 1:00:00 instead of 2:00:00."
        in done.output
    )
