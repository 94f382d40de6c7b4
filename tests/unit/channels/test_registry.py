"""What other packages bring: found, told apart, and refused by name where it is none."""

import sys
from pathlib import Path

import pytest

from announcer.channels import registry
from announcer.config import NewsroomConfig, of_channels
from announcer.domain.channel import BUILT_IN
from announcer.domain.errors import PolicyError, SetupError
from announcer.domain.plan import CHANNEL_NAMES
from announcer.domain.policy import parse_policy, read_toml
from announcer.domain.policy.channels import with_absent
from tests.world import POLICY

WHOLE = """
from announcer.channels import to_all, unsupported
from announcer.domain.channel import Addresses, ChannelKind
from announcer.domain.delivery import Outcome, Result

class Telex:
    kind = ChannelKind("telex", "Telex", external=False)
    settings = {"ANNOUNCER_CHANNEL_TELEX_LINE": "the line's number"}
    media_type, batch_size, idempotent = "text/plain", 1, False
    def __init__(self, given):
        self.line = given["ANNOUNCER_CHANNEL_TELEX_LINE"]
    def compose(self, edition):
        return b""
    def deliver(self, job):
        return to_all(job, Outcome(Result.ACCEPTED))
    correct = withdraw = deliver
    check = unsupported("check")
"""
LINE = {"ANNOUNCER_CHANNEL_TELEX_LINE": "17"}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Install a package of one module with one channel."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def installed(source: str, name: str = "telex", package: str = "announcer-telex") -> None:
        module = f"brought_{package.replace('-', '_')}_{abs(hash(source))}"
        monkeypatch.delitem(sys.modules, module, raising=False)
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{package.replace('-', '_')}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[announcer.channels]\n{name} = {module}:Telex\n")

    return installed


def test_a_channel_of_another_package_may_be_named_in_a_policy_and_is_called_by_its_title(install):
    table = dict(read_toml(POLICY))
    steps = table["classes"]["beslut"]["steps"]
    steps["telex"] = {"channel": "telex", "after": ["intranet"]}
    with pytest.raises(PolicyError, match=r"steps.telex.channel: the channels are 'intranet'"):
        parse_policy(table, "x.toml")
    install(WHOLE)
    policy = parse_policy(table, "x.toml", registry.kinds())
    assert policy.channels["telex"].title == CHANNEL_NAMES["telex"] == "Telex"
    assert registry.brought()["telex"].make(LINE).line == "17"


def test_a_policy_is_read_where_a_package_is_no_longer_installed():
    table = dict(read_toml(POLICY))
    steps = table["classes"]["beslut"]["steps"]
    steps["telex"] = {"channel": "telex", "after": ["intranet"]}
    steps["fax"] = {**steps["press"], "channel": "fax"}
    policy = parse_policy(table, "stored", with_absent(table, BUILT_IN))
    assert not policy.channels["telex"].external
    assert policy.channels["fax"].external  # to whom the press list is named


def test_a_setting_that_is_not_there_is_named_with_its_package(install):
    install(WHOLE)
    with pytest.raises(
        SetupError, match=r"_TELEX_LINE is not set.*'announcer-telex'.*policy names"
    ):
        registry.set_up(registry.brought(), {"telex"}, {})
    assert registry.set_up(registry.brought(), (), {}) == {}  # nobody asked for it
    assert set(registry.set_up(registry.brought(), (), LINE)) == {"telex"}


def test_two_packages_with_one_name_are_told_apart(install):
    install(WHOLE)
    install(WHOLE, package="other-telex")
    with pytest.raises(SetupError, match=r"'other-telex' brings.*'announcer-telex' has one"):
        registry.brought()


@pytest.mark.parametrize(
    ("source", "name", "said"),
    [
        (WHOLE.replace('"telex"', '"press"', 1), "press", "'announcer' has one of that name"),
        ("import there_is_no_such_module", "telex", "cannot be imported: ModuleNotFoundError"),
        ("raise RuntimeError('no licence')", "telex", "RuntimeError: no licence"),
        ("Telex = 7", "telex", "kind is no ChannelKind"),
        (WHOLE.replace('("telex"', '("telefax"'), "telex", "'telex' and its kind 'telefax'"),
        (WHOLE.replace("ANNOUNCER_CHANNEL_TELEX", "TELEX"), "telex", "begin with ANNOUNCER_CHANN"),
        (
            WHOLE.replace("False)", "False, addresses=Addresses.PRESS_LIST)", 1),
            "telex",
            "must say external=True",
        ),
    ],
)
def test_what_is_no_channel_is_refused_with_the_name_of_its_package(install, source, name, said):
    install(source, name)
    with pytest.raises(SetupError) as refused:
        registry.brought()
    assert said in str(refused.value)
    assert "'announcer-telex'" in str(refused.value)
    assert "ninstall" in str(refused.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('check = unsupported("check")', ""), "check is missing"),
        (('"text/plain", 1, False', '"text/plain", 0, False'), "batch_size is no number"),
        (('"text/plain", 1, False', '"text/plain", 1, None'), "neither True nor False"),
        (('"text/plain", 1, False', "None, 1, False"), "media_type is no text"),
    ],
)
def test_what_keeps_the_protocol_only_in_part_is_refused_when_it_is_made(install, change, said):
    install(WHOLE.replace(*change))
    with pytest.raises(SetupError, match=said):
        registry.brought()["telex"].make(LINE)


def test_settings_of_channels_may_stand_in_files_and_never_at_the_newsroom(tmp_path: Path):
    file = tmp_path / "line"
    file.write_text("17\n")
    environ = {"ANNOUNCER_CHANNEL_TELEX_LINE_FILE": str(file), "PATH": "/bin"}
    assert of_channels(environ) == LINE
    with pytest.raises(SetupError, match="TELEX_LINE: the newsroom must not have this setting"):
        NewsroomConfig.read(environ)
