"""Profiles: how the files of one office are to be taken in, kept as TOML for the next one.

A profile says nothing of personal columns: those are asked for each time.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from gis.errors import ColumnError, GisError, InputError, SourceError
from gis.intake import mapping, names
from gis.layers import registry
from gis.reports import files

_LARGEST: Final = 1 << 20
_WORDS: Final = {
    "layer": ("lớp dữ liệu", "layer"),
    "source_layer": ("lớp trong tệp", "layer within the file"),
    "crs": ("hệ tọa độ thật của tệp", "true coordinate system of the file"),
    "encoding": ("bảng mã chữ", "encoding of the text"),
    "keep": ("các cột giữ thêm", "further columns to keep"),
    "licence": ("giấy phép sử dụng", "licence"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an office's files have in common.

    Attributes
    ----------
    columns
        Layer column -> column of the file.
    constants
        Layer column -> value for every row.
    keep
        Further columns of the file to carry along.
    """

    layer: str
    source_layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    licence: str | None = None
    keep: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)

    def under(self, said: "Profile") -> "Profile":
        """Return the profile with what the user said, which goes before it.

        A column that the user gives a value for is no longer taken from the file, and the other
        way round.
        """
        own = {each.name: getattr(said, each.name) for each in fields(said)}
        given = {key: value for key, value in own.items() if value not in (None, (), {})}
        columns = {k: v for k, v in self.columns.items() if k not in said.constants}
        constants = {k: v for k, v in self.constants.items() if k not in said.columns}
        return replace(
            self,
            **given
            | {
                "columns": columns | dict(said.columns),
                "constants": constants | dict(said.constants),
                "keep": tuple(dict.fromkeys((*self.keep, *said.keep))),
            },
        )


def load(path: Path, *, layer: str | None = None) -> Profile:
    """Read a profile.

    Parameters
    ----------
    layer
        The layer that is to be taken in; a profile for another one is refused.

    Raises
    ------
    InputError
        When the file is missing, is no profile, or says what it cannot say.
    """
    path = Path(path)
    profile = _parsed(_read(path), path.name)
    if layer is not None and layer != profile.layer:
        raise InputError(
            f"Profile {path.name} is for the layer {profile.layer!r}, not for {layer!r}; choose "
            "another profile.",
            vi=f"Hồ sơ {path.name} dùng cho lớp {profile.layer!r}, không phải {layer!r}; hãy chọn "
            "hồ sơ khác.",
        )
    return profile


def refuse_missing(profile: Profile, frame: Any, *, name: str) -> None:
    """Refuse a file that lacks a column of its profile.

    Parameters
    ----------
    name
        What the profile is called.

    Raises
    ------
    ColumnError
        When one is missing.
    """
    for wanted in (*profile.columns.values(), *profile.keep):
        try:
            names.find(frame, wanted)
        except ColumnError:
            raise ColumnError(
                f"Profile {name} names the column {wanted!r}, which the file lacks; "
                f"{names.told(frame, 'en')}: correct the profile or choose another.",
                vi=f"Hồ sơ {name} ghi cột {wanted!r} mà tệp không có; {names.told(frame, 'vi')}: "
                "hãy sửa hồ sơ hoặc chọn hồ sơ khác.",
            ) from None


def save(path: Path, profile: Profile) -> Path:
    """Write a profile; nothing half-written is ever seen.

    Raises
    ------
    InputError
        When the profile says what it cannot say.
    OutputError
        When the file cannot be written.
    """
    path = Path(path)
    _check(profile, path.name)
    written = to_toml(profile)
    return files.write(
        path, lambda place: place.write_text(written, encoding="utf-8", newline="\n")
    )


