"""Settings: what is unsafe is refused in words, what is asked for is used."""

import pytest
from pydantic import ValidationError

from api.settings import Settings
from gis.errors import InputError


def test_the_service_keeps_to_this_machine_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("VUNG_HOST", raising=False)
    settings = Settings.read()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.allowed_origins == ()


def test_the_environment_is_read_and_an_argument_goes_before_it(monkeypatch):
    monkeypatch.setenv("VUNG_PORT", "9001")
    monkeypatch.setenv("VUNG_ALLOWED_ORIGINS", "https://a.example.vn, http://localhost:3000")
    assert Settings.read().port == 9001
    assert Settings.read(port=9002).port == 9002
    assert Settings.read(port=None).port == 9001
    assert Settings.read().allowed_origins == ("https://a.example.vn", "http://localhost:3000")


def test_settings_do_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        Settings.read().port = 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"port": 70_000}, "VUNG_PORT: must be at most 65535"),
        ({"port": "web"}, "VUNG_PORT: 'web' is no whole number"),
        ({"host": "http://x/"}, "VUNG_HOST: holds characters that cannot be used"),
        ({"allowed_origins": "*"}, "VUNG_ALLOWED_ORIGINS: '\\*' is no named origin"),
        ({"allowed_origins": ("https://*.vn",)}, "is no named origin"),
        ({"allowed_origins": ("null",)}, "is no named origin"),
        ({"allowed_origins": ("https://a.vn/path",)}, "is no named origin"),
        ({"allowed_origins": ("https://me:pw@a.vn",)}, "is no named origin"),
        ({"max_body_bytes": 0}, "VUNG_MAX_BODY_BYTES: must be at least 1000"),
        ({"max_zone_ha": float("nan")}, "VUNG_MAX_ZONE_HA"),
        ({"max_zone_ha": 0}, "VUNG_MAX_ZONE_HA"),
        ({"assess_slots": 0}, "VUNG_ASSESS_SLOTS: must be at least 1"),
        ({"assess_slots": 15, "assess_queue": 15}, "must not be more than 20"),
        ({"max_features": 10}, "default_features must not be more than max_features"),
        ({"colour": "red"}, "VUNG_COLOUR: there is no such field"),
    ],
)
def test_an_impossible_or_unsafe_value_is_refused_by_the_name_of_its_variable(given, said):
    with pytest.raises(InputError, match=said) as caught:
        Settings.read(**given)
    assert "\n" not in str(caught.value)
    assert caught.value.vi.startswith("Thiết lập của dịch vụ không dùng được: ")
