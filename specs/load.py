"""Files → resources, or every reason why not. Pure: texts in, values and diagnostics out."""

import re
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from specs import tree
from specs.conditions import VARIABLES, ConditionError, compile_condition
from specs.config import Config
from specs.diagnostics import Diagnostic, Severity, Span, did_you_mean, in_order
from specs.fields import Model
from specs.kinds import API_VERSION, KINDS
from specs.monitor import Monitor
from specs.references import check_references
from specs.resource import ANNOTATIONS, Metadata, Resource, canonical
from specs.tree import Document, Path
from specs.variables import SECRET_PLACES, Undefined, expand, secrets_in

_ENVELOPE = ("apiVersion", "kind", "metadata", "spec")
_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


@dataclass(frozen=True)
class Loaded:
    """What a set of files says. `resources` is complete only when there are no errors."""

    resources: list[Resource] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    config: Config = field(default_factory=Config)

    @property
    def errors(self) -> list[Diagnostic]:
        """The findings that stop a revision."""
        return [one for one in self.diagnostics if one.severity == Severity.ERROR]


@dataclass(frozen=True)
class Draft:
    """A document whose kind is known, on its way to a resource."""

    document: Document
    kind: str
    data: dict[str, Any]


def load(files: Mapping[str, str]) -> Loaded:
    """Read files (path → text) as one repository. Every finding is returned, not only the first."""
    found: list[Diagnostic] = []
    drafts: list[Draft] = []
    for file in sorted(files):
        documents, problems = tree.read(file, files[file])
        found += problems
        for document in documents:
            draft = _envelope(document, found)
            if draft:
                drafts.append(draft)
    config = _config(drafts, found)
    # Only now is it known which files are meant: other YAML in the repository is none of our business.
    drafts = [draft for draft in drafts if is_selected(draft.document.file, config)]
    found = [one for one in found if is_selected(one.file, config)]
    loaded: list[tuple[Resource, Draft]] = []
    for draft in drafts:
        resource = _resource(draft, config, found)
        if resource:
            loaded.append((resource, draft))
    by_key = _unique(loaded, found)
    # A broken document would look like a dangling reference from every other one; report causes, not echoes.
    broken = {_claimed_key(draft) for draft in drafts} - set(by_key)
    documents_by_key = {resource.key: draft.document for resource, draft in loaded}
    found += check_references(by_key, documents_by_key, also_named=broken)
    return Loaded(list(by_key.values()), in_order(found), config)


def is_selected(file: str, config: Config) -> bool:
    """Whether a file is read: named by `paths`, not by `ignore`, and in no folder that starts with a dot."""
    if any(part.startswith(".") and part not in (".", "..") for part in file.split("/")):
        return False
    return matches_any(file, config.paths) and not matches_any(file, config.ignore)


def matches_any(path: str, globs: Iterable[str]) -> bool:
    """Whether a slash-separated path is matched by a glob; `**` crosses folders, `*` does not."""
    return any(_glob(pattern).fullmatch(path) for pattern in globs)


def _glob(pattern: str) -> re.Pattern[str]:
    out = ""
    for token in re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern.removeprefix("./")):
        out += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(token) or re.escape(token)
    return re.compile(out)


def _claimed_key(draft: Draft) -> tuple[str, str, str]:
    metadata = draft.data.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return draft.kind, "default", str(name)