def to_toml(profile: Profile) -> str:
    """Return a profile as text, with a comment on each entry in both languages."""
    lines = [
        "# hồ sơ nạp tệp: vung import LỚP TỆP --profile TỆP_NÀY",
        "# import profile: vung import LAYER FILE --profile THIS_FILE",
        "",
    ]
    for key, (vi, en) in _WORDS.items():
        value = getattr(profile, key)
        if value:
            lines.append(f"{key} = {_value(value)}  # {vi} / {en}")
    for key, vi, en in (
        ("columns", "cột của lớp = cột của tệp", "column of the layer = column of the file"),
        ("constants", "giá trị chung cho mọi dòng", "values for every row"),
    ):
        entries = getattr(profile, key)
        if entries:
            lines += ["", f"# {vi} / {en}", f"[{key}]"]
            lines += [f"{name} = {_value(value)}" for name, value in entries.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | date):
        return str(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    return '"' + "".join(map(_escaped, str(value))) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() or char == " " else f"\\U{ord(char):08X}"


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise SourceError(
            f"Profile {path} does not exist; check the name and the folder.",
            vi=f"Không có hồ sơ {path}; hãy kiểm tra tên tệp và thư mục.",
        )
    try:
        if path.stat().st_size <= _LARGEST:
            return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as fault:
        why = " ".join(str(fault).split())
    else:
        why = f"larger than {_LARGEST} bytes"
    refusal = SourceError(
        f"Profile {path.name} cannot be read as TOML in UTF-8; mend it, or save it anew with "
        "--save-profile.",
        vi=f"Không đọc được hồ sơ {path.name} theo dạng TOML, mã UTF-8; hãy sửa, hoặc lưu lại "
        "bằng --save-profile.",
    )
    refusal.add_note(why)
    raise refusal


def _parsed(entries: Mapping[str, Any], name: str) -> Profile:
    known = [each.name for each in fields(Profile)]
    unknown = [key for key in entries if key not in known]
    if unknown:
        raise InputError(
            f"Profile {name} holds the unknown entry {unknown[0]!r}; it may hold "
            f"{', '.join(known)}.",
            vi=f"Hồ sơ {name} có mục không dùng được {unknown[0]!r}; hồ sơ chỉ ghi "
            f"{', '.join(known)}.",
        )
    if "layer" not in entries:
        raise _wrong(name, "layer", "zones")
    said: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entries.items()
    }
    profile = Profile(**said)
    _check(profile, name)
    return profile


def _check(profile: Profile, name: str) -> None:
    """Refuse a profile that says what it cannot say."""
    for key in ("layer", "source_layer", "crs", "encoding", "licence"):
        value: Any = getattr(profile, key)
        if value is not None and not (isinstance(value, str) and value.strip()):
            raise _wrong(name, key, "zones" if key == "layer" else "EPSG:5898")
    keep: Any = profile.keep
    if not isinstance(keep, tuple) or not all(isinstance(each, str) for each in keep):
        raise _wrong(name, "keep", '["COLUMN"]')
    for key in ("columns", "constants"):
        entries = getattr(profile, key)
        plain = str if key == "columns" else str | int | float | date
        if not isinstance(entries, Mapping) or not all(
            isinstance(each, plain) for each in entries.values()
        ):
            raise _wrong(name, key, f"[{key}]")
    try:
        spec = registry.layer(profile.layer)
        mapping.refuse_unknown(spec, profile.columns, profile.constants)
    except GisError as fault:
        raise InputError(f"Profile {name}: {fault}", vi=f"Hồ sơ {name}: {fault.vi}") from None
    both = [key for key in profile.columns if key in profile.constants]
    if both:
        raise InputError(
            f"Profile {name} gives {both[0]!r} both a column and a value; keep one of them.",
            vi=f"Hồ sơ {name} ghi {both[0]!r} vừa theo cột vừa theo giá trị; hãy giữ một.",
        )


def _wrong(name: str, key: str, like: str) -> InputError:
    return InputError(
        f"Profile {name}: the entry {key!r} is missing or of the wrong kind; write it like {like}.",
        vi=f"Hồ sơ {name}: mục {key!r} thiếu hoặc sai kiểu; hãy ghi như {like}.",
    )
