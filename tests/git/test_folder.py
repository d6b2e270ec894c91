"""Reading a local folder as it is on disk."""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.errors import Unreachable
from controller.git import folder
from controller.git.snapshot import Snapshot
from controller.git.source import Source

NOBODY = 65534


def read(root: Path) -> Snapshot:
    return asyncio.run(folder.read(Source(str(root), "folder")))


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def test_snapshot_holds_the_yaml_files(tmp_path: Path) -> None:
    snapshot = read(write(tmp_path, {"a.yaml": "a: 1", "deep/er/b.yml": "b: 2", "README.md": "no"}))

    assert snapshot.files == {"a.yaml": "a: 1", "deep/er/b.yml": "b: 2"}
    assert re.fullmatch(r"folder@[0-9a-f]{12}", snapshot.revision)
    assert snapshot.committed_at.timestamp() == pytest.approx((tmp_path / "deep/er/b.yml").stat().st_mtime, abs=1)


@pytest.mark.parametrize("place", [".git", ".venv", ".github", "node_modules", "deep/node_modules", "a/.cache/b"])
def test_folders_of_other_programs_are_skipped(place: str, tmp_path: Path) -> None:
    assert read(write(tmp_path, {f"{place}/x.yaml": "x: 1", "a.yaml": "a"})).files == {"a.yaml": "a"}


def test_same_files_make_the_same_revision_anywhere(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"b.yaml": "b", "a.yaml": "a", "README.md": "one"}
    one, two = write(tmp_path / "one", files), write(tmp_path / "two", dict(reversed(files.items())))
    (two / "README.md").write_text("another")

    assert read(one).revision == read(two).revision


@pytest.mark.parametrize(
    "files",
    [{"a.yaml": "2"}, {"b.yaml": "1"}, {"a.yaml": "1", "b.yaml": ""}, {}, {"a.yam": "l1"}, {"a.yaml": b"\xff"}],
    ids=["content", "name", "more", "fewer", "shifted", "undecodable"],
)
def test_any_difference_makes_another_revision(files: dict[str, str | bytes], tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()

    one, two = write(tmp_path / "one", {"a.yaml": "1"}), write(tmp_path / "two", files)
    assert read(one).revision != read(two).revision


def test_file_that_grows_beyond_the_limit_is_reported(tmp_path: Path) -> None:
    snapshot = read(write(tmp_path, {"big.yaml": b"#" * (5 * 1024 * 1024 + 1), "latin.yaml": b"\xe9", "a.yaml": "a"}))

    assert snapshot.too_large == ["big.yaml"]
    assert snapshot.undecodable == ["latin.yaml"]
    assert list(snapshot.files) == ["a.yaml"]


def test_links_are_followed_inside_the_folder_only(tmp_path: Path) -> None:
    root = write(tmp_path / "specs", {"a.yaml": "a", "sub/b.yaml": "b"})
    write(tmp_path, {"outside.yaml": "secret", "elsewhere/c.yaml": "c"})
    (root / "inside.yaml").symlink_to("a.yaml")
    (root / "away.yaml").symlink_to(tmp_path / "outside.yaml")
    (root / "up.yaml").symlink_to("../outside.yaml")
    (root / "dangling.yaml").symlink_to("nowhere.yaml")
    (root / "folder").symlink_to(tmp_path / "elsewhere")
    (root / "loop").symlink_to(root)

    assert set(read(root).files) == {"a.yaml", "sub/b.yaml", "inside.yaml"}


def test_mounted_config_map_is_read(tmp_path: Path) -> None:
    # Kubernetes links each file through `..data` to a dotted folder of the moment.
    root = write(tmp_path, {"..2026_05_04/a.yaml": "a"})
    (root / "..data").symlink_to("..2026_05_04")
    (root / "a.yaml").symlink_to("..data/a.yaml")

    assert read(root).files == {"a.yaml": "a"}


def test_folder_may_itself_be_a_link(tmp_path: Path) -> None:
    write(tmp_path / "v1", {"a.yaml": "a"})
    (tmp_path / "current").symlink_to("v1")

    assert read(tmp_path / "current").files == {"a.yaml": "a"}


def test_pipe_named_like_a_spec_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(write(tmp_path, {"a.yaml": "a"}) / "pipe.yaml")

    assert read(tmp_path).files == {"a.yaml": "a"}


def test_empty_folder_is_a_snapshot_without_files(tmp_path: Path) -> None:
    assert read(tmp_path).files == {}


def test_folder_that_is_gone_is_an_error_and_not_an_empty_snapshot(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="cannot read the folder") as caught:
        read(tmp_path / "gone")

    assert caught.value.hint


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder of somebody who is not root, and his rights: root may read everything."""
    folder = Path(tempfile.mkdtemp())
    was_root = os.geteuid() == 0
    if was_root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    yield folder
    if was_root:
        os.seteuid(0)
    shutil.rmtree(folder)


@pytest.mark.parametrize("locked", ["sub", "sub/b.yaml"])
def test_what_may_not_be_read_is_an_error_and_not_left_out(locked: str, as_nobody: Path) -> None:
    path = write(as_nobody, {"a.yaml": "a", "sub/b.yaml": "b"}) / locked
    path.chmod(0)
    try:
        with pytest.raises(Unreachable, match="Permission denied"):
            read(as_nobody)
    finally:
        path.chmod(0o700)
