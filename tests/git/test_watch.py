"""When a source says that one should look."""

import asyncio
import itertools
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from controller.git import watch
from controller.git.source import Source, parse_source
from tests.git.repositories import commit, git, repository

LONG = timedelta(hours=1)


class Reasons:
    """Gathers what a watch says."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def next(self, within: float = 5) -> str:
        """The first reason that was not asked for yet."""
        async with asyncio.timeout(within):
            while not self.told:
                await asyncio.sleep(0.01)
        return self.told.pop(0)

    async def until(self, wanted: str, within: float = 6) -> None:
        """Wait for a reason that holds a text."""
        async with asyncio.timeout(within):
            while wanted not in await self.next(within):
                pass

    async def quiet(self, span: float) -> list[str]:
        """What is said within some seconds."""
        await asyncio.sleep(span)
        return self.told


@asynccontextmanager
async def watching(source: Source, poll: timedelta = LONG) -> AsyncIterator[Reasons]:
    """Watch until the block ends, then see that the watch ends soon as well."""
    stop, reasons = asyncio.Event(), Reasons()

    async def gather() -> None:
        async for reason in watch.changes(source, stop, poll):
            reasons.told.append(reason)

    task = asyncio.create_task(gather())
    try:
        assert await reasons.next() == "started"
        yield reasons
    finally:
        stop.set()
        async with asyncio.timeout(2):
            await task


def folder(path: Path) -> Source:
    return Source(str(path), "folder")


EDITS: dict[str, Callable[[Path], object]] = {
    "write": lambda root: (root / "a.yaml").write_text("changed"),
    "create": lambda root: (root / "new.yaml").write_text("new"),
    "delete": lambda root: (root / "a.yaml").unlink(),
    "rename": lambda root: (root / "a.yaml").rename(root / "c.yaml"),
    "deep": lambda root: (root / "deep/b.yaml").write_text("changed"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_folder_tells_at_once(edit: Callable[[Path], object], tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.yaml").write_text("a")

    async def run() -> tuple[str, float]:
        async with watching(folder(tmp_path)) as reasons:
            began = time.monotonic()
            edit(tmp_path)
            return await reasons.next(), time.monotonic() - began

    reason, took = asyncio.run(run())
    assert "changed" in reason
    assert took < 3


def test_change_right_after_the_first_reason_is_not_missed(tmp_path: Path) -> None:
    async def run() -> str:
        reasons = watch.changes(folder(tmp_path), asyncio.Event(), LONG)
        assert await anext(reasons) == "started"
        (tmp_path / "a.yaml").write_text("a")
        return await asyncio.wait_for(anext(reasons), 3)

    assert asyncio.run(run()) == "a.yaml changed"


def test_many_changes_at_once_make_few_reasons(tmp_path: Path) -> None:
    async def run() -> list[str]:
        async with watching(folder(tmp_path)) as reasons:
            for number in range(100):
                (tmp_path / f"{number}.yaml").write_text("a")
            return list(await reasons.quiet(1.2))

    told = asyncio.run(run())
    assert 1 <= len(told) <= 3
    assert "more" in told[0]


def test_quiet_folder_and_noise_of_other_programs_say_nothing(tmp_path: Path) -> None:
    for name in (".git", "node_modules"):
        (tmp_path / name).mkdir()

    async def run() -> list[str]:
        async with watching(folder(tmp_path)) as reasons:
            (tmp_path / ".git/index").write_text("x")
            (tmp_path / "node_modules/a.yaml").write_text("x")
            return list(await reasons.quiet(1.5))

    assert asyncio.run(run()) == []


def test_folder_below_a_dotted_one_is_watched_all_the_same(tmp_path: Path) -> None:
    root = tmp_path / ".git" / "specs"
    root.mkdir(parents=True)

    async def run() -> str:
        async with watching(folder(root)) as reasons:
            (root / "a.yaml").write_text("a")
            return await reasons.next()

    assert asyncio.run(run()) == "a.yaml changed"


def test_removed_folder_is_told_and_watched_again_when_it_is_back(tmp_path: Path) -> None:
    root = tmp_path / "specs"
    root.mkdir()
    (root / "a.yaml").write_text("a")

    async def run() -> None:
        async with watching(folder(root)) as reasons:
            shutil.rmtree(root)
            await reasons.until("is gone")
            root.mkdir()
            await reasons.until("is back")
            (root / "b.yaml").write_text("b")
            await reasons.until("b.yaml changed")

    asyncio.run(run())
    assert (root / "b.yaml").exists()


def test_replaced_folder_is_told_and_the_new_one_watched(tmp_path: Path) -> None:
    for name in ("specs", "next"):
        (tmp_path / name).mkdir()

    async def run() -> None:
        async with watching(folder(tmp_path / "specs")) as reasons:
            (tmp_path / "specs").rename(tmp_path / "old")
            (tmp_path / "next").rename(tmp_path / "specs")
            await reasons.until("replaced")
            (tmp_path / "specs/b.yaml").write_text("b")
            await reasons.until("b.yaml changed")

    asyncio.run(run())
    assert (tmp_path / "specs/b.yaml").exists()


def test_link_that_is_turned_to_another_folder_is_told(tmp_path: Path) -> None:
    for name in ("v1", "v2"):
        (tmp_path / name).mkdir()
    (tmp_path / "current").symlink_to("v1")

    async def run() -> None:
        async with watching(folder(tmp_path / "current")) as reasons:
            (tmp_path / "new").symlink_to("v2")
            (tmp_path / "new").rename(tmp_path / "current")
            await reasons.until("replaced")
            (tmp_path / "v2/b.yaml").write_text("b")
            await reasons.until("b.yaml changed")

    asyncio.run(run())
    assert (tmp_path / "current").resolve().name == "v2"


def test_folder_that_does_not_exist_yet_is_waited_for(tmp_path: Path) -> None:
    async def run() -> None:
        async with watching(folder(tmp_path / "later")) as reasons:
            await reasons.until("is gone")
            (tmp_path / "later").mkdir()
            await reasons.until("is back")

    asyncio.run(run())
    assert (tmp_path / "later").exists()


def test_cancelling_a_watch_leaves_the_stop_of_others_alone(tmp_path: Path) -> None:
    async def run() -> bool:
        stop = asyncio.Event()
        reasons = watch.changes(folder(tmp_path), stop, LONG)
        await anext(reasons)
        waiting = asyncio.ensure_future(anext(reasons))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.wait([waiting], timeout=2)
        return waiting.cancelled() and not stop.is_set()

    assert asyncio.run(run())


@pytest.mark.parametrize("place", ["", "#main"])
def test_local_repository_tells_of_a_commit(place: str, tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"a.yaml": "a"})

    async def run() -> tuple[str, str]:
        async with watching(parse_source(f"{root}{place}")) as reasons:
            sha = commit(root, {"a.yaml": "b"})
            return sha, await reasons.next(3)

    sha, reason = asyncio.run(run())
    assert reason == f"the branch moved to {sha[:12]}"


def test_local_repository_is_quiet_about_other_branches_and_edits(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"a.yaml": "a"})

    async def run() -> list[str]:
        async with watching(parse_source(f"{root}#main")) as reasons:
            git(root, "checkout", "--quiet", "-b", "other")
            commit(root, {"a.yaml": "other"})
            (root / "a.yaml").write_text("edited")
            git(root, "pack-refs", "--all")
            return list(await reasons.quiet(2.2))

    assert asyncio.run(run()) == []


def test_branch_that_goes_and_comes_is_told_both_times(tmp_path: Path) -> None:
    root = repository(tmp_path / "r", {"a.yaml": "a"})
    sha = git(root, "rev-parse", "HEAD")
    git(root, "branch", "specs")

    async def run() -> list[str]:
        async with watching(parse_source(f"{root}#specs")) as reasons:
            git(root, "branch", "--delete", "--force", "specs")
            gone = await reasons.next(3)
            git(root, "branch", "specs", sha)
            return [gone, await reasons.next(3)]

    assert asyncio.run(run()) == ["the branch cannot be read", f"the branch moved to {sha[:12]}"]


def test_remote_is_polled_with_jitter() -> None:
    async def run() -> list[float]:
        times, stop = [], asyncio.Event()
        async for _ in watch.changes(parse_source("https://example.com/o/r"), stop, timedelta(seconds=0.2)):
            times.append(time.monotonic())
            if len(times) == 6:
                stop.set()
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    waits = asyncio.run(run())
    assert all(0.17 <= wait < 1 for wait in waits)
    assert len({round(wait, 4) for wait in waits}) > 1
