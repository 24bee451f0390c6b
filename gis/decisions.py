"""Local decisions: what the province or the commune has decided and a rule needs.

They are tables of the workspace. What is absent asks for review; nothing is guessed.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Self

import pandas as pd

from gis import boundaries, codes, decision_checks, products, text
from gis.errors import ColumnError, InputError, NotFoundError, SourceError
from gis.findings import Finding
from gis.values import as_dates, as_numbers, as_text, is_ambiguous


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One kind of decision table: its columns, which are required, and what it is for."""

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    dates: tuple[str, ...]
    numbers: tuple[str, ...]
    purpose_vi: str
    purpose_en: str


TABLES: Final[Mapping[str, TableSpec]] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            TableSpec(
                "perennial-species",
                ("product", "species", "valid_from", "valid_to", "decision", "source"),
                ("species",),
                ("valid_from", "valid_to"),
                (),
                "danh mục cây lâu năm được chuyển đổi trên đất trồng lúa còn lại (tỉnh)",
                "perennial species the province allows on other rice land",
            ),
            TableSpec(
                "crop-conversion",
                ("year", "commune_code", "product", "area_ha", "decision", "source"),
                ("year", "commune_code", "product", "area_ha"),
                (),
                ("year", "area_ha"),
                "kế hoạch chuyển đổi cơ cấu cây trồng của xã theo năm",
                "the commune's yearly crop-conversion plan",
            ),
            TableSpec(
                "delegations",
                ("matter", "body_vi", "body_en", "valid_from", "valid_to", "decision", "source"),
                ("matter", "body_vi"),
                ("valid_from", "valid_to"),
                (),
                "phân cấp, ủy quyền của tỉnh: ai quyết định việc gì",
                "who signs what, by the province's delegation",
            ),
            TableSpec(
                "legend",
                (
                    "code_table",
                    "code",
                    "name_vi",
                    "name_en",
                    "land_use_code",
                    "land_use_code_table",
                    "colour",
                    "basis",
                ),
                ("code_table", "code"),
                (),
                (),
                "chú giải của quy hoạch chung: ký hiệu và mã đất tương ứng",
                "a general plan's legend: its symbols and the land-use codes they mean",
            ),
            TableSpec(
                "class-totals",
                (
                    "dataset",
                    "status",
                    "year",
                    "code_table",
                    "code",
                    "area_ha",
                    "decision",
                    "source",
                ),
                ("code_table", "code", "area_ha"),
                (),
                ("year", "area_ha"),
                "diện tích từng loại đất theo biểu của quyết định, để đối chiếu với bản đồ",
                "class areas that a decision's table declares, to be held against the map",
            ),
        )
    }
)

