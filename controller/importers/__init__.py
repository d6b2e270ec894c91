"""Other tools' configurations → specs, and a report of what could not be carried. Pure: texts in, texts out."""

from collections.abc import Callable, Mapping

from controller.importers import blackbox, cstate, gatus, kuma, statuspage, upptime
from controller.importers.imported import Imported

IMPORTERS: dict[str, Callable[[Mapping[str, str]], Imported]] = {
    "gatus": gatus.convert,
    "kuma": kuma.convert,
    "blackbox": blackbox.convert,
    "upptime": upptime.convert,
    "cstate": cstate.convert,
    "statuspage": statuspage.convert,
}
