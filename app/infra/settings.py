"""Every setting, read once at the start from the environment and `.env`.

Only `app.wiring`, the processes and the launcher's commands read it; everyone else gets values.
Names nest by `__`: `COACH_LLM__MODEL`, `COACH_DATABASE__URL`.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from app.infra.faults import CannotStart

ROOT = Path(__file__).resolve().parents[2]


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LlmSettings(_Group):
    """The model. Without a `base_url` or an `api_key` the built-in offline coach answers."""

    base_url: str | None = Field(
        None, description="OpenAI-compatible endpoint, e.g. http://localhost:11434/v1."
    )
    api_key: SecretStr | None = Field(None, description="Its key; a local server often needs none.")
    model: str = Field("gpt-5-mini", description="The model's name there.")
    timeout_seconds: float = Field(60, gt=0, description="How long one round may take.")
    retries: int = Field(2, ge=0, le=5, description="How often a 429 or 5xx is tried again.")
    reads_pictures: bool = Field(
        default=False, description="Whether it is shown members' screenshots, as a second reader."
    )

    @property
    def is_on(self) -> bool:
        return self.base_url is not None or self.api_key is not None


class DatabaseSettings(_Group):
    """PostgreSQL with pgvector. Without a URL the embedded one is started."""

    url: SecretStr | None = Field(
        None,
        description="postgresql://user:password@host/name of the owner that migrates; empty: embedded.",
    )
    app_url: SecretStr | None = Field(
        None,
        description="The same database as the role `coach_app`; empty: derived from `url` by SET ROLE.",
    )


class QueueSettings(_Group):
    """Valkey or Redis. Without a URL the embedded Valkey is started."""

    url: SecretStr | None = Field(None, description="redis://host:6379/0; empty: embedded.")


class WebSettings(_Group):
    host: str = Field("127.0.0.1", description="Where the web process listens.")
    port: int = Field(8000, ge=1, le=65535, description="And on which port.")
    public_url: str | None = Field(
        None, description="What members type, behind a proxy: https://coach.example."
    )
    demo_member: bool = Field(
        default=True,
        description="One-click demo sign-in; only ever offered while listening on loopback.",
    )
    secret: SecretStr | None = Field(
        None, description="Signs member tokens; empty: made once and kept in the home folder."
    )


class MassiveSettings(_Group):
    """Massive.com: stocks, indices, options and crypto of one key."""

    api_key: SecretStr | None = Field(None, description="Its key; switches the real market on.")
    base_url: str = Field("https://api.massive.com", description="Its REST interface.")
    stream_url: str = Field(
        "wss://socket.massive.com",
        description="Its streams; wss://delayed.massive.com for a plan with a delay.",
    )
    requests_per_minute: int = Field(
        300, gt=0, description="What the plan allows; the free one allows 5."
    )


class AlpacaSettings(_Group):
    """Alpaca: stocks, options and crypto of one key."""

    api_key: SecretStr | None = Field(None, description="Its key id; switches the real market on.")
    api_secret: SecretStr | None = Field(None, description="And the secret that belongs to it.")
    feed: Literal["iex", "sip", "delayed_sip"] = Field(
        "iex", description="Whose trades of stocks: one exchange's, or all (paid, or 15 min late)."
    )
    base_url: str = Field("https://data.alpaca.markets", description="Its REST interface.")
    stream_url: str = Field("wss://stream.data.alpaca.markets", description="Its streams.")
    requests_per_minute: int = Field(200, gt=0, description="What the plan allows.")


class CryptoSettings(_Group):
    """Crypto exchanges; their prices are public and need no key."""

    exchanges: str = Field(
        "",
        description="Asked in this order: kraken,coinbase; also binance, bitget, bybit, okx, kucoin.",
    )
    base_urls: str = Field(
        "",
        description="Other addresses of exchanges, behind a proxy: kraken=https://proxy.example.",
    )

    @property
    def names(self) -> tuple[str, ...]:
        return listed(self.exchanges)

    @property
    def addresses(self) -> dict[str, str]:
        pairs = (pair.partition("=") for pair in self.base_urls.split(",") if "=" in pair)
        return {name.strip().lower(): address.strip() for name, _, address in pairs}


class ProvidersSettings(_Group):
    """Who is asked, in which order, by kind. Empty: every provider that is set up and carries it."""

    stocks: str = Field("", description="Stocks and ETFs: massive,alpaca.")
    indices: str = Field("", description="Indices: massive.")
    crypto: str = Field("", description="Pairs: kraken,massive,alpaca.")
    options: str = Field("", description="Option chains: massive,alpaca.")
    files: Path | None = Field(
        None, description="A folder of bars that the lists may name as `files`."
    )
    hedge_seconds: float = Field(
        0, ge=0, le=4, description="After so long the next one is asked as well; 0: never."
    )

    @property
    def orders(self) -> dict[str, tuple[str, ...]]:
        """The names of each list, by its kind."""
        return {
            "stocks": listed(self.stocks),
            "indices": listed(self.indices),
            "crypto": listed(self.crypto),
            "options": listed(self.options),
        }


class MacroSettings(_Group):
    """Dates and rates: earnings, economic releases, Treasury yields, what is expected of the Fed."""

    folder: Path | None = Field(
        None,
        description="A folder with earnings.csv, releases.csv and others; asked before Massive.",
    )

    @field_validator("folder")
    @classmethod
    def _seen_from_the_checkout(cls, folder: Path | None) -> Path | None:
        return None if folder is None else ROOT / folder.expanduser()


class NotificationSettings(_Group):
    """How members are told outside of the chat: browsers, web-hooks, Telegram, Discord, Slack."""

    key: SecretStr | None = Field(
        None,
        min_length=16,
        description="Seals members' channels; empty: made once and kept in the home folder.",
    )
    vapid_key: SecretStr | None = Field(
        None,
        description="Identity towards push services, a base64url P-256 key; empty: made once and kept.",
    )
    contact: str | None = Field(
        None,
        description="Whom push services may write to: mailto:me@example.com. Apple's insists on one.",
    )
    allow_private: bool = Field(
        default=False,
        description="Let members' web-hooks go to private addresses, and without encryption.",
    )
    telegram_url: str = Field("https://api.telegram.org", description="Its bot interface.")
    discord_url: str = Field("https://discord.com", description="Where its web-hooks are.")
    slack_url: str = Field("https://hooks.slack.com", description="Where its web-hooks are.")


class SmtpSettings(_Group):
    """The server that e-mail goes out by. Without a host and a sender nobody is told by e-mail."""

    host: str | None = Field(None, description="Its name.")
    port: int = Field(587, ge=1, le=65535, description="And its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="`tls` from the first byte, usually port 465; `none` only nearby."
    )
    user: str = Field("", description="For servers that want a sign-in.")
    password: SecretStr | None = Field(None, description="And its password.")
    sender: str | None = Field(None, description="From whom: coach@example.com.")


class HistorySettings(_Group):
    """What real providers said, kept in the database; days of bars are kept for ever."""

    minutes_days: int = Field(30, ge=0, description="Days of 1-minute bars; 0: for ever.")
    five_minutes_days: int = Field(90, ge=0, description="Days of 5-minute bars; 0: for ever.")
    snapshots_days: int = Field(30, ge=0, description="Days of last prices; 0: for ever.")
    watched: str = Field(
        "SPX,SPY,QQQ,IWM,VIX",
        description="Filled at night and made ready before the open, for everybody.",
    )

    @property
    def symbols(self) -> tuple[str, ...]:
        return listed(self.watched.upper())


class Settings(BaseSettings):
    """All of them. Unknown names in a group are refused, so that a typo is found at the start."""

    model_config = SettingsConfigDict(
        env_prefix="COACH_",
        env_nested_delimiter="__",
        env_file=ROOT / ".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    home: Path = Field(
        ROOT / ".data",
        description="All state: database, queue, keys, logs; relative to the checkout.",
    )
    market: str = Field(
        "auto",
        description="`simulated`, `files:DIR` or `live`; `auto` is `live` once a provider is set up.",
    )
    market_seed: int = Field(7, description="Seed of the simulated market.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged."
    )
    llm: LlmSettings = LlmSettings()
    massive: MassiveSettings = MassiveSettings()
    alpaca: AlpacaSettings = AlpacaSettings()
    crypto: CryptoSettings = CryptoSettings()
    providers: ProvidersSettings = ProvidersSettings()
    macro: MacroSettings = MacroSettings()
    history: HistorySettings = HistorySettings()
    notifications: NotificationSettings = NotificationSettings()
    smtp: SmtpSettings = SmtpSettings()
    database: DatabaseSettings = DatabaseSettings()
    queue: QueueSettings = QueueSettings()
    web: WebSettings = WebSettings()

    @property
    def provider_names(self) -> tuple[str, ...]:
        """The real providers that are set up."""
        keys = {"massive": self.massive.api_key, "alpaca": self.alpaca.api_key}
        return (*(name for name, key in keys.items() if key), *self.crypto.names)

    @property
    def is_live(self) -> bool:
        """Whether prices come from real providers."""
        return self.market == "live" or (self.market == "auto" and bool(self.provider_names))

    @field_validator("home")
    @classmethod
    def _seen_from_the_checkout(cls, home: Path) -> Path:
        return ROOT / home.expanduser()


def read_settings(**given: object) -> Settings:
    """The settings of this process; `given` wins over the environment, and it over `.env`.

    Raises CannotStart with one line per wrong value, by its name in the environment.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        wrong = [f"{variable(*each['loc'])}: {_reason(each['msg'])}" for each in error.errors()]
    except SettingsError as error:
        wrong = [f"{error} (groups are set by COACH_GROUP__NAME)"]
    raise CannotStart("\n".join(["These settings cannot be used:", *wrong]))


def listed(text: str) -> tuple[str, ...]:
    """The names of a comma-separated list, lower case."""
    return tuple(name.strip().lower() for name in text.split(",") if name.strip())


def variable(*path: int | str) -> str:
    """A setting's name in the environment: `COACH_LLM__MODEL`."""
    return "COACH_" + "__".join(str(step) for step in path).upper()


def _reason(message: str) -> str:
    if message == "Extra inputs are not permitted":
        return "there is no such setting"
    return message[:1].lower() + message[1:]
