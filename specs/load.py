"""Files → resources, or every reason why not. Pure: texts in, values and diagnostics out."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from specs import envelope, monitor_conditions, tree
from specs.analysis import analyse
from specs.cascade import Cascade, Layer, below, folder
from specs.config import Config
from specs.diagnostics import Diagnostic, Severity, did_you_mean, in_order
from specs.draft import Draft, finding
from specs.expansion import expansions
from specs.explain import explained, plain_path
from specs.fields import Model
from specs.kinds import KINDS
from specs.monitor import PROBES
from specs.neighbours import Neighbour, neighbours, shapes_others
from specs.references import check_references
from specs.resource import ANNOTATIONS, PRUNE, SILENCED, SUSPEND, SUSPENDED, Key, Metadata, Resource, canonical
from specs.tree import Document, Path
from specs.variables import SECRET_PLACES, Scalar, Undefined, alone, expand, names_in, secrets_in

_HOLDS_CONFIG = re.compile(r"""kind["']?\s*:\s*["']?Config\b""")
MOST_FINDINGS = 500
"""In one file, or of one set; whoever has that many needs no more of them."""

# kinds that say something about other documents, and are no resources themselves
_NOT_STORED = ("Config", "Defaults", "MonitorSet")


@dataclass(frozen=True)
class Pair:
    """A resource and the draft it came from. `is_whole` is false where something in it is wrong."""

    resource: Resource
    draft: Draft
    is_whole: bool = True


@dataclass(frozen=True)
class _Parsed:
    """One file as read: depends on nothing else."""

    text: str
    documents: list[Document]
    drafts: list[Draft]
    found: list[Diagnostic]


@dataclass(frozen=True)
class _Made:
    """What one file gives: depends on its text and on what holds for its folder."""

    pairs: list[Pair]
    found: list[Diagnostic]


@dataclass(frozen=True)
class Memory:
    """What a load leaves for the next one, so that files which did not change are not read again."""

    parsed: dict[str, _Parsed]
    context: tuple[Any, ...]
    made: dict[str, _Made]


@dataclass(frozen=True)
class Loaded:
    """What a set of files says. `resources` is complete only when there are no errors."""

    resources: list[Resource] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    config: Config = field(default_factory=Config)
    memory: Memory | None = field(default=None, repr=False, compare=False)

    @property
    def errors(self) -> list[Diagnostic]:
        """The findings that stop a revision."""
        return [one for one in self.diagnostics if one.severity == Severity.ERROR]


def load(
    files: Mapping[str, str],
    before: Loaded | None = None,
    *,
    others: Mapping[str, str] | None = None,
    remember: bool = False,
) -> Loaded:
    """Read files (path → text) as one repository. Every finding is returned, not only the first.

    `before` is an earlier load with `remember`, of a state with which many files are shared. With `others`, only
    `files` are read and judged: the rest of the repository is there to be referred to, and nothing is said about
    the whole.
    """
    if others is not None:
        return _load_among(files, others)
    return _load(files, before, {}, remember)


def prepare(files: Mapping[str, str], part: Iterable[str]) -> Memory:
    """What a load needs of a part of the files, made ahead of it; so that several processes may each make theirs.

    A load which is given it as `before` takes what is right of it: nothing changes but the time.
    """
    config, chosen = _settings(files)
    shaping = [_parse(file, text) for file, text in chosen.items() if shapes_others(text)]
    cascade, _ = _cascade([draft for one in shaping for draft in one.drafts], config)
    parsed = {file: _parse(file, chosen[file]) for file in part if file in chosen}
    made = {file: _make(one.drafts, config, cascade) for file, one in parsed.items()}
    return Memory(parsed, (config.variables, cascade), made)


def joined(parts: Iterable[Memory]) -> Loaded:
    """What several processes prepared, as a load takes it."""
    first, *rest = parts
    parsed, made = dict(first.parsed), dict(first.made)
    for one in rest:
        if one.context == first.context:
            parsed |= one.parsed
            made |= one.made
    return Loaded(memory=Memory(parsed, first.context, made))


def _load_among(files: Mapping[str, str], others: Mapping[str, str]) -> Loaded:
    shaping = {file: text for file, text in others.items() if file not in files and shapes_others(text)}
    rest = {file: text for file, text in others.items() if file not in files and file not in shaping}
    loaded = _load({**shaping, **files}, None, rest, False)
    return Loaded(
        [one for one in loaded.resources if one.file in files],
        [one for one in loaded.diagnostics if one.file in files],
        loaded.config,
    )


def _load(files: Mapping[str, str], before: Loaded | None, others: Mapping[str, str], remember: bool) -> Loaded:
    memory = before.memory if before else None
    config, files = _settings(files)
    parsed = {}
    for file in sorted(files):
        known = memory.parsed.get(file) if memory else None
        parsed[file] = known if known and known.text == files[file] else _parse(file, files[file])
    drafts = [draft for one in parsed.values() for draft in one.drafts]
    found = [problem for one in parsed.values() for problem in one.found] + _one_config(drafts)
    cascade, problems = _cascade(drafts, config)
    found += problems
    context = (config.variables, cascade)
    is_same = memory is not None and memory.context == context
    made = {}
    for file, one in parsed.items():
        if is_same and memory and memory.parsed.get(file) is one:
            made[file] = memory.made[file]
        else:
            made[file] = _make(one.drafts, config, cascade)
    found += [problem for one in made.values() for problem in one.found]
    pairs = [pair for one in made.values() for pair in one.pairs]
    by_key, documents, problems = _unique(pairs)
    found += problems + _crossed_renames(by_key)
    whole = {key: pair.resource for key, pair in by_key.items() if pair.is_whole}
    # What an unreadable document would have defined is not known, so nothing is said to be missing.
    if not any(one.code == "yaml" for one in found):
        # A broken document would look like a dangling reference from every other one; report causes, not echoes.
        broken = [doc for one in parsed.values() for doc in one.documents] if found else []
        claimed = {key for doc in broken for key in _claimed(doc, config, cascade)}
        named = {key: pair.resource for key, pair in by_key.items()}
        near = {(one.kind, cascade.workspace(one.file), one.name): one for one in neighbours(others)}
        found += [_near(by_key[key].draft, near[key]) for key in near.keys() & by_key.keys()]
        is_complete = not others and not any(one.severity == Severity.ERROR for one in found)
        found += check_references(named, documents, also_named=claimed.union(near), is_complete=is_complete)
        if is_complete and not any(one.severity == Severity.ERROR for one in found):
            found += analyse(whole, documents, config) + _unused_variables(parsed, config, drafts)
    found = _unsilenced(found, by_key)
    kept = Memory(parsed, context, made) if remember else None
    return Loaded(list(whole.values()), in_order(found), config, kept)


def is_selected(file: str, config: Config) -> bool:
    """Whether a file is read: named by `paths`, not by `ignore`, and in no folder that starts with a dot."""
    if any(part.startswith(".") and part not in (".", "..") for part in file.split("/")):
        return False
    return matches_any(file, config.paths) and not matches_any(file, config.ignore)


def matches_any(path: str, globs: Iterable[str]) -> bool:
    """Whether a slash-separated path is matched by a glob; `**` crosses folders, `*` does not."""
    return any(_glob(pattern).fullmatch(path) for pattern in globs)


@lru_cache(maxsize=1000)
def _glob(pattern: str) -> re.Pattern[str]:
    out = ""
    for token in re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern.removeprefix("./")):
        out += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(token) or re.escape(token)
    return re.compile(out)