#: What a class total may say of the maps that it means, beside the name of one.
_OF: Final = ("status", "year")
#: Matters a delegation can speak of.
MATTERS: Final = decision_checks.MATTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """The decision tables of a workspace; None where one is absent."""

    perennial_species: pd.DataFrame | None = None
    crop_conversion: pd.DataFrame | None = None
    delegations: pd.DataFrame | None = None
    legend: pd.DataFrame | None = None
    class_totals: pd.DataFrame | None = None
    _legend_codes: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> Self:
        """Return decisions from tables by their names in `TABLES`."""
        return cls(
            perennial_species=tables.get("perennial-species"),
            crop_conversion=tables.get("crop-conversion"),
            delegations=tables.get("delegations"),
            legend=tables.get("legend"),
            class_totals=tables.get("class-totals"),
        )

    def __post_init__(self) -> None:
        """Index the legend."""
        if self.legend is None:
            return
        for row in self.legend.itertuples():
            if isinstance(row.land_use_code, str) and isinstance(row.land_use_code_table, str):
                key = (str(row.code_table), str(row.code))
                self._legend_codes[key] = (row.land_use_code, row.land_use_code_table)

    def land_use_of(self, code_table: str, code: str) -> tuple[str, str] | None:
        """Land-use code and its table behind a general plan's symbol."""
        if code_table in codes.TABLES:
            return code, code_table
        return self._legend_codes.get((code_table, code))

    def species_rule(self, product: str | None, day: date) -> str:
        """Rule id of what the province's list says of a product's species.

        A product whose species is not settled is never called unlisted: that is not known.
        """
        table = _in_force(self.perennial_species, day)
        if table is None:
            return "local.perennial-species.absent"
        wanted = {text.search_key(name) for name in _names_of(product)}
        listed = {
            text.search_key(value)
            for column in ("product", "species")
            for value in table[column].dropna()
        }
        if wanted & listed:
            return "local.perennial-species.listed"
        answer = "not-listed" if _species_is_known(product) else "undetermined"
        return f"local.perennial-species.{answer}"

    def conversion_quota(self, product: str | None, commune: str | None, day: date) -> float | None:
        """Hectares that the plan of the year allots to a product in a commune of the day.

        A plan is issued before its year begins, so its codes are those of 1 January; a unit that
        was merged since has the plans of its members.

        None when no plan of that place and year is at hand; 0.0 when there is one that does not
        name the product.
        """
        table = self.crop_conversion
        if table is None or commune is None:
            return None
        members = _units_of_new_year(commune, day)
        plan = table[table["commune_code"].isin(members) & (table["year"] == day.year)]
        if plan.empty:
            return None
        wanted = {text.search_key(name) for name in _names_of(product)}
        named = plan[plan["product"].map(text.search_key).isin(wanted)]
        return float(named["area_ha"].sum())

    def declared_totals(self, dataset: str, attributes: Mapping[str, Any]) -> dict[str, float]:
        """Hectares that a decision declares for each class of a land-use dataset.

        Parameters
        ----------
        attributes
            Of the dataset: `code_table`, `status` and `year`. A row of the table that leaves its
            dataset, status or year open speaks of every one.
        """
        table = self.class_totals
        if table is None:
            return {}
        rows = table[table["code_table"] == attributes.get("code_table")]
        for column, value in (
            ("dataset", dataset),
            *((name, attributes.get(name)) for name in _OF),
        ):
            rows = rows[rows[column].isna() | (rows[column] == value)]
        # the row that names most says most of this dataset
        named = rows[["dataset", *_OF]].notna().sum(axis=1)
        rows = rows.loc[named.sort_values(kind="stable").index]
        return dict(zip(rows["code"].map(str), rows["area_ha"].map(float), strict=True))

    def delegate(
        self, matter: str, day: date, *, since: date | None = None
    ) -> tuple[str, str, str] | None:
        """Body that decides a matter (vi, en) and the decision that says so.

        Parameters
        ----------
        since
            Only decisions from this day on count.
        """
        table = _in_force(self.delegations, day)
        if table is None:
            return None
        rows = table[table["matter"] == matter]
        if since is not None:
            rows = rows[rows["valid_from"].fillna("") >= since.isoformat()]
        if rows.empty:
            return None
        row = rows.iloc[-1]
        english = row["body_en"] if isinstance(row["body_en"], str) else row["body_vi"]
        decision = row["decision"] if isinstance(row["decision"], str) else ""
        return str(row["body_vi"]), str(english), decision


def _units_of_new_year(commune: str, day: date) -> set[str]:
    """Codes, on 1 January of the day's year, of what is the commune of that code on the day."""
    new_year = date(day.year, 1, 1)
    try:
        return {unit.code for unit in boundaries.predecessors(commune, day, new_year)}
    except (NotFoundError, InputError):
        # a commune outside the register: its own code is all that is known
        return {commune}


def _species_is_known(product: str | None) -> bool:
    if product is None:
        return False
    try:
        entry = products.product(product)
    except NotFoundError:
        return False
    return entry.species_status not in {"", "unresolved", "not found"}


def _names_of(product: str | None) -> set[str]:
    """Names under which a decision may list a product: its id, names, material and species."""
    if product is None:
        return set()
    try:
        entry = products.product(product)
    except NotFoundError:
        return {product}
    materials = {entry.material_vi, entry.material_en}
    names = {product, entry.name_vi, entry.name_en, entry.species, *materials}
    return {name for name in names if name}


