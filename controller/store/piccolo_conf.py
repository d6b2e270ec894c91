"""For Piccolo only: `PICCOLO_CONF=controller.store.piccolo_conf`."""

from piccolo.conf.apps import AppRegistry

from controller import settings
from controller.store.database import Engine

DB = Engine(config={"dsn": settings.load().database_url})
APP_REGISTRY = AppRegistry(apps=["controller.store.piccolo_app"])
