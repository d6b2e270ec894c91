"""YAML as it is read: 1.2 scalars, places, and nothing that could explode."""

import time
from typing import Any

import pytest

from specs.tree import MOST_NODES, find, read, show_path, span_inside


def value(text: str) -> Any:
    """What the key `a` holds."""
    documents, problems = read("a.yaml", f"a: {text}\n")
    assert problems == []
    return documents[0].data["a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("null", None),
        ("~", None),
        ("", None),
        ("nUll", "nUll"),
        ("12", 12),
        ("-3", -3),
        ("+5", 5),
        ("007", 7),
        ("0o17", 15),
        ("0x1f", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("12:30:45", "12:30:45"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("2024-01-31", "2024-01-31"),
        ("2024-01-31T12:00:00Z", "2024-01-31T12:00:00Z"),
        ("=", "="),
        ("'no'", "no"),
        ("'12'", "12"),
        ('"true"', "true"),
        ('""', ""),
        ("!!str 12", "12"),
        ("!!str true", "true"),
        ("9" * 300, int("9" * 300)),
        ("9" * 5000, "9" * 5000),
        ("0x" + "f" * 5000, "0x" + "f" * 5000),
    ],
    ids=lambda one: str(one)[:20] or "empty",
)
def test_a_scalar_is_what_yaml_1_2_says(text: str, expected: object) -> None:
    seen = value(text)

    assert (seen, type(seen)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|\n  one\n  two\n", "one\ntwo\n"),
        ("|-\n  one\n  two\n", "one\ntwo"),
        (">-\n  one\n  two\n", "one two"),
        ("one\n  two\n", "one two"),
        ('"one\\n\\u00e9"', "one\né"),
        ("'it''s'", "it's"),
    ],
    ids=["literal", "stripped", "folded", "plain", "double-quoted", "single-quoted"],
)
def test_a_long_text_keeps_or_folds_its_lines(text: str, expected: str) -> None:
    assert value(text) == expected


def test_keys_are_text_whatever_they_look_like() -> None:
    [document], problems = read("a.yaml", "200: a\ntrue: b\nno: c\n~: d\n2024-01-31: e\n")

    assert problems == []
    assert document.data == {"200": "a", "true": "b", "no": "c", "~": "d", "2024-01-31": "e"}


def test_an_alias_is_a_copy_of_its_anchor() -> None:
    [document], problems = read("a.yaml", "a: &one {b: [1, 2]}\nc: *one\n")

    assert problems == []
    assert document.data == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}


def test_merge_keys_are_no_part_of_yaml_1_2() -> None:
    [document], _ = read("a.yaml", "a: &one {b: 1}\nc: {<<: *one}\n")

    assert document.data["c"] == {"<<": {"b": 1}}


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "# only a comment\n", "---\n", "---\n---\n...\n", "\ufeff", "null\n", "~"],
    ids=["nothing", "blank", "comment", "start", "two", "mark", "null", "tilde"],
)
def test_an_empty_file_holds_no_documents_and_no_mistakes(text: str) -> None:
    assert read("a.yaml", text) == ([], [])


