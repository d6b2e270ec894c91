"""Files → resources, or every reason why not. Pure: texts in, values and diagnostics out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from specs import tree
from specs.conditions import VARIABLES, ConditionError, compile_condition
from specs.config import Config
from specs.diagnostics import Diagnostic, Severity, did_you_mean, in_order
from specs.explain import Draft, explained, finding, named, plain_path
from specs.fields import Model
from specs.kinds import API_VERSION, KINDS
from specs.monitor import PROBES
from specs.references import check_references
from specs.resource import ANNOTATIONS, DEFAULT_WORKSPACE, Key, Metadata, Resource, canonical
from specs.tree import Document, Path
from specs.variables import SECRET_PLACES, Undefined, expand, secrets_in

_ENVELOPE = ("apiVersion", "kind", "metadata", "spec")
_UNREADABLE = {"yaml", "duplicate-key"}


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


def load(files: Mapping[str, str]) -> Loaded:
    """Read files (path → text) as one repository. Every finding is returned, not only the first."""
    found: list[Diagnostic] = []
    drafts: list[Draft] = []
    everything: list[Document] = []
    for file in sorted(files):
        documents, problems = tree.read(file, files[file])
        found += problems
        everything += documents
        for document in documents:
            draft = _envelope(document, found)
            if draft:
                drafts.append(draft)
    config = _config(drafts, found)
    # Only now is it known which files are meant: other YAML in the repository is none of our business.
    drafts = [draft for draft in drafts if is_selected(draft.document.file, config)]
    everything = [document for document in everything if is_selected(document.file, config)]
    found = [one for one in found if is_selected(one.file, config)]
    # What an unreadable document would have defined is not known, so nothing is said to be missing.
    is_readable = not any(one.code in _UNREADABLE for one in found)
    loaded: list[tuple[Resource, Draft]] = []
    for draft in drafts:
        resource = _resource(draft, config, found)
        if resource:
            loaded.append((resource, draft))
    by_key = _unique(loaded, found)
    documents_by_key = {resource.key: draft.document for resource, draft in reversed(loaded)}
    if is_readable:
        # A broken document would look like a dangling reference from every other one; report causes, not echoes.
        claimed = {key for document in everything for key in _claimed_keys(document, config)}
        found += check_references(by_key, documents_by_key, also_named=claimed - set(by_key), is_complete=not found)
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


def _claimed_keys(document: Document, config: Config) -> list[Key]:
    """What a document is about, as far as it can be told; of every kind, where the kind is not one of ours."""
    data = document.data if isinstance(document.data, dict) else {}
    metadata, kind = data.get("metadata"), data.get("kind")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(name, str):
        return []
    try:
        name = expand(name, config.variables)
    except Undefined:
        return []
    kinds = [kind] if isinstance(kind, str) and kind in KINDS else list(KINDS)
    return [(one, DEFAULT_WORKSPACE, name) for one in kinds]


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
    kinds = f"the kinds are {', '.join(f'`{name}`' for name in KINDS)}"
    if isinstance(version, str) and version != API_VERSION:
        problem(("apiVersion",), "api-version", f"`{version}` is not a version we know", f"write `{API_VERSION}`")
    if isinstance(kind, str) and kind not in KINDS:
        problem(("kind",), "unknown-kind", f"there is no kind `{kind}`", did_you_mean(kind, KINDS) or kinds)
    for key, hint in (("apiVersion", f"write `{API_VERSION}`"), ("kind", kinds)):
        if key in data and not isinstance(data[key], str):
            problem((key,), "type", f"`{key}` must be text, but is {named(data[key])}", hint)
    for key in ("metadata", "spec"):
        if key in data and not isinstance(data[key], dict):
            message = f"`{key}` must be a mapping, but is {named(data[key])}"
            problem((key,), "type", message, "indent its keys below it")
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
        return Config.model_validate(own[0].data.get("spec", {}), by_alias=True, by_name=False)
    except ValidationError:
        return Config()  # reported with its place when the document itself is read


def _resource(draft: Draft, config: Config, found: list[Diagnostic]) -> Resource | None:
    before = len(found)
    variables = {} if draft.kind == "Config" else config.variables
    data = {key: draft.data.get(key, {}) for key in ("metadata", "spec")}
    if "${" in draft.document.text:
        data = {key: _expanded(draft, (key,), value, variables, found) for key, value in data.items()}
    reported = {one.path for one in found[before:]}
    metadata = _validate(draft, ("metadata",), Metadata, data["metadata"], found, reported)
    model = _validate(draft, ("spec",), KINDS[draft.kind], data["spec"], found, reported)
    if isinstance(metadata, Metadata):
        _check_annotations(draft, metadata, found)
    if draft.kind == "Monitor":
        _check_conditions(draft, data["spec"], found, reported)
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
        line=draft.document.line,
    )


def _expanded(draft: Draft, path: Path, value: Any, variables: Mapping[str, str], found: list[Diagnostic]) -> Any:
    if isinstance(value, str) and "${" in value:
        try:
            text = expand(value, variables)
        except Undefined as error:
            message, _, hint = str(error).partition("|")
            found.append(finding(draft, "variable", message, path, hint))
            return value
        if any(secrets_in(text)) and not any(path[: len(place)] == place for place in SECRET_PLACES):
            message = "a secret cannot stand here: it would be stored and shown"
            hint = "secrets work in `http`, in a heartbeat's `token` and in channels"
            found.append(finding(draft, "secret", message, path, hint))
        return text
    if isinstance(value, dict):
        for key in value:
            if "${" in key.replace("$${", ""):
                message = f"`{key}` is a key, and only values can refer to variables and secrets"
                found.append(finding(draft, "variable", message, (*path, key), "write the key out", key=True))
        return {key: _expanded(draft, (*path, key), inner, variables, found) for key, inner in value.items()}
    if isinstance(value, list):
        return [_expanded(draft, (*path, index), inner, variables, found) for index, inner in enumerate(value)]
    return value


def _validate(
    draft: Draft, at: Path, model: type[Model], data: Any, found: list[Diagnostic], reported: set[str]
) -> Model | None:
    """Validate a part of a document. What stands at a path in `reported` is wrong already; more would be an echo."""
    try:
        return model.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path = (*at, *plain_path(data, detail["loc"]))
            if tree.show_path(path) in reported or detail["type"] == "default_factory_not_called":
                continue
            reported.add(tree.show_path(path))
            found.append(explained(draft, path, model, at, detail))
        return None


def _check_annotations(draft: Draft, metadata: Metadata, found: list[Diagnostic]) -> None:
    for key, value in metadata.annotations.items():
        path: Path = ("metadata", "annotations", key)
        if key.startswith("wakeful.dev/") and key not in ANNOTATIONS:
            hint = did_you_mean(key, ANNOTATIONS)
            found.append(finding(draft, "unknown-key", f"unknown annotation `{key}`", path, hint, key=True))
        elif key == ANNOTATIONS[0] and value not in ("disabled", "enabled"):
            found.append(finding(draft, "value", f"`{value}` is neither `disabled` nor `enabled`", path, None))


def _check_conditions(draft: Draft, spec: Any, found: list[Diagnostic], reported: set[str]) -> None:
    """Compile what a Monitor says under `that`, also where something else about it is wrong."""
    probes = [probe for probe in PROBES if isinstance(spec, dict) and spec.get(probe) is not None]
    if len(probes) != 1 or not VARIABLES[probes[0]]:
        return
    for block in ("expect", "degraded"):
        inside = spec.get(block)
        texts = inside.get("that") if isinstance(inside, dict) else None
        for index, text in enumerate(texts) if isinstance(texts, list) else [(None, texts)]:
            path: Path = ("spec", block, "that") if index is None else ("spec", block, "that", index)
            if not isinstance(text, str) or tree.show_path(path) in reported:
                continue
            try:
                compile_condition(text, probes[0])
            except ConditionError as error:
                found.append(_condition_problem(draft, path, text, error, probes[0]))


def _condition_problem(draft: Draft, path: Path, text: str, error: ConditionError, probe: str) -> Diagnostic:
    node = tree.find(draft.document, path)
    names = VARIABLES[probe]
    unknown = re.match(r"there is no `(.*)` here", error.message)
    hint = did_you_mean(unknown.group(1), names) if unknown else None
    hint = hint or f"`{probe}` has {', '.join(names)}"
    if node is None or node.value != text:  # with a variable in it, the columns are not those of the file
        return finding(draft, "condition", error.message, path, hint)
    offset = sum(len(line) + 1 for line in text.split("\n")[: error.line - 1]) + error.column - 1
    place = tree.span_inside(draft.document, node, offset)
    return Diagnostic("condition", error.message, draft.document.file, place, tree.show_path(path), hint)


def _unique(loaded: list[tuple[Resource, Draft]], found: list[Diagnostic]) -> dict[tuple[str, str, str], Resource]:
    by_key: dict[tuple[str, str, str], Resource] = {}
    slugs: dict[str, Resource] = {}
    for resource, draft in loaded:
        if resource.kind == "Config":
            continue
        if first := by_key.get(resource.key):
            message = f"{resource.kind} `{resource.name}` is defined twice, first in {first.file}:{first.line}"
            found.append(finding(draft, "duplicate", message, ("metadata", "name"), "rename one of the two"))
            continue
        by_key[resource.key] = resource
        if resource.kind == "StatusPage":
            slug = str(resource.spec.get("slug", resource.name))
            if taken := slugs.get(slug):
                message = f"the address /status/{slug} is taken by `{taken.name}` in {taken.file}:{taken.line}"
                path: Path = ("spec", "slug") if "slug" in resource.spec else ("metadata", "name")
                found.append(finding(draft, "duplicate", message, path, "give one of the two another `slug`"))
            slugs[slug] = resource
    return by_key