def _settings(files: Mapping[str, str]) -> tuple[Config, dict[str, str]]:
    """The Config, and the files that it selects: other YAML in the repository is none of our business."""
    config = Config()
    for file in sorted(files):
        if not _HOLDS_CONFIG.search(files[file]):
            continue
        own = next((draft for draft in _parse(file, files[file]).drafts if draft.kind == "Config"), None)
        if own:
            with suppress(ValidationError):  # reported with its place when the document itself is read
                config = Config.model_validate(own.data.get("spec", {}), by_alias=True, by_name=False)
            if is_selected(file, config):
                break
    return config, {file: text for file, text in files.items() if is_selected(file, config)}


def _parse(file: str, text: str) -> _Parsed:
    documents, found = tree.read(file, text)
    drafts = []
    for document in documents:
        if len(found) > MOST_FINDINGS:
            found.append(_more(file))
            break
        problems = envelope.check(document)
        found += problems
        if not problems:
            drafts.append(Draft(document, document.data["kind"], document.data))
    return _Parsed(text, documents, drafts, found)


def _more(file: str) -> Diagnostic:
    message = f"the file has more than {MOST_FINDINGS} mistakes; the rest of it was not looked at"
    return Diagnostic("yaml", message, file, hint="mend these first")


def _one_config(drafts: list[Draft]) -> list[Diagnostic]:
    own = [draft for draft in drafts if draft.kind == "Config"]
    return [_second(extra, own[0], "a repository has one Config") for extra in own[1:]]