def test_a_file_may_hold_several_documents() -> None:
    documents, problems = read("a.yaml", "a: 1\n---\n# nothing\n---\na: 2\n...\n---\na: 3\n")

    assert problems == []
    assert [(one.data["a"], one.span(("a",)).line) for one in documents] == [(1, 1), (2, 5), (3, 8)]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a:\n\tb: c\n", 2, 1, "found character that cannot start any token"),
        ("a: [1,\nb: {", 2, 5, "did not find expected node content"),
        ('a: 1\nb: "open\nc: 2\n', 2, 4, "found unexpected end of stream"),
        ("a: b: c\n", 1, 5, "mapping values are not allowed in this context"),
        ("a: 1\n b: 2\n", 2, 3, "mapping values are not allowed in this context"),
        ("a: *gone\n", 1, 4, "found undefined alias"),
        ("a: @x\n", 1, 4, "found character that cannot start any token"),
        ("a: !x 1\n", 1, 4, "the tag `!x` is not known"),
        ("a: !!python/object:os.system x\n", 1, 4, "the tag `!!python/object:os.system` is not known"),
        ("a: !!binary aGk=\n", 1, 4, "the tag `!!binary` is not known"),
        ("a: !!set {x}\n", 1, 4, "the tag `!!set` is not known"),
        ("a: !!int '5'\n", 1, 4, "the tag `!!int` is not known"),
        ("? [a]\n: b\n", 1, 3, "a key must be plain text"),
        ("a: x\x07y\n", 1, 5, "the file holds a character that YAML does not allow"),
        ("a: 1\nb: \x00\n", 2, 4, "the file holds a character that YAML does not allow"),
        ("a: \udc80\n", 1, 1, "the file cannot be read as YAML"),
    ],
    ids=[
        "tab",
        "bracket",
        "quote",
        "two colons",
        "indentation",
        "alias",
        "at sign",
        "own tag",
        "python",
        "binary",
        "set",
        "int",
        "list as key",
        "bell",
        "nul",
        "surrogate",
    ],
)
def test_what_is_no_yaml_is_reported_at_its_place(text: str, line: int, column: int, message: str) -> None:
    _, [problem] = read("a.yaml", text)

    assert (problem.code, problem.span.line, problem.span.column) == ("yaml", line, column)
    assert message in problem.message
    assert problem.hint


def test_the_documents_before_a_mistake_are_returned() -> None:
    documents, [problem] = read("a.yaml", "a: 1\n---\na: 2\n---\na: [\n")

    assert [one.data for one in documents] == [{"a": 1}, {"a": 2}]
    assert problem.span.line == 5


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key `a` stands here twice (first on line 1)"),
        ("a:\n  b: 1\n  b: 2\n", 3, "the key `b` stands here twice (first on line 2)"),
        ("a: {b: 1, 'b': 2}\n", 1, "the key `b` stands here twice (first on line 1)"),
        ("200: a\n'200': b\n", 2, "the key `200` stands here twice (first on line 1)"),
    ],
    ids=["top", "nested", "quoted", "number"],
)
def test_a_key_stands_once(text: str, line: int, message: str) -> None:
    _, [problem] = read("a.yaml", text)

    assert (problem.code, problem.span.line, problem.message) == ("duplicate-key", line, message)


def test_every_duplicate_key_is_reported_and_hides_nothing_else() -> None:
    documents, problems = read("a.yaml", "a: 1\na: 2\na: 3\nb: {c: 1, c: 2}\n---\na: 3\n")

    assert [one.data for one in documents] == [{"a": 1, "b": {"c": 1}}, {"a": 3}]
    assert [(one.code, one.span.line) for one in problems] == [("duplicate-key", line) for line in (2, 3, 4)]


def bomb() -> str:
    """Nine to the power of twelve, written in a few lines."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 13):
        inner = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} [{inner}]")
    return "\n".join(lines) + "\n"


def test_a_billion_laughs_are_refused_soon() -> None:
    began = time.perf_counter()
    documents, problems = read("a.yaml", "---\n".join([bomb()] * 50))

    assert documents == []
    assert problems[0].message == "the document is too large once its aliases are expanded"
    assert time.perf_counter() - began < 5


def test_an_alias_of_itself_is_refused() -> None:
    documents, [problem] = read("a.yaml", "a: &a [*a]\n")

    assert documents == []
    assert "aliases" in problem.message


def test_a_large_file_without_aliases_is_read() -> None:
    documents, problems = read("a.yaml", "a: [" + "x, " * (MOST_NODES // 5) + "x]\n")

    assert problems == []
    assert len(documents[0].data["a"]) == MOST_NODES // 5 + 1


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    _, [problem] = read("a.yaml", "# " + "x" * (5 * 1024 * 1024))

    assert problem.message == "the file is larger than 5 MiB"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[" * 100_000, 1),
        ("a: " + "{a: " * 61 + "x" + "}" * 61, 1),
        ("\n".join("  " * level + "a:" for level in range(200)), 61),
        ("- " * 100_000, 1),
    ],
    ids=["brackets", "braces", "blocks", "dashes"],
)
def test_deep_nesting_is_refused(text: str, line: int) -> None:
    _, [problem] = read("a.yaml", text)

    assert problem.message == "this is not YAML: it is nested too deeply"
    assert problem.span.line == line


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_places_do_not_depend_on_line_ends(end: str) -> None:
    [document], problems = read("a.yaml", end.join(["# first", "a:", "  b: xyz", ""]))

    span = document.span(("a", "b"))
    assert problems == []
    assert (span.line, span.column, span.end_column) == (3, 6, 9)


def test_a_byte_order_mark_moves_nothing() -> None:
    [document], problems = read("a.yaml", "\ufeffa: xyz\n")

    assert problems == []
    assert (document.span(("a",)).line, document.span(("a",)).column) == (1, 4)


DOCUMENT = """\
spec:
  regions: [eu, us]
  http:
    headers: {X-One: 1}
  list:
    - name: first
      value: 1
    - name: second
  200: ok
