"""Settings: `AIMS_*` in the environment, or `aims.toml` in AIMS_HOME. A wrong value stops the start with a sentence.

Every field says its unit and what it does; the documentation is made from here. A secret can come from a file that
`AIMS_<NAME>_FILE` names.
"""

import os
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from aims.core.errors import Invalid

MIB = 1 << 20


def default_home() -> Path:
    """Where the data live unless AIMS_HOME says otherwise: the platform's folder for a user's data."""
    return Path(os.environ.get("AIMS_HOME") or platformdirs.user_data_dir("ai-media-studio", appauthor=False))


class Connected(BaseModel):
    """What `aims.toml` says about one provider. The provider's own module gives it its meaning and its defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: SecretStr | None = None
    base_url: str | None = None
    output_origins: tuple[str, ...] = ()
    account: str | None = None
    unit_prices: dict[str, Annotated[Decimal, Field(ge=0, le=10_000)]] = {}
    concurrency: Annotated[int, Field(ge=1, le=9999)] | None = None


class Settings(BaseSettings):
    """How this instance runs."""

    model_config = SettingsConfigDict(env_prefix="AIMS_", frozen=True, extra="ignore")

    home: Path = Field(
        default_factory=default_home, description="Folder of the data: database, media, secret."
    )
    database_url: str | None = Field(
        None, description="`postgresql://...` to use Postgres; without it, a SQLite file in AIMS_HOME."
    )
    secret: str | None = Field(
        None, description="Master secret, 32 characters or more; else AIMS_HOME/secret."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8787, ge=0, le=65535, description="Port to listen on.")
    public_url: str | None = Field(
        None, description="Base of every link, such as `https://studio.example.com`."
    )
    jobs: bool = Field(
        True,
        description="Whether `aims serve` also makes what is asked for; off, `aims worker` does (Postgres only).",
    )
    starting_credits: int = Field(
        1000, ge=0, le=10**12, description="Credits that a new workspace starts with."
    )
    default_image_model: str = Field(
        "openai/gpt-image-2", description="Image model of a request that names none."
    )
    default_video_model: str = Field(
        "fal-ai/veo3.1/fast", description="Video model of a request that names none."
    )
    sandbox: Literal["auto", "always", "off"] = Field(
        "auto",
        description="Offline provider: `auto` stands in until a real provider is connected, `always`, or `off`.",
    )
    sandbox_repeatable: bool = Field(
        True,
        description="Whether the sandbox may be sent the same work twice; off, it behaves like a paid provider.",
    )
    sandbox_journal: Path | None = Field(
        None, description="File to which the sandbox appends each submit it receives."
    )
    connections: Annotated[dict[str, Connected], NoDecode] = Field(
        {},
        description=(
            "Providers, as tables of `aims.toml` such as `[connections.NAME]` with `key`, `base_url`, "
            "`output_origins`, `account`, `concurrency` (calls that one process works on at once) and `unit_prices` "
            "(US dollars a unit, by endpoint); in the environment AIMS_NAME_KEY (or AIMS_NAME_KEY_FILE), "
            "AIMS_NAME_BASE_URL, AIMS_NAME_OUTPUT_ORIGINS, AIMS_NAME_ACCOUNT and AIMS_NAME_CONCURRENCY."
        ),
    )
    drawing_processes: int = Field(
        max(1, (os.cpu_count() or 2) - 1),
        ge=1,
        le=64,
        description="Child processes that decode and draw; half as many more, at least one, make films.",
    )
    workspace_concurrency: int = Field(
        20,
        ge=1,
        le=1_000_000,
        description="Calls that one workspace may have at one provider at once; the rest waits.",
    )
    waiting_seconds: int = Field(
        86400,
        ge=1,
        le=129600,
        description="How long a generation waits until a provider takes it; then its credits come back, seconds.",
    )
    breaker_seconds: float = Field(
        30.0,
        gt=0,
        le=60,
        description="Longest pause before a provider that failed is tried again, seconds.",
    )
    key_streams: int = Field(
        100, ge=1, le=1_000_000, description="Event streams that one API key may have open at one server."
    )
    workspace_streams: int = Field(
        1000, ge=1, le=1_000_000, description="Event streams that one workspace may have open at one server."
    )
    lease_seconds: int = Field(
        30, ge=2, le=3600, description="How long a silent driver keeps its generations, seconds."
    )
    shutdown_seconds: int = Field(
        20, ge=1, le=600, description="Time for running work to finish at shutdown, seconds."
    )
    min_free_mib: int = Field(
        256, ge=0, description="Free space on the data volume below which paid work is refused, MiB."
    )
    outside_urls: bool = Field(
        True,
        description="Whether reference pictures may be public addresses outside this studio, which it then fetches.",
    )
    outside_per_minute: int = Field(
        120,
        ge=1,
        le=1_000_000,
        description="Reference pictures that are fetched from outside for one workspace, a minute.",
    )
    idempotency_days: int = Field(
        7, ge=1, le=365, description="How long an Idempotency-Key is remembered, days."
    )
    provider_webhooks: bool = Field(
        True,
        description="Whether providers are asked to send word to `public_url`, where that is an https address.",
    )
    webhook_days: int = Field(
        30, ge=4, le=365, description="How long the log of webhook deliveries is kept, days."
    )
    trash_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="How long pictures and films stay in the trash before they are deleted, days.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe line that is logged."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="`auto`: text on a terminal, else JSON lines."
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// or http://")
        return value.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags of the command first, then the environment, then `aims.toml`."""
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, default_home() / "aims.toml"),
        )

    @property
    def base_url(self) -> str:
        """What every link begins with, without a trailing slash."""
        if self.public_url:
            return self.public_url
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def database(self) -> Path | str:
        """A SQLite file, or a Postgres URL."""
        return self.database_url or self.home / "studio.db"


def load(**flags: object) -> Settings:
    """Read the settings; flags that are None were not given.

    Raises Invalid, with the name of the setting and what is wrong with it.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    for name in ("SECRET", "DATABASE_URL"):
        path = os.environ.get(f"AIMS_{name}_FILE")
        if path and name.lower() not in given:
            given[name.lower()] = _read(path, name)
    refuse_unknown(default_home() / "aims.toml")
    try:
        return Settings(**given)  # ty: ignore[invalid-argument-type] - pydantic checks each value itself
    except ValidationError as error:
        first = error.errors()[0]
        name = "AIMS_" + "_".join(str(part) for part in first["loc"]).upper()
        raise Invalid(f"The setting {name} is wrong: {first['msg'].removeprefix('Value error, ')}.") from None
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{default_home() / 'aims.toml'} is not valid TOML: {error}.") from None


def refuse_unknown(path: Path) -> None:
    """Refuse a name in `aims.toml` that is no setting: a typo would otherwise go unnoticed.

    Raises Invalid, naming it.
    """
    try:
        names = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError):
        # A missing file is none; a broken one is told of by whoever reads its values.
        return
    for name in names:
        if name not in Settings.model_fields:
            raise Invalid(
                f"{path} has `{name}`, which is no setting. Names are in lower case and without AIMS_, "
                "such as `starting_credits = 500`."
            )


def _read(path: str, name: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise Invalid(f"The setting AIMS_{name}_FILE cannot be read: {error.strerror}.") from None
