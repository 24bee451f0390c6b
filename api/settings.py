"""What the service may do and how much: read once, passed in, refused when unsafe."""

from pathlib import Path
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api import words
from gis.errors import InputError

_PREFIX: Final = "VUNG_"
# Starlette answers plain functions in forty threads; waiting assessments must leave most of them
_MOST_WAITING: Final = 20


class Settings(BaseSettings):
    """Settings of the service, from arguments or from variables such as ``VUNG_PORT``.

    Attributes
    ----------
    allowed_origins
        Web pages of these origins may read answers; none by default, ``*`` never.
    max_body_bytes
        Longest request body, whether its length is declared or not.
    body_wait_s
        How long a request's body may take to come.
    max_vertices, max_zone_ha
        Largest zone that is assessed.
    max_features, default_features
        Most features on a page, and how many when no ``limit`` is given.
    kept_bytes
        Room for answers that are sent again as they are while the workspace does not change.
    metrics_token
        Who may read `/metrics`; without one it answers this machine alone.
    assess_slots, assess_queue, assess_wait_s
        How many assessments run at once, how many may wait, and how long; beyond that the
        answer is 503 with ``Retry-After``.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    workspace: Path = Path()
    host: str = Field("127.0.0.1", min_length=1, max_length=253, pattern=r"^[\w.:-]+$")
    port: int = Field(8000, ge=0, le=65_535)
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    max_body_bytes: int = Field(5_000_000, ge=1_000, le=100_000_000)
    body_wait_s: float = Field(30.0, gt=0, le=3_600, allow_inf_nan=False)
    max_vertices: int = Field(50_000, ge=4, le=1_000_000)
    max_zone_ha: float = Field(20_000.0, gt=0, le=1_000_000, allow_inf_nan=False)
    max_features: int = Field(1_000, ge=1, le=10_000)
    default_features: int = Field(100, ge=1, le=10_000)
    kept_bytes: int = Field(128_000_000, ge=0, le=10_000_000_000)
    metrics_token: str = Field("", repr=False, max_length=200, pattern=r"^[\x21-\x7e]*$")
    assess_slots: int = Field(2, ge=1, le=_MOST_WAITING)
    assess_queue: int = Field(8, ge=0, le=_MOST_WAITING)
    assess_wait_s: float = Field(30.0, ge=0, le=600, allow_inf_nan=False)

    @classmethod
    def read(cls, **given: Any) -> Self:
        """Read settings from arguments that are not None first, then from the environment.

        Raises
        ------
        InputError
            When a value is unknown, impossible or unsafe; the sentence names the variable.
        """
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as fault:
            said = {
                lang: words.faults(fault.errors(include_url=False), lang, prefix=_PREFIX)
                for lang in ("vi", "en")
            }
            raise InputError(
                f"The settings of the service cannot be used: {said['en']}",
                vi=f"Thiết lập của dịch vụ không dùng được: {said['vi']}",
            ) from None

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """Take ``https://a.vn, https://b.vn`` from the environment as a list."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _named(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            named = parts.scheme in {"http", "https"} and parts.hostname and "*" not in origin
            if not named or origin != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
                raise ValueError(f"{origin!r} is no named origin like https://portal.example.vn")
        return value

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        if self.default_features > self.max_features:
            raise ValueError("default_features must not be more than max_features")
        if self.assess_slots + self.assess_queue > _MOST_WAITING:
            raise ValueError(
                f"assess_slots and assess_queue together must not be more than {_MOST_WAITING}"
            )
        return self