def _second(extra: Draft, first: Draft, rule: str) -> Diagnostic:
    at = f"{first.document.file}:{first.document.span(('kind',)).line}"
    return finding(extra, "duplicate", f"{rule}, but another stands in {at}", ("kind",), "merge the two")


def _cascade(drafts: list[Draft], config: Config) -> tuple[Cascade, list[Diagnostic]]:
    """The workspaces and defaults by folder. Their own mistakes are found when the documents are made."""
    workspaces: dict[str, str] = {}
    layers: dict[str, Layer] = {}
    first: dict[tuple[str, str], Draft] = {}
    found: list[Diagnostic] = []
    for draft in drafts:
        if draft.kind not in ("Workspace", "Defaults"):
            continue
        at = folder(draft.document.file)
        if other := first.get((draft.kind, at)):
            found.append(_second(draft, other, f"a folder has one {draft.kind}"))
            continue
        first[draft.kind, at] = draft
        data, problems = _expand_all(draft, config.variables)
        if problems:
            continue
        if draft.kind == "Workspace" and isinstance(name := data["metadata"].get("name"), str):
            workspaces[at] = name
        elif draft.kind == "Defaults":
            layers[at] = _layer(draft.document, data.get("spec", {}))
    return Cascade(workspaces, layers), found


def _layer(document: Document, spec: Mapping[str, Any]) -> Layer:
    monitor, labels, owner = spec.get("monitor"), spec.get("labels"), spec.get("owner")
    return Layer(
        document,
        monitor if isinstance(monitor, dict) else {},
        labels if isinstance(labels, dict) else {},
        owner if isinstance(owner, str) else None,
    )


def _make(drafts: list[Draft], config: Config, cascade: Cascade) -> _Made:
    pairs, found = list[Pair](), list[Diagnostic]()
    for draft in drafts:
        if len(found) > MOST_FINDINGS:
            found.append(_more(draft.document.file))
            break
        draft = _placed(draft, cascade)
        pair = _pair(draft, config, found)
        if draft.kind == "MonitorSet":
            if pair:
                _make_set(pair, config, cascade, pairs, found)
        elif pair and draft.kind not in _NOT_STORED:
            pairs.append(pair)
    return _Made(pairs, found)


def _make_set(pair: Pair, config: Config, cascade: Cascade, pairs: list[Pair], found: list[Diagnostic]) -> None:
    """The monitors of a MonitorSet. A mistake of its template is said once, of the first monitor that shows it."""
    seen = {(one.code, one.path) for one in found if one.file == pair.draft.document.file}
    broken = 0
    for draft in expansions(pair.draft, config.variables, found):
        problems: list[Diagnostic] = []
        one = _pair(_placed(draft, cascade), config, problems)
        broken += bool(problems)
        if broken > MOST_FINDINGS:
            return  # what is wrong with all of them was said of the first
        if one:
            pairs.append(one)
        for problem in problems:
            if (problem.code, problem.path) not in seen:
                seen.add((problem.code, problem.path))
                found.append(problem)


