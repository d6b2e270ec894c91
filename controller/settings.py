"""The environment, read once into a frozen value. The only reader of the environment."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What differs between a laptop and a fleet; each field is the variable `WAKEFUL_` + its name."""

    model_config = SettingsConfigDict(env_prefix="WAKEFUL_", frozen=True, extra="ignore")

    database_url: str = Field(
        default="postgresql://localhost:5432/wakeful", description="PostgreSQL to keep everything in."
    )
    redis_url: str = Field(default="redis://localhost:6379/0", description="Valkey or Redis for queues and events.")
    data_dir: Path = Field(default=Path(".wakeful"), description="Clones of sources, and the embedded servers' data.")
    public_url: str = Field(default="http://127.0.0.1:8080", description="How people reach the API; used in links.")
    secrets_dir: Path | None = Field(default=None, description="A folder with one file per secret.")
    webhook_secret: str | None = Field(default=None, description="Authenticates forges' webhooks.")
    forge_token: str | None = Field(default=None, description="Writes commit statuses to the forge.")
    poll_every: float = Field(default=30.0, description="Seconds between looks at a remote repository.")
    workspace: str = "default"
    log_format: str | None = Field(default=None, description="`text` or `json`; by default text on a terminal.")
    log_level: str = "info"
    flush_after: float = Field(default=0.05, description="Seconds a worker gathers observations before it stores them.")

    @property
    def poll_interval(self) -> timedelta:
        """Time between two looks at a remote repository."""
        return timedelta(seconds=self.poll_every)


def load(**overrides: Any) -> Settings:
    """The settings from the environment, with some given by hand."""
    return Settings(**{key: value for key, value in overrides.items() if value is not None})


def environment() -> dict[str, str]:
    """The environment for a child process."""
    return dict(os.environ)


def secret(name: str, folder: Path | None = None) -> str | None:
    """The value of `${secret.NAME}`: from `WAKEFUL_SECRET_NAME`, or the file NAME in the secrets folder."""
    if (value := os.environ.get(f"WAKEFUL_SECRET_{name}")) is not None:
        return value
    directory = folder or (Path(found) if (found := os.environ.get("WAKEFUL_SECRETS_DIR")) else None)
    if directory and (file := directory / name).is_file():
        return file.read_text().rstrip("\r\n")
    return None


def use_piccolo(module: str) -> None:
    """Tell Piccolo where its configuration is; it looks nowhere but in the environment."""
    os.environ["PICCOLO_CONF"] = module
