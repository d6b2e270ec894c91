from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from controller.store.migrate import run_script

ID = "2026-11-24T00:00:00"
VERSION = "1.38.0"
DESCRIPTION = "The tables of Wakeful, first version"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="wakeful", description=DESCRIPTION)

    async def run() -> None:
        # Partitions, partial indexes and fill factors have no words in Piccolo: plain SQL says them best.
        await run_script((Path(__file__).parent / "first.sql").read_text())

    manager.add_raw(run)
    return manager
