"""`wakeful fmt`."""

from pathlib import Path

import pytest

from tests.cli.command import call, monitor, process, write

UGLY = monitor("shop").replace("spec: ", "spec:   ")


def test_files_are_written_once_and_then_left(tmp_path: Path) -> None:
    write(tmp_path, shop=UGLY, good=monitor("good"))
    first, second = call("fmt", tmp_path), call("fmt", tmp_path)

    assert (first.exit_code, first.stdout) == (0, f"{tmp_path}/shop.yaml\n")
    assert (second.exit_code, second.stdout) == (0, "")
    assert (tmp_path / "shop.yaml").read_text() == monitor("shop")


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_nothing_is_written_when_only_asked(tmp_path: Path, option: str) -> None:
    write(tmp_path, shop=UGLY)
    done = call("fmt", option, tmp_path)

    assert done.exit_code == 1
    assert "shop.yaml" in done.stdout
    assert (tmp_path / "shop.yaml").read_text() == UGLY


def test_a_broken_file_is_left_alone_and_named(tmp_path: Path) -> None:
    write(tmp_path, shop=UGLY + "x: [\n", good=UGLY)
    done = call("fmt", tmp_path)

    assert done.exit_code == 1
    assert "this is not YAML" in done.stderr
    assert (tmp_path / "shop.yaml").read_text() == UGLY + "x: [\n"
    assert (tmp_path / "good.yaml").read_text() == monitor("shop")


def test_standard_input_comes_out_in_style() -> None:
    done = process("fmt", "-", stdin=UGLY)

    assert (done.returncode, done.stdout) == (0, monitor("shop"))


def test_a_link_and_its_permissions_stay(tmp_path: Path) -> None:
    real = tmp_path / "real.txt"
    real.write_text(UGLY)
    real.chmod(0o600)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "shop.yaml").symlink_to(real)
    call("fmt", tmp_path / "specs")

    assert (tmp_path / "specs" / "shop.yaml").is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == (monitor("shop"), 0o600)


def test_many_files_are_done_side_by_side(tmp_path: Path) -> None:
    write(tmp_path, **{f"m{number}": UGLY for number in range(60)})

    assert call("fmt", tmp_path).stdout.count("\n") == 60