def _envelope(document: Document, found: list[Diagnostic]) -> Draft | None:
    data = document.data

    def problem(path: Path, code: str, message: str, hint: str | None, *, key: bool = False) -> None:
        span = document.span(path, key=key)
        found.append(Diagnostic(code, message, document.file, span, tree.show_path(path), hint))

    if not isinstance(data, dict):
        problem(
            (),
            "type",
            "a document must be a mapping",
            "start with `apiVersion`, `kind`, `metadata` and `spec`",
        )
        return None
    before = len(found)
    for key in data:
        if key not in _ENVELOPE:
            hint = did_you_mean(key, _ENVELOPE) or f"a document has {', '.join(f'`{name}`' for name in _ENVELOPE)}"
            problem((key,), "unknown-key", f"unknown key `{key}`", hint, key=True)
    for key in _ENVELOPE:
        if key not in data and not (key == "spec" and data.get("kind") == "Config"):
            hint = f"write `apiVersion: {API_VERSION}`" if key == "apiVersion" else f"add `{key}`"
            problem((), "missing-key", f"missing key `{key}`", hint)
    version, kind = data.get("apiVersion"), data.get("kind")
    if "apiVersion" in data and version != API_VERSION:
        problem(("apiVersion",), "api-version", f"`{version}` is not a version we know", f"write `{API_VERSION}`")
    if "kind" in data and kind not in KINDS:
        hint = did_you_mean(str(kind), KINDS) or f"the kinds are {', '.join(f'`{name}`' for name in KINDS)}"
        problem(("kind",), "unknown-kind", f"there is no kind `{kind}`", hint)
    for key in ("metadata", "spec"):
        if key in data and not isinstance(data[key], dict):
            problem((key,), "type", f"`{key}` must be a mapping", "indent its keys below it")
    return Draft(document, str(kind), data) if len(found) == before else None


def _config(drafts: list[Draft], found: list[Diagnostic]) -> Config:
    own = [draft for draft in drafts if draft.kind == "Config"]
    for extra in own[1:]:
        first = own[0].document
        message = f"a repository has one Config, but another stands in {first.file}:{first.span(('kind',)).line}"
        span = extra.document.span(("kind",))
        found.append(Diagnostic("duplicate", message, extra.document.file, span, "kind", "merge the two"))
    if not own:
        return Config()
    try:
        return Config.model_validate(own[0].data.get("spec", {}))
    except ValidationError:
        return Config()  # reported with its place when the document itself is read


def _resource(draft: Draft, config: Config, found: list[Diagnostic]) -> Resource | None:
    before = len(found)
    variables = {} if draft.kind == "Config" else config.variables
    data = {key: _expanded(draft, (key,), draft.data.get(key, {}), variables, found) for key in ("metadata", "spec")}
    metadata = _validate(draft, ("metadata",), Metadata, data["metadata"], found)
    model = _validate(draft, ("spec",), KINDS[draft.kind], data["spec"], found)
    if isinstance(metadata, Metadata):
        _check_annotations(draft, metadata, found)
    if isinstance(model, Monitor):
        _check_conditions(draft, model, found)
    if len(found) > before or not isinstance(metadata, Metadata) or model is None:
        return None
    return Resource(
        kind=draft.kind,
        name=metadata.name,
        spec=canonical(model),
        model=model,
        labels=metadata.labels,
        annotations=metadata.annotations,
        renamed_from=metadata.renamed_from,
        file=draft.document.file,
        line=draft.document.span(()).line,
    )


def _expanded(draft: Draft, path: Path, value: Any, variables: Mapping[str, str], found: list[Diagnostic]) -> Any:
    if isinstance(value, str) and "${" in value:
        try:
            text = expand(value, variables)
        except Undefined as error:
            message, _, hint = str(error).partition("|")
            found.append(_at(draft, "variable", message, path, hint))
            return value
        if any(secrets_in(text)) and not any(path[: len(place)] == place for place in SECRET_PLACES):
            message = "a secret cannot stand here: it would be stored and shown"
            hint = "secrets work in `http`, in a heartbeat's `token` and in channels"
            found.append(_at(draft, "secret", message, path, hint))
        return text
    if isinstance(value, dict):
        return {key: _expanded(draft, (*path, key), inner, variables, found) for key, inner in value.items()}
    if isinstance(value, list):
        return [_expanded(draft, (*path, index), inner, variables, found) for index, inner in enumerate(value)]
    return value