def _placed(draft: Draft, cascade: Cascade) -> Draft:
    """The draft in its workspace and, for a monitor, with the defaults of its folders below it."""
    workspace = cascade.workspace(draft.document.file)
    layers = cascade.defaults(draft.document.file) if draft.kind == "Monitor" else []
    if not layers and workspace == draft.workspace:
        return draft
    data = draft.data
    for layer in layers:
        metadata, spec = data["metadata"], data["spec"]
        if layer.labels:
            metadata = metadata | {"labels": below(metadata.get("labels", {}), layer.labels)}
        if layer.owner:
            owner = {"wakeful.dev/owner": layer.owner}
            metadata = metadata | {"annotations": below(metadata.get("annotations", {}), owner)}
        if layer.monitor:
            spec = below(spec, _fitting(spec, layer.monitor))
        data = data | {"metadata": metadata, "spec": spec}
    return Draft(draft.document, draft.kind, data, workspace, tuple(layers), draft.each, draft.origin)


def _fitting(spec: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults that mean something to a monitor: those of another probe do not."""
    probe = next((key for key in PROBES if key in spec), "")
    fitting = {
        key: monitor_conditions.fitting(probe, key, value)
        for key, value in defaults.items()
        if key not in PROBES or key == probe
    }
    return {key: value for key, value in fitting.items() if value != {} or key == probe}


def _pair(draft: Draft, config: Config, found: list[Diagnostic]) -> Pair | None:
    """The resource of a draft; one that is not whole, for references only, where some of its fields are wrong."""
    data, problems = _expand_all(draft, {} if draft.kind == "Config" else config.variables)
    reported = {one.path for one in problems}
    metadata, spec = data["metadata"], data.get("spec", {})
    named = _validated(draft, ("metadata",), Metadata, metadata, problems, reported)
    model = _validated(draft, ("spec",), KINDS[draft.kind], spec, problems, reported)
    if isinstance(named, Metadata):
        _check_annotations(draft, named, problems)
    if draft.kind == "Monitor":
        problems += monitor_conditions.check(draft, spec, reported)
    found += problems
    if not isinstance(named, Metadata) or model is None:
        return None
    resource = Resource(
        kind=draft.kind,
        name=named.name,
        spec=canonical(model),
        model=model,
        workspace=draft.workspace,
        labels=named.labels,
        annotations=named.annotations,
        renamed_from=named.renamed_from,
        file=draft.document.file,
        line=draft.line,
    )
    return Pair(resource, draft, not any(one.severity == Severity.ERROR for one in problems))


def _expand_all(draft: Draft, variables: Mapping[str, Scalar]) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The envelope with its variables replaced; what is not changed by that is not copied."""
    data, problems = draft.data, list[Diagnostic]()
    if "${" not in draft.document.text and not any("${" in layer.document.text for layer in draft.layers):
        return data, problems
    keeps_each = draft.kind == "MonitorSet"
    for key in ("metadata", "spec"):
        value = data.get(key)
        if isinstance(value, dict):
            expanded = _expanded(draft, (key,), value, variables, problems, keeps_each)
            if expanded is not value:
                data = data | {key: expanded}
    return data, problems


def _expanded(
    draft: Draft, path: Path, value: Any, variables: Mapping[str, Scalar], found: list[Diagnostic], keeps_each: bool
) -> Any:
    """A collection with its texts expanded, or itself where there is nothing to expand."""
    changed: dict[Any, Any] = {}
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if type(key) is str and "$" in key and "${" in key.replace("$${", ""):
            message = f"`{key}` is a key, and only values can refer to variables and secrets"
            found.append(finding(draft, "variable", message, (*path, key), "write the key out", key=True))
        kind = type(inner)
        if kind is str:
            if "${" in inner and (new := _text(draft, (*path, key), inner, variables, found, keeps_each)) is not inner:
                changed[key] = new
        elif kind is dict or kind is list:
            new = _expanded(draft, (*path, key), inner, variables, found, keeps_each)
            if new is not inner:
                changed[key] = new
    if not changed:
        return value
    if isinstance(value, dict):
        return value | changed
    return [changed.get(index, inner) for index, inner in enumerate(value)]


class _Written(str):
    """The text of a variable that stands alone and is no text; `value` is what it is."""

    __slots__ = ("value",)
    value: Scalar


def _text(
    draft: Draft, path: Path, text: str, variables: Mapping[str, Scalar], found: list[Diagnostic], keeps_each: bool
) -> str:
    if keeps_each and "${each." in text:
        return text  # its turn comes with each monitor that is made
    try:
        new = expand(text, variables, draft.each)
    except Undefined as error:
        message, _, hint = str(error).partition("|")
        found.append(finding(draft, "variable", message, path, hint))
        return text
    if any(secrets_in(new)) and not _may_hold_secret(draft.kind, path):
        message = "a secret cannot stand here: it would be stored and shown"
        hint = "secrets work where a worker uses them: in addresses, headers, passwords and keys of probes and channels"
        found.append(finding(draft, "secret", message, path, hint))
    if path[:2] != ("spec", "steps") and draft.kind == "Monitor" and any(space == "step" for space, _ in names_in(new)):
        message = "only steps have captured values"
        found.append(finding(draft, "variable", message, path, "use it below `steps`, or write `$${` for the text"))
    value = alone(text, variables, draft.each)
    if value is None or isinstance(value, str):
        return new if new != text else text
    written = _Written(new)
    written.value = value
    return written


def _may_hold_secret(kind: str, path: Path) -> bool:
    inside = {"MonitorSet": "template", "Defaults": "monitor"}.get(kind)
    if inside:
        path = ("spec", *path[2:]) if path[:2] == ("spec", inside) else ()
    return any(path[: len(place)] == place for place in SECRET_PLACES)


def _validated(
    draft: Draft, at: Path, model: type[Model], data: Any, found: list[Diagnostic], reported: set[str]
) -> Model | None:
    """The model of a part of a document, or of what is left of it without its wrong fields.

    What stands at a path in `reported` is wrong already; more would be an echo.
    """
    try:
        return model.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        details = error.errors(include_url=False)
    typed = {
        path: value
        for path, value in ((_where(data, one), one["input"]) for one in details)
        if isinstance(value, _Written) and path
    }
    if typed:
        for path, value in typed.items():
            data = _replaced(data, path, value.value)
        return _validated(draft, at, model, data, found, reported)
    for detail in details[:MOST_FINDINGS]:
        path = (*at, *_where(data, detail))
        shown = tree.show_path(draft.place(path))
        if shown in reported or detail["type"] == "default_factory_not_called":
            continue
        reported.add(shown)
        found.append(explained(draft, path, model, at, detail))
    return _salvaged(model, data, [_where(data, one) for one in details])


def _where(data: Any, detail: Any) -> Path:
    return plain_path(data, detail["loc"])


def _replaced(data: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = _replaced(data[path[0]], path[1:], value)
    return copy


def _salvaged(model: type[Model], data: Any, wrong: list[Path]) -> Model | None:
    """The model without the keys that are wrong, so that what the rest refers to is checked in the same go."""
    if not isinstance(data, dict) or any(not path for path in wrong):
        return None
    left = {key: value for key, value in data.items() if key not in {path[0] for path in wrong}}
    try:
        return model.model_validate(left, by_alias=True, by_name=False)
    except ValidationError:
        return None


def _check_annotations(draft: Draft, metadata: Metadata, found: list[Diagnostic]) -> None:
    for key, value in metadata.annotations.items():
        path: Path = ("metadata", "annotations", key)
        if key.startswith("wakeful.dev/") and key not in ANNOTATIONS:
            hint = did_you_mean(key, ANNOTATIONS)
            found.append(finding(draft, "unknown-key", f"unknown annotation `{key}`", path, hint, key=True))
        elif key == PRUNE and value not in ("disabled", "enabled"):
            hint = "write `disabled` to protect it from deletion"
            found.append(finding(draft, "value", f"`{value}` is neither `disabled` nor `enabled`", path, hint))
        elif key == SUSPEND and not SUSPENDED.fullmatch(value):
            hint = "write `<reason> until 2026-12-31T08:00:00Z`"
            found.append(finding(draft, "value", f"`{value}` does not say until when", path, hint))
    if metadata.renamed_from == metadata.name:
        message = "`renamedFrom` is its own name"
        hint = "write its former name, or remove the key"
        found.append(finding(draft, "value", message, ("metadata", "renamedFrom"), hint))


def _claimed(document: Document, config: Config, cascade: Cascade) -> list[Key]:
    """What a document is about, as far as it can be told; of every kind, where the kind is not one of ours."""
    data = document.data if isinstance(document.data, dict) else {}
    metadata, kind = data.get("metadata"), data.get("kind")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(name, str):
        return []
    try:
        name = expand(name, config.variables) if "${" in name else name
    except Undefined:
        return []
    kinds = [kind] if isinstance(kind, str) and kind in KINDS else list(KINDS)
    return [(one, cascade.workspace(document.file), name) for one in kinds]


def _unique(pairs: list[Pair]) -> tuple[dict[Key, Pair], dict[Key, Draft], list[Diagnostic]]:
    by_key: dict[Key, Pair] = {}
    slugs: dict[str, Resource] = {}
    found: list[Diagnostic] = []
    for pair in pairs:
        resource, draft = pair.resource, pair.draft
        if other := by_key.get(resource.key):
            first = other.resource
            message = f"{resource.kind} `{resource.name}` is defined twice, first in {first.file}:{first.line}"
            found.append(finding(draft, "duplicate", message, ("metadata", "name"), "rename one of the two"))
            continue
        by_key[resource.key] = pair
        if resource.kind == "StatusPage":
            slug = str(resource.spec.get("slug", resource.name))
            if taken := slugs.get(slug):
                message = f"the address /status/{slug} is taken by `{taken.name}` in {taken.file}:{taken.line}"
                path: Path = ("spec", "slug") if "slug" in resource.spec else ("metadata", "name")
                found.append(finding(draft, "duplicate", message, path, "give one of the two another `slug`"))
            slugs[slug] = resource
    return by_key, {key: pair.draft for key, pair in by_key.items()}, found


def _crossed_renames(by_key: Mapping[Key, Pair]) -> list[Diagnostic]:
    """Two that are each said to be renamed from the other: after it was applied it would be due again."""
    found = []
    for (kind, workspace, name), pair in by_key.items():
        former = pair.resource.renamed_from
        other = by_key.get((kind, workspace, former)) if former else None
        if other and other.resource.renamed_from == name and former != name:
            message = f"`{name}` and `{former}` are each said to be renamed from the other"
            path: Path = ("metadata", "renamedFrom")
            found.append(finding(pair.draft, "value", message, path, "rename in two steps, over a third name"))
    return found


def _unused_variables(parsed: Mapping[str, _Parsed], config: Config, drafts: list[Draft]) -> list[Diagnostic]:
    own = next((draft for draft in drafts if draft.kind == "Config"), None)
    if own is None or not config.variables:
        return []
    used = {name for one in parsed.values() if "${var." in one.text for _, name in names_in(one.text)}
    message, hint = "nothing uses the variable `{}`", "remove it"
    return [
        finding(
            own,
            "unused-variable",
            message.format(name),
            ("spec", "variables", name),
            hint,
            key=True,
            severity=Severity.WARNING,
        )
        for name in config.variables
        if name not in used
    ]


def _near(draft: Draft, other: Neighbour) -> Diagnostic:
    message = f"{other.kind} `{other.name}` is defined in {other.file}:{other.line} as well"
    return finding(draft, "duplicate", message, ("metadata", "name"), "rename one of the two")


def _unsilenced(found: list[Diagnostic], by_key: Mapping[Key, Pair]) -> list[Diagnostic]:
    """The findings without the warnings that a resource says it knows, by `wakeful.dev/ignore`."""
    known = {
        (one.resource.file, one.draft.document.line): set(re.split(r"[\s,]+", text))
        for one in by_key.values()
        if (text := one.resource.annotations.get(SILENCED))
    }
    if not known:
        return found
    starts: dict[str, list[int]] = {}
    for pair in by_key.values():
        starts.setdefault(pair.resource.file, []).append(pair.draft.document.line)

    def is_known(one: Diagnostic) -> bool:
        line = max((start for start in starts.get(one.file, ()) if start <= one.span.line), default=0)
        return one.severity == Severity.WARNING and one.code in known.get((one.file, line), ())

    return [one for one in found if not is_known(one)]