def _in_force(table: pd.DataFrame | None, day: date) -> pd.DataFrame | None:
    """Rows in force on a day; None when no row is, because the decision is absent then."""
    if table is None:
        return None
    iso = day.isoformat()
    starts = table["valid_from"].fillna("") <= iso
    rows = table[starts & (table["valid_to"].fillna("9999-12-31") >= iso)]
    return None if rows.empty else rows


def spec(name: str) -> TableSpec:
    """Return the kind of table of that name.

    Raises
    ------
    NotFoundError
        When there is none; the message lists them.
    """
    try:
        return TABLES[name]
    except KeyError:
        raise NotFoundError(
            f"There is no decision table {name!r}; the tables are {', '.join(TABLES)}.",
            vi=f"Không có bảng quyết định {name!r}; các bảng là {', '.join(TABLES)}.",
        ) from None


def read(name: str, path: Path) -> pd.DataFrame:
    """Read a decision table from CSV: comma or semicolon, UTF-8 with or without mark.

    Raises
    ------
    SourceError
        When the file cannot be read as a table, or the table is empty.
    ColumnError
        When a required column is missing, or a value cannot be right (see `decision_checks`).
    """
    file = Path(path).name
    wanted = spec(name)
    table = _typed_table(wanted, Path(path), written_by_people=True)
    if table.empty:
        raise SourceError(
            f"File {file} has no rows: nothing to import; it would replace the table in use; "
            f"fill it in, or take the table out of use with `vung drop {name}`.",
            vi=f"Tệp {file} không có dòng nào nên không có gì để nạp; nếu nạp sẽ thay mất bảng "
            f"đang dùng; hãy điền vào tệp, hoặc ngừng dùng bảng bằng `vung drop {name}`.",
        )
    _refuse_blank(table, wanted, file)
    settled = decision_checks.settle(name, table, file)
    lines = [int(str(line)) for line in settled.index]
    settled = settled.reset_index(drop=True)
    settled.attrs[decision_checks.LINES] = lines
    return settled


def check(name: str, table: pd.DataFrame) -> list[Finding]:
    """Return warnings about a table that was read: what may be a typo and may be right."""
    return decision_checks.doubts(spec(name).name, table)


def read_stored(name: str, path: Path) -> pd.DataFrame:
    """Read a table that a workspace wrote: it was checked before, and its points are decimal.

    Raises
    ------
    SourceError, ColumnError
        When the file was damaged since.
    """
    table = _typed_table(spec(name), Path(path), written_by_people=False)
    return table.reset_index(drop=True)


def _typed_table(wanted: TableSpec, path: Path, *, written_by_people: bool) -> pd.DataFrame:
    name = wanted.name
    raw = _raw_table(path)
    for column in wanted.required:
        if column not in raw.columns:
            raise ColumnError(
                f"File {Path(path).name} has no column {column!r}; `vung template {name}` writes "
                "a file with all columns.",
                vi=f"Tệp {Path(path).name} không có cột {column!r}; `vung template {name}` ghi một "
                "tệp mẫu đủ các cột.",
            )
    data: dict[str, Any] = {}
    for column in wanted.columns:
        values = raw[column] if column in raw else pd.Series(None, index=raw.index, dtype=object)
        if written_by_people and column in wanted.numbers:
            _refuse_ambiguous(values, Path(path).name, column)
        data[column] = _typed(wanted, column, values, Path(path).name)
    return pd.DataFrame(data)


