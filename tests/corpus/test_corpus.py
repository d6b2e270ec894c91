"""Each wrong spec gets exactly the words that stand beside it."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from specs.diagnostics import Severity
from specs.export import schema
from specs.kinds import KINDS
from specs.load import load
from specs.tree import read
from tests.corpus import PARTS, cases, expected, printed, texts

EVERY = [case for part in PARTS for case in cases(part)]


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    assert len(EVERY) >= 150


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.stem)
def test_a_wrong_spec_gets_its_words(case: Path) -> None:
    files = texts(case)

    assert printed(files) == expected(case).read_text("utf-8")
    assert all(one.hint and one.message and one.file in files for one in load(files).diagnostics)


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.stem)
def test_a_finding_points_into_its_file(case: Path) -> None:
    files = texts(case)
    found = load(files).diagnostics

    assert found
    for one in found:
        lines = files[one.file].splitlines()
        assert 1 <= one.span.line <= len(lines)
        assert 1 <= one.span.column <= len(lines[one.span.line - 1]) + 1


@pytest.mark.parametrize("case", list(cases("structure")), ids=lambda case: case.stem)
def test_a_json_schema_refuses_what_is_wrong_structurally(case: Path) -> None:
    documents = [one.data for file, text in texts(case).items() for one in read(file, text)[0]]

    assert any(not _is_valid(one) for one in documents)


@pytest.mark.parametrize("case", list(cases("meaning")), ids=lambda case: case.stem)
def test_what_is_wrong_in_meaning_is_said_as_error_or_warning(case: Path) -> None:
    found = load(texts(case)).diagnostics

    assert {one.severity for one in found} <= {Severity.ERROR, Severity.WARNING}


def _is_valid(document: object) -> bool:
    kind = document.get("kind") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        return False
    return bool(Draft202012Validator(schema(kind)).is_valid(document))
