"""The one style of spec files: what a person wrote and remarked, laid out alike everywhere."""

import re
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from specs import tree
from specs.diagnostics import Diagnostic

_ENVELOPE = ("apiVersion", "kind", "metadata", "spec")
_COMMENT = re.compile(r"(?:^|\s)(#.*?)\s*$", re.MULTILINE)
_BLOCK = re.compile(r"[|>][+-]?[0-9]?[+-]?\s*(#.*)?$")


class Untouched(Exception):
    """A file that is better left as it is. `problems` are what is wrong with it; without any, the text says why."""

    def __init__(self, why: str, problems: list[Diagnostic] | None = None) -> None:
        super().__init__(why)
        self.problems = problems or []


def formatted(file: str, text: str) -> str:
    """The text in Wakeful's style: two spaces, lists indented below their key, the envelope in order, LF line ends.

    Comments, blank lines between parts, quotes and the order of keys below the envelope stay. What it means is
    compared before and after, and so are the comments. Raises Untouched where anything would change or be lost, and
    where the file cannot be read.
    """
    documents, problems = tree.read(file, text)
    if problems:
        raise Untouched("it cannot be read", problems)
    if not any(isinstance(one.data, dict) and "wakeful.dev/" in str(one.data.get("apiVersion")) for one in documents):
        return text
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    result = plain
    for _ in range(3):
        following = _once(result)
        if following == result:
            break
        result = following
    else:
        raise Untouched("its layout does not settle")
    after, problems = tree.read(file, result)
    if problems or [one.data for one in after] != [one.data for one in documents]:
        raise Untouched("its meaning would change")
    if sorted(_COMMENT.findall(plain)) != sorted(_COMMENT.findall(result)):
        raise Untouched("a comment would be lost")
    return result


def _once(text: str) -> str:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(type(None), _null)
    try:
        documents = [_ordered(one) for one in yaml.load_all(text)]
        out = StringIO()
        for index, one in enumerate(documents):
            if index:
                out.write("---\n")
            if one is not None:
                yaml.dump(one, out)
    except (YAMLError, RecursionError, ValueError, AttributeError, TypeError, AssertionError) as error:
        raise Untouched(
            f"its layout cannot be kept: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        ) from None
    return _tidy(out.getvalue())


def _null(representer: Any, _: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "")


def _ordered(document: Any) -> Any:
    """The envelope's keys in their order; any other key goes last."""
    if not isinstance(document, CommentedMap):
        return document
    keys = list(document)
    wanted = [key for key in _ENVELOPE if key in document] + [key for key in keys if key not in _ENVELOPE]
    if wanted != keys and not document.ca.items and document.ca.comment is None:
        for key in wanted:
            document.move_to_end(key)
    return document


def _tidy(text: str) -> str:
    """No white space at line ends, no two blank lines in a row, one line end at the end; blocks of text stay as they are."""
    lines: list[str] = []
    inside = -1  # the indentation of the key of a block of text that we are in
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        if inside >= 0 and (not line.strip() or indent > inside):
            lines.append(line)
            continue
        inside = -1
        plain = line.rstrip()
        if not plain and lines and not lines[-1].strip():
            continue
        lines.append(plain)
        if _BLOCK.search(plain) and re.search(r"(:|-)\s+[|>]", plain):
            inside = indent
    return "\n".join(lines).strip("\n") + "\n"