"""


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        (("spec",), True, (1, 1)),
        (("spec",), False, (2, 3)),
        (("spec", "regions"), True, (2, 3)),
        (("spec", "regions"), False, (2, 12)),
        (("spec", "regions", 1), False, (2, 17)),
        (("spec", "regions", 7), False, (2, 12)),
        (("spec", "http", "headers", "X-One"), True, (4, 15)),
        (("spec", "http", "headers", "X-One"), False, (4, 22)),
        (("spec", "http", "gone", "deeper"), False, (4, 5)),
        (("spec", "list", 1, "name"), False, (8, 13)),
        (("spec", "list", 0, "value"), True, (7, 7)),
        (("spec", "list", 1), True, (8, 7)),
        (("spec", "200"), True, (9, 3)),
        ((), False, (1, 1)),
    ],
    ids=str,
)
def test_a_path_has_a_place(path: tuple[str | int, ...], key: bool, place: tuple[int, int]) -> None:
    [document], _ = read("a.yaml", DOCUMENT)

    span = document.span(path, key=key)
    assert (span.line, span.column) == place


@pytest.mark.parametrize(
    ("path", "shown"),
    [((), ""), (("spec",), "spec"), (("spec", "that", 0), "spec.that[0]"), (("a", 1, "b", 2), "a[1].b[2]")],
    ids=["nothing", "key", "item", "both"],
)
def test_a_path_is_shown_as_people_write_it(path: tuple[str | int, ...], shown: str) -> None:
    assert show_path(path) == shown


@pytest.mark.parametrize(
    "text",
    [
        "a: one two X here\n",
        "a: 'one two X here'\n",
        "a: 'it''s one X'\n",
        'a: "one \\"two\\" X"\n',
        'a: "one\\ttwo\\u00e9\\\\ X"\n',
        "a: |\n  one\n  two X here\n",
        "a: |\n    one\n\n      two X\n",
        "a: >-\n  one\n  two\n\n  X\n",
        "a: one\n  two\n  X here\n",
        'a: "one\n  two \\\n  X here"\n',
        "a: 'one\n\n  X'\n",
        "list:\n  - a: |-\n      one &&\n      X\n",
        "a: |  # header\n  X\n",
    ],
    ids=[
        "plain",
        "single",
        "doubled quote",
        "escaped quote",
        "escapes",
        "literal",
        "indented",
        "folded",
        "plain lines",
        "double lines",
        "single lines",
        "in a list",
        "comment",
    ],
)
def test_a_character_inside_a_text_has_a_place(text: str) -> None:
    [document], _ = read("a.yaml", text)
    node = find(document, ("a",)) or find(document, ("list", 0, "a"))
    assert node is not None

    span = span_inside(document, node, node.value.index("X"))

    line = text.split("\n")[span.line - 1]
    assert line[span.column - 1 : span.end_column - 1] == "X"


def test_the_end_of_a_text_has_a_place() -> None:
    [document], _ = read("a.yaml", "a: 'x =='\n")
    node = find(document, ("a",))
    assert node is not None

    assert span_inside(document, node, len(node.value)).column == 9
