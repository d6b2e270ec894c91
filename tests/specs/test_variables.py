"""`${var.X}` early, `${secret.X}` late, `$${` for the text itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.variables import Undefined, expand, reveal, secrets_in


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("plain $ text { }", "plain $ text { }"),
        ("${var.a}", "one"),
        ("<${var.a}${var.b}>", "<onetwo>"),
        ("${secret.X}", "${secret.X}"),
        ("$${var.a}", "$${var.a}"),
        ("$$${var.a}", "$$${var.a}"),
        ("${var.nested}", "${var.a}"),
    ],
)
def test_variables_are_filled_in_once(text: str, expanded: str) -> None:
    assert expand(text, {"a": "one", "b": "two", "nested": "${var.a}"}) == expanded


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${var.gone}", "the variable `gone` is not defined"),
        ("${var.}", "`${var.}` is not a reference"),
        ("${env.A}", "`${env.A}` is not a reference"),
        ("${}", "`${}` is not a reference"),
        ("${var.a", "`${var.a` is not a reference"),
        ("${var.a b}", "`${var.a b}` is not a reference"),
        ("${VAR.a}", "`${VAR.a}` is not a reference"),
    ],
)
def test_what_refers_to_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(Undefined) as caught:
        expand(text, {"a": "one"})

    assert str(caught.value).startswith(message)


def test_the_secrets_of_a_text_are_known_by_name() -> None:
    assert list(secrets_in("${secret.A} ${var.B} $${secret.C} ${secret.D}")) == ["A", "D"]


@pytest.mark.parametrize(
    ("value", "revealed"),
    [
        ("Bearer ${secret.TOKEN}", "Bearer <TOKEN>"),
        ("$${secret.TOKEN}", "${secret.TOKEN}"),
        ("${other}", "${other}"),
        ({"a": ["${secret.A}", 1, None, True]}, {"a": ["<A>", 1, None, True]}),
        (5, 5),
        (None, None),
    ],
    ids=str,
)
def test_secrets_are_revealed_everywhere_in_a_value(value: Any, revealed: Any) -> None:
    assert reveal(value, lambda name: f"<{name}>") == revealed


def test_what_a_secret_holds_is_not_read_again() -> None:
    assert reveal("${secret.A}", lambda _: "${secret.B} $${") == "${secret.B} $${"


def test_a_missing_secret_is_the_business_of_who_asks() -> None:
    with pytest.raises(KeyError):
        reveal({"a": "${secret.A}"}, dict[str, str]().__getitem__)


@given(st.text())
def test_a_text_that_is_escaped_comes_back_as_it_was(text: str) -> None:
    escaped = text.replace("${", "$${")

    assert reveal(expand(escaped, {}), str) == text or "$${" in text