def _at(draft: Draft, code: str, message: str, path: Path, hint: str | None, *, key: bool = False) -> Diagnostic:
    span = draft.document.span(path, key=key)
    return Diagnostic(code, message, draft.document.file, span, tree.show_path(path), hint or None)


def _validate(draft: Draft, at: Path, model: type[Model], data: Any, found: list[Diagnostic]) -> Model | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        seen: set[Path] = set()
        for detail in error.errors(include_url=False):
            path = (*at, *_plain_path(data, detail["loc"]))
            if path in seen:
                continue  # the branches of a union each complain; one is enough
            seen.add(path)
            found.append(_explained(draft, path, model, at, detail))
        return None


def _plain_path(data: Any, loc: tuple[int | str, ...]) -> Path:
    """pydantic's location without the names of union branches, which are no keys of the document."""
    path: list[str | int] = []
    for index, part in enumerate(loc):
        is_key = isinstance(data, dict) and part in data
        is_item = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if is_key or is_item:
            path.append(part)
            data = data[part]
        elif index == len(loc) - 1 and isinstance(data, dict) and "[" not in str(part):
            path.append(part)  # a missing key
    return tuple(path)


def _explained(draft: Draft, path: Path, model: type[Model], at: Path, detail: ErrorDetails) -> Diagnostic:
    kind, name = detail["type"], path[-1] if path else ""
    keys = _keys_at(model, path[len(at) : -1])
    match kind:
        case "extra_forbidden":
            shown = ", ".join(f"`{key}`" for key in keys)
            hint = did_you_mean(str(name), keys) or (f"the keys here are {shown}" if keys else None)
            return _at(draft, "unknown-key", f"unknown key `{name}`", path, hint, key=True)
        case "missing":
            hint = f"add `{name}` to {tree.show_path(path[:-1])}"
            parent = _at(draft, "missing-key", f"missing key `{name}`", path[:-1], hint, key=True)
            return parent
        case "value_error":
            message, _, hint = str(detail["ctx"]["error"]).partition("|")
            return _at(draft, "value", message, path, hint)
        case "literal_error":
            expected = str(detail["ctx"]["expected"]).replace("'", "`")
            value = detail["input"]
            known = re.findall(r"`([^`]*)`", expected)
            return _at(draft, "value", f"`{value}` is not one of {expected}", path, did_you_mean(str(value), known))
    if kind in _TYPES:
        message = f"`{name}` must be {_TYPES[kind]}, but is {_named(detail['input'])}"
        return _at(draft, "type", message, path, _type_hint(kind, name, detail["input"]))
    message = detail["msg"][0].lower() + detail["msg"][1:]
    return _at(draft, "value", f"`{name}`: {message}", path, None)


def _type_hint(kind: str, name: object, value: Any) -> str | None:
    if kind == "string_type" and isinstance(value, int | float):
        shown = str(value).lower() if isinstance(value, bool) else value
        return f'put it in quotes: `{name}: "{shown}"`' if isinstance(name, str) else f'put it in quotes: `"{shown}"`'
    if kind == "list_type" and isinstance(value, str):
        return f"write `{name}: [{value}]`"
    if kind == "int_type" and isinstance(value, str) and value.isdigit():
        return f"write it without quotes: `{name}: {value}`"
    return None


def _named(value: Any) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return f"`{str(value).lower()}`"
        case int() | float():
            return f"the number `{value}`"
        case str():
            return f"the text `{value if len(value) <= 40 else value[:39] + '…'}`"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _keys_at(model: type[Model], path: Path) -> list[str]:
    """The keys that the model knows at a path below it; none where any key may stand."""
    current: Any = model
    for part in path:
        for inner in _models_in(current):
            field_name = next((name for name, info in inner.model_fields.items() if (info.alias or name) == part), None)
            if field_name:
                current = inner.model_fields[field_name].annotation
                break
        else:
            if not isinstance(part, int):
                return []
    return [info.alias or name for inner in _models_in(current) for name, info in inner.model_fields.items()]


