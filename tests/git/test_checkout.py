"""Reading repositories at a commit: local ones in place, remote ones through a clone."""

import asyncio
import os
import stat
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from controller.errors import Unreachable, UsageError
from controller.git import checkout, commands
from controller.git.snapshot import Snapshot
from controller.git.source import parse_source
from tests.git.repositories import commit, git, repository, served


def look(text: str, data_dir: Path) -> str:
    return asyncio.run(checkout.look(parse_source(text), data_dir))


def read(text: str, revision: str, data_dir: Path) -> Snapshot:
    return asyncio.run(checkout.read(parse_source(text), revision, data_dir))


def latest(text: str, data_dir: Path) -> Snapshot:
    return read(text, look(text, data_dir), data_dir)


def state_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything below a folder: when it changed, and what it holds."""
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "r", {"a.yaml": "a: 1\n", "deep/b.yml": "b: 2\n", "README.md": "no spec"})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


# Local repositories


def test_snapshot_holds_the_files_and_who_made_them(root: Path, data: Path) -> None:
    sha = commit(root, {"c.yaml": "c: 3\n"}, "Watch the checkout\n\nIt pays for everything.")

    assert latest(str(root), data) == Snapshot(
        revision=sha,
        files={"a.yaml": "a: 1\n", "c.yaml": "c: 3\n", "deep/b.yml": "b: 2\n"},
        message="Watch the checkout\n\nIt pays for everything.",
        author="Ada",
        committed_at=datetime(2026, 5, 4, 10, 0, tzinfo=UTC),
    )


def test_work_tree_does_not_count(root: Path, data: Path) -> None:
    (root / "a.yaml").write_text("not committed")
    (root / "new.yaml").write_text("not committed")
    git(root, "add", "new.yaml")

    assert latest(str(root), data).files == {"a.yaml": "a: 1\n", "deep/b.yml": "b: 2\n"}


def test_local_repository_is_never_written_and_never_cloned(root: Path, data: Path) -> None:
    before = state_of(root)
    latest(str(root), data)

    assert state_of(root) == before
    assert not data.exists()


def test_branch_is_followed_whatever_is_checked_out(root: Path, data: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "feature/x")
    commit(root, {"a.yaml": "feature"})
    git(root, "checkout", "--quiet", "main")

    assert latest(str(root), data).files["a.yaml"] == "a: 1\n"
    assert latest(f"{root}#feature/x", data).files["a.yaml"] == "feature"


def test_packed_and_loose_refs_are_the_same(root: Path, data: Path) -> None:
    before = latest(f"{root}#main", data)
    git(root, "gc", "--quiet")
    git(root, "pack-refs", "--all")

    assert latest(f"{root}#main", data) == before


def test_detached_head_is_a_commit_like_any_other(root: Path, data: Path) -> None:
    first = git(root, "rev-parse", "HEAD")
    commit(root, {"a.yaml": "second"})
    git(root, "checkout", "--quiet", "--detach", first)

    assert look(str(root), data) == first


def test_bare_repository_and_linked_work_tree_are_read_alike(root: Path, data: Path) -> None:
    git(root, "clone", "--quiet", "--bare", ".", "../bare.git")
    git(root, "worktree", "add", "--quiet", "../linked", "-b", "other")

    assert latest(str(root.parent / "bare.git"), data) == latest(str(root), data)
    assert latest(str(root.parent / "linked"), data) == latest(str(root), data)


def test_paths_are_relative_to_the_folder(root: Path, data: Path) -> None:
    assert latest(f"{root}#main:deep", data).files == {"b.yml": "b: 2\n"}


def test_a_commit_that_arrives_meanwhile_changes_nothing(root: Path, data: Path) -> None:
    sha = look(str(root), data)
    commit(root, {"a.yaml": "later"})

    assert read(str(root), sha, data).files["a.yaml"] == "a: 1\n"


def test_other_programs_yaml_is_left_out(root: Path, data: Path) -> None:
    names = [".github/workflows/ci.yml", ".gitlab-ci.yml", "x/.hidden/a.yaml", "node_modules/p/a.yaml"]
    commit(root, dict.fromkeys(names, "x: 1"))

    assert set(latest(str(root), data).files) == {"a.yaml", "deep/b.yml"}


def test_links_and_submodules_are_skipped(root: Path, data: Path, tmp_path: Path) -> None:
    repository(tmp_path / "sub", {"s.yaml": "s"})
    (root / "link.yaml").symlink_to("a.yaml")
    (root / "away.yaml").symlink_to("/etc/passwd")
    git(root, "submodule", "--quiet", "add", str(tmp_path / "sub"), "sub.yaml")
    commit(root, {})

    assert set(latest(str(root), data).files) == {"a.yaml", "deep/b.yml"}


def test_names_may_be_anything(root: Path, data: Path) -> None:
    names = ["mit leer.yaml", "ümläut/日本.yaml", 'quo"te.yaml', "tab\there.yaml", "line\nbreak.yaml"]
    commit(root, dict.fromkeys(names, "x: 1"))

    assert set(names) <= set(latest(str(root), data).files)


def test_files_that_cannot_be_specs_are_reported(root: Path, data: Path) -> None:
    commit(root, {"latin.yaml": b"a: \xe9", "huge.yaml": b"#" * (5 * 1024 * 1024 + 1), "bom.yaml": b"\xef\xbb\xbfa: 1"})
    snapshot = latest(str(root), data)

    assert snapshot.undecodable == ["latin.yaml"]
    assert snapshot.too_large == ["huge.yaml"]
    assert snapshot.files["bom.yaml"] == "a: 1"
    assert not {"latin.yaml", "huge.yaml"} & set(snapshot.files)


def test_a_thousand_files_are_read_in_a_moment(root: Path, data: Path) -> None:
    commit(root, {f"m/{number}.yaml": f"n: {number}" for number in range(1000)})
    began = time.monotonic()
    snapshot = latest(str(root), data)

    assert len(snapshot.files) == 1002
    assert time.monotonic() - began < 5  # a process for each file would take longer


def test_variables_of_a_surrounding_hook_do_not_lead_astray(
    root: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = repository(tmp_path / "other", {"o.yaml": "o"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))

    assert "a.yaml" in latest(str(root), data).files
    assert "a.yaml" in latest(f"file://{root}", data).files


def test_repository_of_another_user_is_read(root: Path, data: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    for path in [root, *root.rglob("*")]:
        os.lchown(path, 12345, 12345)

    assert "a.yaml" in latest(str(root), data).files


PROBLEMS = [
    ("#mian", "has no branch `mian`", "main"),
    ("#main:nowhere", "has no folder `nowhere`", "folder after"),
    ("#main:a.yaml", "has no folder `a.yaml`", "folder after"),
]


@pytest.mark.parametrize(("place", "message", "hint"), PROBLEMS, ids=[one[0] for one in PROBLEMS])
@pytest.mark.parametrize("scheme", ["", "file://"], ids=["local", "remote"])
def test_what_is_not_in_the_repository_is_named(
    place: str, message: str, hint: str, scheme: str, root: Path, data: Path
) -> None:
    with pytest.raises(Unreachable, match=message) as caught:
        latest(f"{scheme}{root}{place}", data)

    assert caught.value.hint is not None
    assert hint in caught.value.hint or (scheme and "check the name" in caught.value.hint)


def test_repository_without_a_commit_says_so(tmp_path: Path, data: Path) -> None:
    with pytest.raises(Unreachable, match="no commit yet"):
        look(str(repository(tmp_path / "empty")), data)


def test_repository_that_went_away_is_unreachable(root: Path, data: Path) -> None:
    source = parse_source(str(root))
    root.rename(root.parent / "moved")
    with pytest.raises(Unreachable, match="cannot open the repository") as caught:
        asyncio.run(checkout.look(source, data))

    assert caught.value.hint


@pytest.mark.parametrize("scheme", ["", "file://"], ids=["local", "remote"])
def test_commit_that_never_was_is_unreachable(scheme: str, root: Path, data: Path) -> None:
    with pytest.raises(Unreachable, match=r"no commit 0{12}|no such commit"):
        read(f"{scheme}{root}", "0" * 40, data)


@pytest.mark.parametrize("revision", ["HEAD", "--output=x", "abc1234", ""])
def test_only_a_full_sha_is_a_revision(revision: str, root: Path, data: Path) -> None:
    with pytest.raises(UsageError, match="not a revision"):
        read(str(root), revision, data)


def test_damaged_local_repository_is_said_and_left_alone(root: Path, data: Path) -> None:
    sha = git(root, "rev-parse", "HEAD")
    blob = git(root, "rev-parse", "HEAD:a.yaml")
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(Unreachable, match="cannot read commit"):
        read(str(root), sha, data)

    assert (root / ".git").exists()


def test_folder_source_goes_through_the_same_door(tmp_path: Path, data: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/a.yaml").write_text("a: 1")
    snapshot = latest(str(tmp_path / "specs"), data)

    assert snapshot.revision == look(str(tmp_path / "specs"), data)
    assert snapshot.files == {"a.yaml": "a: 1"}


# Remote repositories


def test_remote_reads_as_the_repository_itself(root: Path, data: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "feature/x")
    commit(root, {"a.yaml": "feature"})

    for place in ("", "#main", "#feature/x", "#main:deep"):
        assert latest(f"file://{root}{place}", data) == latest(f"{root}{place or '#feature/x'}", data)


def test_clone_is_bare_shallow_and_follows_the_branch(root: Path, data: Path) -> None:
    url = f"file://{root}#main"
    first = look(url, data)
    second = commit(root, {"a.yaml": "second"})
    rewritten = git(root, "commit-tree", "HEAD^{tree}", "-m", "rewritten")

    assert look(url, data) == second != first
    git(root, "update-ref", "refs/heads/main", rewritten)
    assert look(url, data) == rewritten
    [clone] = (data / "sources").glob("*.git")
    assert git(clone, "rev-parse", "--is-bare-repository") == "true"
    assert git(clone, "rev-list", "--count", "--all") == "1"


def test_pinned_commit_of_the_past_is_fetched_on_demand(root: Path, data: Path) -> None:
    first = git(root, "rev-parse", "HEAD")
    commit(root, {"a.yaml": "second"})
    latest(f"file://{root}#main", data)

    assert read(f"file://{root}#main", first, data).files["a.yaml"] == "a: 1\n"


@pytest.mark.parametrize(
    "damage",
    [
        lambda clone: (clone / "HEAD").unlink(),
        lambda clone: [path.write_bytes(b"") for path in (clone / "objects").rglob("*") if path.is_file() and not path.chmod(stat.S_IRUSR | stat.S_IWUSR)],
        lambda clone: [path.write_text("garbage\n") for path in (clone / "refs").rglob("*") if path.is_file()],
        lambda clone: (clone / "shallow").write_text("garbage\n"),
        lambda clone: (clone / "shallow.lock").write_text(""),
        lambda clone: (clone / "config").write_text("[core\n"),
    ],
    ids=["no-head", "empty-objects", "broken-refs", "broken-shallow", "left-lock", "broken-config"],
)  # fmt: skip
def test_damaged_clone_is_made_again(damage, root: Path, data: Path) -> None:  # type: ignore[no-untyped-def]
    url = f"file://{root}#main"
    latest(url, data)
    [clone] = (data / "sources").glob("*.git")
    damage(clone)
    sha = commit(root, {"a.yaml": "second"})

    assert read(url, sha, data).files["a.yaml"] == "second"
    assert latest(url, data).revision == sha


def test_looks_at_the_same_moment_do_not_meet(root: Path, data: Path) -> None:
    source = parse_source(f"file://{root}#main")

    async def many() -> list[str]:
        return await asyncio.gather(*(checkout.look(source, data) for _ in range(8)))

    assert set(asyncio.run(many())) == {git(root, "rev-parse", "HEAD")}


def test_event_loop_goes_on_while_git_works(root: Path, data: Path) -> None:
    async def ticks() -> int:
        looking = asyncio.create_task(checkout.look(parse_source(f"file://{root}"), data))
        count = 0
        while not looking.done():
            await asyncio.sleep(0.001)
            count += 1
        return count

    assert asyncio.run(ticks()) > 5


def test_http_remote_is_read(root: Path, data: Path, tmp_path: Path) -> None:
    with served(tmp_path) as server:
        assert latest(server.url_of("r/.git#main"), data) == latest(str(root), data)


TOKEN = "s3cret/t%40k:n"


def test_token_in_the_url_lets_us_in_and_stays_out_of_the_clone(root: Path, data: Path, tmp_path: Path) -> None:
    with served(tmp_path, ("ada", "s3cret/t@k:n")) as server:
        url = server.url_of("r/.git#main", "ada", TOKEN.replace("/", "%2F"))
        assert latest(url, data) == latest(str(root), data)

    kept = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert b"s3cret" not in kept
    assert kept


WRONG = "wr0ng"


@pytest.mark.parametrize("user", ["", "ada"], ids=["none", "wrong"])
def test_credentials_that_do_not_fit_are_said_without_being_shown(user: str, root: Path, data: Path) -> None:
    with (
        served(root.parent, ("ada", "right")) as server,
        pytest.raises(Unreachable, match="did not let us in") as caught,
    ):
        look(server.url_of("r/.git#main", user, WRONG), data)

    assert caught.value.hint is not None
    assert "token" in caught.value.hint
    assert WRONG not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("{server}/nowhere.git", "no such repository"),
        ("{server}/r/.git#nowhere", "has no branch `nowhere`"),
        ("http://u:wr0ng@127.0.0.1:9/r.git", "does not answer"),
        ("http://u:wr0ng@nowhere.invalid/r.git", "does not resolve"),
        ("file:///nowhere/r.git", "no such repository"),
    ],
    ids=["repository", "branch", "port", "host", "file"],
)
def test_remote_that_cannot_be_read_says_why(url: str, reason: str, root: Path, data: Path) -> None:
    with served(root.parent) as server, pytest.raises(Unreachable, match=reason) as caught:
        look(url.replace("{server}", server.url), data)

    assert caught.value.hint
    assert WRONG not in "".join(traceback.format_exception(caught.value))


def test_remote_that_never_answers_is_given_up(root: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "PATIENCE", timedelta(seconds=1))
    began = time.monotonic()
    with served(root.parent) as server:
        server.hangs = True
        with pytest.raises(Unreachable, match="does not answer"):
            look(server.url_of("r/.git"), data)

    assert time.monotonic() - began < 10


SSH = """#!/bin/sh
# Speaks ssh's command line: notes it, drops the options and the host, runs what is left here.
echo "$@" >> "$SSH_LOG"
for last; do :; done
exec sh -c "$last"
"""


@pytest.mark.parametrize("form", ["git@forge.example.com:{path}", "ssh://git@forge.example.com{path}"])
def test_ssh_remote_is_asked_without_a_person(
    form: str, root: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin/ssh"
    program.parent.mkdir()
    program.write_text(SSH)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("SSH_LOG", str(tmp_path / "log"))

    assert latest(form.replace("{path}", str(root)) + "#main", data) == latest(str(root), data)
    assert "BatchMode=yes" in (tmp_path / "log").read_text()
    assert "git@forge.example.com" in (tmp_path / "log").read_text()


def test_readers_of_one_clone_take_turns_across_threads(root: Path, data: Path) -> None:
    url, found = f"file://{root}#main", []
    threads = [threading.Thread(target=lambda: found.append(latest(url, data).revision)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [git(root, "rev-parse", "HEAD")] * 4
