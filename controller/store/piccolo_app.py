"""What Piccolo migrates."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from controller.store import tables

APP_CONFIG = AppConfig(
    app_name="wakeful",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=tables.ALL,
)