def _models_in(annotation: Any) -> list[type[Model]]:
    """The models that an annotation such as `list[Component] | None` speaks of."""
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, Model):
        return [annotation]
    if get_origin(annotation) in (Union, types.UnionType, list) or hasattr(annotation, "__metadata__"):
        return [model for inner in get_args(annotation) for model in _models_in(inner)]
    return []


def _check_annotations(draft: Draft, metadata: Metadata, found: list[Diagnostic]) -> None:
    for key, value in metadata.annotations.items():
        path: Path = ("metadata", "annotations", key)
        if key.startswith("wakeful.dev/") and key not in ANNOTATIONS:
            hint = did_you_mean(key, ANNOTATIONS)
            found.append(_at(draft, "unknown-key", f"unknown annotation `{key}`", path, hint, key=True))
        elif key == ANNOTATIONS[0] and value not in ("disabled", "enabled"):
            found.append(_at(draft, "value", f"`{value}` is neither `disabled` nor `enabled`", path, None))


def _check_conditions(draft: Draft, monitor: Monitor, found: list[Diagnostic]) -> None:
    blocks = [
        ("expect", monitor.expect.that),
        ("degraded", monitor.degraded.that if monitor.degraded else []),
    ]
    for block, texts in blocks:
        for index, text in enumerate(texts):
            try:
                compile_condition(text, monitor.probe)
            except ConditionError as error:
                found.append(_condition_problem(draft, ("spec", block, "that"), index, error, monitor.probe))


def _condition_problem(draft: Draft, path: Path, index: int, error: ConditionError, probe: str) -> Diagnostic:
    is_list = isinstance(tree.find(draft.document, path), tree.yaml.SequenceNode)
    path = (*path, index) if is_list else path
    node = tree.find(draft.document, path)
    names = VARIABLES[probe]
    unknown = re.match(r"there is no `(.*)` here", error.message)
    hint = did_you_mean(unknown.group(1), names) if unknown else None
    hint = hint or f"`{probe}` has {', '.join(names)}"
    if node is None:
        return _at(draft, "condition", error.message, path, hint)
    line, column = tree.text_start(node)
    if node.style in ("|", ">"):
        source = node.start_mark.line + error.line
        lines = draft.document.text.split("\n")
        indent = len(lines[source]) - len(lines[source].lstrip()) if source < len(lines) else 0
        place = Span(source + 1, indent + error.column, source + 1, indent + error.column + 1)
    else:
        place_column = (column if error.line == 1 else 1) + error.column - 1
        place = Span(line + error.line - 1, place_column, line + error.line - 1, place_column + 1)
    return Diagnostic("condition", error.message, draft.document.file, place, tree.show_path(path), hint)


def _unique(loaded: list[tuple[Resource, Draft]], found: list[Diagnostic]) -> dict[tuple[str, str, str], Resource]:
    by_key: dict[tuple[str, str, str], Resource] = {}
    slugs: dict[str, Resource] = {}
    for resource, draft in loaded:
        if resource.kind == "Config":
            continue
        if first := by_key.get(resource.key):
            message = f"{resource.kind} `{resource.name}` is defined twice, first in {first.file}:{first.line}"
            found.append(_at(draft, "duplicate", message, ("metadata", "name"), "rename one of the two"))
            continue
        by_key[resource.key] = resource
        if resource.kind == "StatusPage":
            slug = str(resource.spec.get("slug", resource.name))
            if taken := slugs.get(slug):
                message = f"the address /status/{slug} is taken by `{taken.name}` in {taken.file}:{taken.line}"
                path: Path = ("spec", "slug") if "slug" in resource.spec else ("metadata", "name")
                found.append(_at(draft, "duplicate", message, path, "give one of the two another `slug`"))
            slugs[slug] = resource
    return by_key
