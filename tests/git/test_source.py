"""How a source is written."""

import re
from pathlib import Path

import pytest

from controller.errors import UsageError
from controller.git.source import Source, parse_source
from tests.git.repositories import git, repository

URLS = [
    ("https://example.com/o/r.git", Source("https://example.com/o/r.git", "git")),
    ("http://example.com/o/r#main", Source("http://example.com/o/r", "git", "main")),
    ("ssh://git@example.com:2222/o/r#main:specs", Source("ssh://git@example.com:2222/o/r", "git", "main", "specs")),
    ("git@example.com:o/r.git", Source("git@example.com:o/r.git", "git")),
    ("git@example.com:o/r.git#main:a/b", Source("git@example.com:o/r.git", "git", "main", "a/b")),
    ("file:///srv/r.git#main", Source("file:///srv/r.git", "git", "main")),
    ("https://example.com/o/r#feature/x/y:specs", Source("https://example.com/o/r", "git", "feature/x/y", "specs")),
    ("https://example.com/o/r#:specs/", Source("https://example.com/o/r", "git", None, "specs")),
    ("https://example.com/o/r#main:./a/./b/", Source("https://example.com/o/r", "git", "main", "a/b")),
    ("https://example.com/o/r#issue#12", Source("https://example.com/o/r", "git", "issue#12")),
    ("  https://example.com/o/r  ", Source("https://example.com/o/r", "git")),
]


@pytest.mark.parametrize(("text", "wanted"), URLS, ids=[text.strip() for text, _ in URLS])
def test_url_is_a_remote_repository(text: str, wanted: Source) -> None:
    source = parse_source(text)

    assert source == wanted
    assert source.is_remote


def test_plain_folder_is_a_folder(tmp_path: Path) -> None:
    source = parse_source(str(tmp_path))

    assert source == Source(str(tmp_path), "folder")
    assert not source.is_remote


def test_root_of_a_work_tree_is_a_repository(tmp_path: Path) -> None:
    root = repository(tmp_path / "r")

    assert parse_source(str(root)) == Source(str(root), "git")
    assert not parse_source(str(root)).is_remote


def test_bare_repository_is_a_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "r.git")

    assert parse_source(f"{tmp_path}/r.git").kind == "git"


def test_linked_work_tree_is_a_repository(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"a.yaml": "a"})
    git(root, "worktree", "add", "--quiet", "../linked", "-b", "other")

    assert parse_source(str(tmp_path / "linked")).kind == "git"


def test_folder_inside_a_repository_is_a_folder(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"specs/a.yaml": "a"})

    assert parse_source(str(root / "specs")).kind == "folder"


def test_folder_prefix_reads_a_work_tree_from_disk(tmp_path: Path) -> None:
    root = repository(tmp_path / "r")

    assert parse_source(f"folder:{root}") == Source(str(root), "folder")


def test_path_with_a_branch_is_a_repository(tmp_path: Path) -> None:
    root = repository(tmp_path / "r")

    assert parse_source(f"{root}#release/1.2:specs") == Source(str(root), "git", "release/1.2", "specs")


def test_relative_path_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "specs").mkdir()
    monkeypatch.chdir(tmp_path)

    assert parse_source("specs").uri == str(tmp_path / "specs")
    assert parse_source(".").uri == str(tmp_path)


def test_existing_folder_with_a_hash_in_its_name_is_that_folder(tmp_path: Path) -> None:
    (tmp_path / "c#").mkdir()

    assert parse_source(f"{tmp_path}/c#") == Source(str(tmp_path / "c#"), "folder")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("folder:", "is empty"),
        ("folder:nowhere", "`nowhere` does not exist"),
        ("#main", "path of the source is empty"),
        ("nowhere", "`nowhere` does not exist"),
        ("nowhere#main", "`nowhere` does not exist"),
        ("{here}/file.yaml", "is a file"),
        ("{here}#main", "not the root of a git repository"),
        ("https://example.com/o/r#", "no branch stands after `#`"),
        ("https://example.com/o/r#--upload-pack=evil", "not a branch name"),
        ("https://example.com/o/r#a..b", "not a branch name"),
        ("https://example.com/o/r#main:../etc", "leaves the repository"),
        ("https://example.com/o/r?token=abc", "has no `?`"),
        ("https://example.com", "names no repository"),
        ("https://example.com:port/o/r", "not one"),
        ("ext::sh -c evil", "`ext:` is no kind of source"),
        ("git://example.com/r", "`git:` is no kind of source"),
    ],
)
def test_what_cannot_be_a_source_is_said_with_a_hint(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text("a: 1")
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        parse_source(text.replace("{here}", str(tmp_path)))

    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://tok3n@example.com/o/r#main:specs", "https://example.com/o/r#main:specs"),
        ("https://user:tok3n@example.com:8443/o/r", "https://example.com:8443/o/r"),
        ("https://user:tok3n%40x@example.com/o/r#:specs", "https://example.com/o/r#:specs"),
        ("ssh://git:tok3n@example.com/o/r", "ssh://git@example.com/o/r"),
        ("git@example.com:o/r", "git@example.com:o/r"),
    ],
)
def test_credentials_are_never_shown(text: str, shown: str) -> None:
    source = parse_source(text)

    assert source.shown == shown
    assert "tok3n" not in repr(source)


@pytest.mark.parametrize(
    "text", ["https:/tok3n@example.com/o/r", "git://u:tok3n@example.com/r", "https://u:tok3n@example.com:x/r?a=b"]
)
def test_mistyped_url_is_refused_without_its_token(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_source(text)

    assert "tok3n" not in str(caught.value) + str(caught.value.hint)