def template(name: str) -> str:
    """Return an empty table as CSV text: the header alone."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(spec(name).columns)
    return stream.getvalue()


def _raw_table(path: Path) -> pd.DataFrame:
    """Cells as text, numbered by the lines of the file; blank lines are left out."""
    if not path.exists():
        raise SourceError(
            f"File {path} does not exist; check the name and the folder.",
            vi=f"Không có tệp {path}; hãy kiểm tra tên tệp và thư mục.",
        )
    if path.is_dir():
        raise SourceError(
            f"{path} is a folder; name the file to import.",
            vi=f"{path} là thư mục; hãy ghi tên tệp cần nạp.",
        )
    try:
        content = path.read_text(encoding="utf-8-sig")
        separator = ";" if ";" in content.split("\n", 1)[0] else ","
        reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
        header = [text.nfc(name).strip() for name in next(reader, [])]
        numbered = [(reader.line_num, cells) for cells in reader]
    except (UnicodeDecodeError, csv.Error) as fault:
        reason = " ".join(str(fault).split())[:150].rstrip(".")
        raise SourceError(
            f"File {path.name} cannot be read as a CSV table in UTF-8 ({reason}); save it from "
            "Excel as 'CSV UTF-8'.",
            vi=f"Không đọc được tệp {path.name} như bảng CSV mã UTF-8 ({reason}); hãy lưu từ Excel "
            "theo dạng 'CSV UTF-8'.",
        ) from None
    return _table_of(path, header, [pair for pair in numbered if any(map(str.strip, pair[1]))])


def _table_of(path: Path, header: list[str], lines: list[tuple[int, list[str]]]) -> pd.DataFrame:
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise SourceError(
            f"File {path.name} has the column {twice[0]!r} twice; leave one out.",
            vi=f"Tệp {path.name} có hai cột {twice[0]!r}; hãy bỏ bớt một cột.",
        )
    for number, cells in lines:
        if any(map(str.strip, cells[len(header) :])):
            raise SourceError(
                f"File {path.name}, line {number}, has more cells than the header has names; put "
                "values that hold a separator into double quotes.",
                vi=f"Tệp {path.name}, dòng {number}, có nhiều ô hơn dòng tiêu đề; hãy đặt giá trị "
                "có chứa dấu phân cách trong dấu ngoặc kép.",
            )
    width = len(header)
    whole = [[*cells, *[""] * width][:width] for _, cells in lines]
    index = [number for number, _ in lines]
    return pd.DataFrame(whole, index=index, columns=header, dtype=object)


def _typed(wanted: TableSpec, column: str, values: "pd.Series[Any]", file: str) -> Any:
    if column in wanted.dates:
        dates, bad = as_dates(values)
        _refuse_bad(values, bad, (file, column), ("ngày như 2026-01-31", "a date like 2026-01-31"))
        return dates
    if column in wanted.numbers:
        numbers, bad = as_numbers(values)
        _refuse_bad(values, bad, (file, column), ("số như 12,5", "a number like 12,5"))
        return numbers
    return as_text(values)


def _refuse_ambiguous(values: "pd.Series[Any]", file: str, column: str) -> None:
    for line, value in as_text(values).items():
        if isinstance(value, str) and is_ambiguous(value):
            digits = "".join(char for char in value if char.isdigit())
            decimal = value.strip().replace(",", ".") + "0"
            raise ColumnError(
                f"File {file}, line {line}, column {column!r}: {value} may be read in two ways; "
                f"write {digits} or {decimal}.",
                vi=f"Tệp {file}, dòng {line}, cột {column!r}: {value} có hai cách đọc; hãy viết "
                f"{digits} hoặc {decimal.replace('.', ',')}.",
            )


def _refuse_bad(
    values: "pd.Series[Any]",
    bad: "pd.Series[bool]",
    where: tuple[str, str],
    what: tuple[str, str],
) -> None:
    if bad.any():
        file, column = where
        line: Any = bad.idxmax()
        value = values[line]
        raise ColumnError(
            f"File {file}, line {line}, column {column!r}: {value!r} is not {what[1]}; mend it.",
            vi=f"Tệp {file}, dòng {line}, cột {column!r}: {value!r} không phải {what[0]}; hãy sửa "
            "lại.",
        )


def _refuse_blank(table: pd.DataFrame, wanted: TableSpec, file: str) -> None:
    for column in wanted.required:
        blank = table[column].isna()
        if blank.any():
            line: Any = blank.idxmax()
            raise ColumnError(
                f"File {file}, line {line}, column {column!r} is empty; fill it in.",
                vi=f"Tệp {file}, dòng {line}, cột {column!r} để trống; hãy điền vào.",
            )
