"""Several sources, each with a name that stays when its place changes."""

from pathlib import Path

import pytest

from controller.errors import UsageError
from controller.git.source import named_sources


def test_the_first_is_main_and_the_others_have_numbers(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    found = named_sources([str(tmp_path / "a"), str(tmp_path / "b")])

    assert {name: Path(one.uri).name for name, one in found.items()} == {"main": "a", "source-2": "b"}


def test_a_name_stands_before_an_equals_sign(tmp_path: Path) -> None:
    found = named_sources([f"team={tmp_path}", "web=https://git.example.com/x.git"])

    assert list(found) == ["team", "web"]
    assert found["web"].is_remote


def test_an_equals_sign_in_a_path_is_no_name(tmp_path: Path) -> None:
    (tmp_path / "a=b").mkdir()

    assert list(named_sources([str(tmp_path / "a=b")])) == ["main"]


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two sources are called `a`"):
        named_sources([f"a={tmp_path}", f"a={tmp_path}"])
