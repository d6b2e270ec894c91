"""Names that one resource uses for another: they must exist, and must not run in a circle."""

from collections.abc import Iterable, Iterator, Mapping

from specs.alert_rule import AlertRule
from specs.diagnostics import Diagnostic, Severity, did_you_mean
from specs.draft import Draft, finding
from specs.monitor import Monitor
from specs.resource import Key, Resource
from specs.tree import Path


def references(resource: Resource) -> Iterator[tuple[Path, str, str]]:
    """Each reference of a resource: its path in the document, the kind and the name referred to."""
    model = resource.model
    if isinstance(model, Monitor):
        for index, name in enumerate(model.depends_on):
            yield ("spec", "dependsOn", index), "Monitor", name
        if model.composite:
            for index, name in enumerate(model.composite.monitors or ()):
                yield ("spec", "composite", "monitors", index), "Monitor", name
    elif hasattr(model, "references"):
        yield from model.references()


def check_references(
    resources: Mapping[Key, Resource],
    drafts: Mapping[Key, Draft],
    *,
    also_named: Iterable[Key] = (),
    is_complete: bool = True,
) -> list[Diagnostic]:
    """Dangling references, cycles of dependsOn, and selectors that match nothing (a warning).

    `also_named` are resources that exist but are broken: a reference to them is not dangling. Where not every
    resource could be read (`is_complete` is false) no selector is said to match nothing.
    """
    named = set(resources) | set(also_named)
    found = []
    for resource in resources.values():
        for path, kind, name in references(resource):
            if (kind, resource.workspace, name) not in named:
                known = [key[2] for key in named if key[:2] == (kind, resource.workspace)]
                elsewhere = next((key[1] for key in named if (key[0], key[2]) == (kind, name)), None)
                hint = did_you_mean(name, known) or f"add a {kind} of this name, or remove the reference"
                if elsewhere:
                    hint = f"the workspace `{elsewhere}` has one, and nothing crosses a workspace"
                found.append(finding(drafts[resource.key], "dangling", f"there is no {kind} `{name}`", path, hint))
        if is_complete:
            found += _matches_nothing(resource, resources, drafts)
    return found + _cycles(resources, drafts)


def _matches_nothing(
    resource: Resource, resources: Mapping[Key, Resource], drafts: Mapping[Key, Draft]
) -> list[Diagnostic]:
    rule = resource.model
    if not isinstance(rule, AlertRule) or not rule.match.labels:
        return []
    if any(other.kind == "Monitor" and rule.watches(other.name, other.labels) for other in resources.values()):
        return []
    path: Path = ("spec", "match", "labels")
    message = "no monitor has these labels, so the rule watches nothing"
    hint = "check the labels, or remove the rule"
    draft = drafts[resource.key]
    return [finding(draft, "watches-nothing", message, path, hint, key=True, severity=Severity.WARNING)]


def _cycles(resources: Mapping[Key, Resource], drafts: Mapping[Key, Draft]) -> list[Diagnostic]:
    graph = {key: _dependencies(resource) for key, resource in resources.items() if key[0] == "Monitor"}
    done: set[Key] = set()
    found = []
    for start in graph:
        trail: list[Key] = []
        stack: list[tuple[Key, Iterator[Key]]] = [(start, iter(graph[start]))] if start not in done else []
        while stack:
            key, rest = stack[-1]
            if not trail or trail[-1] != key:
                trail.append(key)
            following = next((other for other in rest if other in graph), None)
            if following is None:
                done.add(key)
                stack.pop()
                trail.pop()
            elif following in trail:
                circle = [name for _, _, name in trail[trail.index(following) :]] + [following[2]]
                message = f"these monitors depend on each other in a circle: {' → '.join(circle)}"
                path: Path = ("spec", "dependsOn")
                found.append(finding(drafts[key], "cycle", message, path, "remove one of the dependencies"))
                done.add(following)
            elif following not in done:
                stack.append((following, iter(graph[following])))
    return found


def _dependencies(resource: Resource) -> list[Key]:
    model = resource.model
    names = [*model.depends_on] if isinstance(model, Monitor) else []
    if isinstance(model, Monitor) and model.composite:
        names += model.composite.monitors or []
    return [("Monitor", resource.workspace, name) for name in names]
