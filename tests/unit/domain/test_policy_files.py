"""Reading policy files: what loads, and what an operator is told about a file that does not."""

from itertools import pairwise, product
from pathlib import Path

import pytest

from announcer.domain.errors import PolicyError
from announcer.domain.policy import load_policy, policy_hash, read_toml
from tests.unit.domain.example_policy import POLICIES, hallefors, table

HALLEFORS = (POLICIES / "hallefors.toml").read_text(encoding="utf-8")


def refused(path: Path) -> str:
    with pytest.raises(PolicyError) as refusal:
        load_policy(path)
    assert str(path.name) in str(refusal.value)
    return str(refusal.value)


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name", ["hallefors", "demo"])
def test_the_policies_that_come_with_announcer_load(name: str) -> None:
    assert set(load_policy(POLICIES / f"{name}.toml").classes) >= {"information", "beslut", "kris"}


def test_the_demonstration_differs_from_hallefors_in_its_windows_and_name_only() -> None:
    demo, original = table("demo"), table()
    assert demo["classes"]["beslut"]["steps"]["press"]["window"] == {"duration": "8 s"}
    for table_, name, step in product(
        (demo, original), ("information", "kommande beslut", "beslut"), ("press", "nyhetsrum")
    ):
        table_["classes"][name]["steps"][step].pop("window")
    demo["name"] = original["name"]
    assert demo == original


def test_a_policy_can_be_derived_from_one_that_is_derived(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", HALLEFORS)
    write(tmp_path, "b.toml", 'derived_from = "a.toml"\nname = "B"\nsource = "b"')
    path = write(tmp_path, "c.toml", 'derived_from = "b.toml"\nname = "C"')
    found = load_policy(path)
    assert (found.name, found.source) == ("C", "b")
    assert found.classes == hallefors().classes


def test_replacing_a_windows_kind_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", HALLEFORS)
    change = 'derived_from = "a.toml"\n[classes.beslut.steps.press]\nwindow = { duration = "1 h" }'
    found = load_policy(write(tmp_path, "b.toml", change)).classes["beslut"].steps["press"]
    assert found.window is not None
    assert found.window.working is None
    assert found.release is not None, "the rest of the step stays"


@pytest.mark.parametrize("circle", [("a", "a"), ("a", "b", "a"), ("a", "b", "c", "b")])
def test_files_derived_from_each_other_are_refused(tmp_path: Path, circle: tuple[str, ...]) -> None:
    for name, base in pairwise(circle):
        write(tmp_path, f"{name}.toml", f'derived_from = "{base}.toml"')
    with pytest.raises(PolicyError, match=r"derived_from, under: .* in a circle. Remove the key"):
        load_policy(tmp_path / "a.toml")


def test_a_base_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "a.toml", 'derived_from = "gone.toml"')
    with pytest.raises(PolicyError, match=r"gone.toml: there is no such file"):
        load_policy(path)


@pytest.mark.parametrize("value", ["7", '""', '["a.toml"]', "2026-12-24"])
def test_a_base_that_is_no_name_is_refused(tmp_path: Path, value: str) -> None:
    said = refused(write(tmp_path, "a.toml", f"derived_from = {value}"))
    assert "derived_from: write the name of a policy file in quotation marks" in said


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "gone.toml")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    said = refused(write(tmp_path, "a.toml", 'name = "Hällefors"'.encode("latin-1")))
    assert "byte 9 is not UTF-8. Save the file as UTF-8." in said


@pytest.mark.parametrize(
    "text",
    ["name = ", "name = Hällefors", "a = " + "[" * 5000, "a = " + "1" * 5000, "a = 1\na = 2"],
)
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, text: str) -> None:
    assert "not TOML" in refused(write(tmp_path, "a.toml", text))


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + HALLEFORS.replace("\n", "\r\n").encode()
    assert read_toml(write(tmp_path, "a.toml", text)) == table()


def test_a_policys_hash_is_that_of_its_meaning_not_of_its_layout(tmp_path: Path) -> None:
    spaced = write(tmp_path, "a.toml", "# a remark\n" + HALLEFORS)
    assert policy_hash(read_toml(spaced)) == policy_hash(table())
    changed = write(tmp_path, "b.toml", HALLEFORS.replace('working = "2 h"', 'working = "1 h"'))
    assert policy_hash(read_toml(changed)) != policy_hash(table())
