"""A workspace: a folder with a catalogue and immutable layer versions.

``catalogue.json`` is the only file that ever changes, and it is replaced as a whole under a lock:
a killed import leaves the state before it, and two imports at once both arrive. Layer files are
named by their content and never written again.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

import geopandas as gpd
import pandas as pd
from filelock import FileLock, Timeout

from gis import crs, decisions, disk, findings, settings
from gis.decisions import Decisions
from gis.errors import NotFoundError, WorkspaceError
from gis.intake import people
from gis.intake.door import Checked, Home
from gis.intake.readers import sha256
from gis.settings import CheckSettings, IntakeSettings, Settings

_CATALOGUE: Final = "catalogue.json"
_SETTINGS: Final = "settings.toml"
#: Endings of what lies beside a version's findings: what the checks found, what a repair changed.
_FAULTS: Final = ".faults"
_LEDGER: Final = ".ledger"
_FORMAT: Final = 1
_LOCK_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One immutable version of one dataset.

    Attributes
    ----------
    version
        First twelve digits of the SHA-256 of its file.
    attributes
        What describes the dataset: status, year, code table.
    provenance
        Where it came from and what was done at the door.
    current
        Whether it is in use, or kept as history.
    """

    layer: str
    name: str
    version: str
    file: str
    sha256: str
    rows: int
    added_at: str
    schematic: bool
    attributes: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    bounds: tuple[float, ...] = ()
    current: bool = True

    @property
    def key(self) -> str:
        """Layer and dataset name, as commands take them."""
        return f"{self.layer}/{self.name}"


class Workspace:
    """A study area on disk. Use `create` or `open`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, folder: Path, *, target_crs: str = crs.VN2000_QUANG_NGAI) -> Self:
        """Make a folder a workspace.

        Raises
        ------
        WorkspaceError
            When it is one already, or holds other files.
        CrsError
            When areas cannot be measured in the system.
        """
        crs.require_metres(crs.parse(target_crs), name="workspace")
        folder = Path(folder)
        if folder.is_file():
            raise WorkspaceError(
                f"{folder} is a file; name a folder for the workspace.",
                vi=f"{folder} là tệp; hãy ghi tên một thư mục.",
            )
        if (folder / _CATALOGUE).exists():
            raise WorkspaceError(
                f"{folder} is a workspace already; work in it or name another.",
                vi=f"{folder} đã là thư mục dữ liệu; hãy dùng tiếp hoặc chọn thư mục khác.",
            )
        if folder.exists() and any(folder.iterdir()):
            raise WorkspaceError(
                f"Folder {folder} is not empty; name a new one.",
                vi=f"Thư mục {folder} không trống; hãy chọn thư mục mới.",
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise _refused(folder, fault) from None
        self = cls(folder)
        with self._writing():
            disk.write_atomically(folder / _SETTINGS, settings.settings_text())
            self._save({"format": _FORMAT, "crs": target_crs, "versions": []})
        return self

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open an existing workspace.

        Raises
        ------
        WorkspaceError
            When the folder is none, or its catalogue is damaged or from a later program.
        """
        self = cls(Path(folder))
        self._load()
        return self

    @property
    def crs(self) -> str:
        """The metric system of all its layers."""
        return str(self._load()["crs"])

    @property
    def settings(self) -> Settings:
        """Its settings for alignments, from ``settings.toml``.

        Raises
        ------
        WorkspaceError
            When the file is no TOML, or holds an unknown or impossible setting.
        """
        return settings.read(self.folder / _SETTINGS, Settings)

    @property
    def check_settings(self) -> CheckSettings:
        """Its tolerances for checks and repairs, from the table ``[check]`` of ``settings.toml``.

        Raises
        ------
        WorkspaceError
            As for `settings`.
        """
        return settings.read(self.folder / _SETTINGS, CheckSettings, table="check")

    @property
    def intake_settings(self) -> IntakeSettings:
        """Its bounds for files, from the table ``[intake]`` of ``settings.toml``.

        Raises
        ------
        WorkspaceError
            As for `settings`.
        """
        return settings.read(self.folder / _SETTINGS, IntakeSettings, table="intake")

    def stamp(self) -> tuple[int, ...]:
        """Return numbers that differ once the catalogue or the settings were replaced."""
        return disk.stamp(self.folder / _CATALOGUE, self.folder / _SETTINGS)

    def home(self) -> Home:
        """Return what the door must know of this workspace."""
        units = self.versions("communes")
        frames = [self.read(version) for version in units]
        return Home(
            crs=self.crs,
            communes=gpd.GeoDataFrame(pd.concat(frames, ignore_index=True)) if frames else None,
            schematic=schematic(units),
            check=self.check_settings,
            intake=self.intake_settings,
        )

    def versions(self, layer: str | None = None, *, history: bool = False) -> list[Version]:
        """Versions in use, or with `history` all, in the order they were added."""
        found = [_version(raw) for raw in self._load()["versions"]]
        return [
            entry
            for entry in found
            if (history or entry.current) and (layer is None or entry.layer == layer)
        ]

    def version(self, key: str) -> Version:
        """Return the version in use of ``layer/name``, or of a layer with one dataset.

        Raises
        ------
        NotFoundError
            When there is none, or several and none was named.
        """
        entries = self.versions()
        exact = [entry for entry in entries if key in {entry.key, entry.name}]
        matches = exact or [entry for entry in entries if entry.layer == key]
        if len(matches) == 1:
            return matches[0]
        listed = ", ".join(entry.key for entry in (matches or entries))
        if matches:
            raise NotFoundError(
                f"{key!r} names several datasets; name one of {listed}.",
                vi=f"{key!r} chỉ nhiều bộ dữ liệu; hãy chọn một trong {listed}.",
            )
        raise NotFoundError(
            f"{key!r} names nothing in this workspace; it has {listed or 'nothing yet'}.",
            vi=f"Thư mục dữ liệu không có {key!r}; hiện có {listed or '0 bộ dữ liệu'}.",
        )

    def add(self, checked: Checked) -> Version:
        """Add a checked file as a new version; what had its name before becomes history.

        Raises
        ------
        WorkspaceError
            When the workspace cannot be written, or another process holds it for too long.
        """
        frame = checked.frame
        with self._writing():
            scratch = disk.scratch(self.folder, ".tif" if checked.raster else ".parquet")
            if checked.raster is not None:
                shutil.move(checked.raster, scratch)
            elif frame is not None:
                disk.write_layer(frame, scratch)
            digest, file = disk.settle(
                scratch, self.folder / "layers" / checked.layer, checked.name
            )
            self._write_findings(checked, file.stem)
            return self._register(
                Version(
                    layer=checked.layer,
                    name=checked.name,
                    version=digest[:12],
                    file=file.relative_to(self.folder).as_posix(),
                    sha256=digest,
                    rows=0 if frame is None else len(frame),
                    added_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    schematic=checked.schematic,
                    attributes=dict(checked.attributes),
                    provenance=dict(checked.provenance),
                    findings=_counts(checked),
                    bounds=() if frame is None else tuple(map(float, frame.total_bounds)),
                )
            )

    def add_decisions(
        self, name: str, table: pd.DataFrame, *, source: Path, schematic: bool = False
    ) -> Version:
        """Add a decision table (see `gis.decisions`) as a new version.

        Raises
        ------
        WorkspaceError
            When the workspace cannot be written, or another process holds it for too long.
        """
        with self._writing():
            scratch = disk.scratch(self.folder, ".csv")
            table.to_csv(scratch, index=False, encoding="utf-8", lineterminator="\n")
            digest, file = disk.settle(scratch, self.folder / "decisions", name)
            return self._register(
                Version(
                    layer="decisions",
                    name=name,
                    version=digest[:12],
                    file=file.relative_to(self.folder).as_posix(),
                    sha256=digest,
                    rows=len(table),
                    added_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    schematic=schematic,
                    provenance={
                        "file": source.name,
                        "sha256": sha256(source),
                        "imported_at": datetime.now(UTC).isoformat(timespec="seconds"),
                    },
                )
            )

    def read(
        self, version: Version, *, bbox: tuple[float, float, float, float] | None = None
    ) -> gpd.GeoDataFrame:
        """Rows of a vector version, in the workspace's system.

        Columns about people that were kept at the door are not among its columns, so that no map,
        answer or report comes upon them; see `stored`.

        Raises
        ------
        WorkspaceError
            When its file is missing or was changed.
        """
        return people.public(self.stored(version, bbox=bbox), version.provenance)

    def stored(
        self, version: Version, *, bbox: tuple[float, float, float, float] | None = None
    ) -> gpd.GeoDataFrame:
        """Rows of a vector version with all columns, also those about people.

        Raises
        ------
        WorkspaceError
            When its file is missing or was changed.
        """
        file = self.path(version)
        try:
            frame = gpd.read_parquet(file, bbox=bbox)
        except (OSError, ValueError) as fault:
            reason = " ".join(str(fault).split())[:200].rstrip(".")
            raise WorkspaceError(
                f"Layer file {version.file} cannot be read ({reason}); restore it or import its "
                "source again.",
                vi=f"Không đọc được tệp lớp {version.file} ({reason}); hãy khôi phục tệp hoặc nạp "
                "lại từ nguồn.",
            ) from None
        # the covering box serves the reader, not the analysis
        return frame.drop(columns="bbox", errors="ignore")

    def path(self, version: Version) -> Path:
        """Path of a version's file.

        Raises
        ------
        WorkspaceError
            When it is missing.
        """
        file = self.folder / version.file
        if not file.exists():
            raise WorkspaceError(
                f"Layer file {version.file} is missing from {self.folder}; restore it or import "
                "its source again.",
                vi=f"Thiếu tệp lớp {version.file} trong {self.folder}; hãy khôi phục tệp hoặc nạp "
                "lại từ nguồn.",
            )
        return file

    def decisions(self) -> Decisions:
        """Return the decision tables in use."""
        return Decisions.of(
            {
                entry.name: decisions.read_stored(entry.name, self.path(entry))
                for entry in self.versions("decisions")
            }
        )

    def findings(self, version: Version) -> gpd.GeoDataFrame:
        """Return what was wrong with a version's file, in the workspace's system."""
        file = self._beside(version, "")
        return findings.read(file) if file.exists() else findings.table([], system=self.crs)

    def faults(self, version: Version) -> gpd.GeoDataFrame | None:
        """Return what the checks found in a version's rows when it was added, if they ran."""
        file = self._beside(version, _FAULTS)
        return findings.read(file) if file.exists() else None

    def ledger(self, version: Version) -> pd.DataFrame | None:
        """Return what a repair changed to make a version; None where it was not made by one."""
        file = self._beside(version, _LEDGER)
        return pd.read_parquet(file) if file.exists() else None

    def _beside(self, version: Version, suffix: str) -> Path:
        name = f"{Path(version.file).stem}{suffix}.parquet"
        return self.folder / "findings" / version.layer / name

    def intact(self, version: Version) -> bool:
        """Whether a version's file still has the bytes it was added with."""
        return sha256(self.path(version)) == version.sha256

    def drop(self, key: str) -> Version:
        """Take a dataset out of use; its file stays as history."""
        dropped = self.version(key)
        with self._writing(), self._locked() as catalogue:
            for raw in catalogue["versions"]:
                if (raw["layer"], raw["name"]) == (dropped.layer, dropped.name):
                    raw["current"] = False
        return dropped

    def _register(self, entry: Version) -> Version:
        with self._locked() as catalogue:
            for raw in catalogue["versions"]:
                if (raw["layer"], raw["name"]) == (entry.layer, entry.name):
                    raw["current"] = False
            catalogue["versions"].append(asdict(entry))
        return entry

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn what the disk refuses into a sentence."""
        try:
            yield
        except OSError as fault:
            raise _refused(self.folder, fault) from None

    @contextmanager
    def _locked(self) -> Iterator[dict[str, Any]]:
        """Change the catalogue: read again, alter, replace, all under one lock."""
        lock = FileLock(self.folder / f"{_CATALOGUE}.lock", timeout=_LOCK_SECONDS)
        try:
            with lock:
                catalogue = self._load()
                yield catalogue
                self._save(catalogue)
        except Timeout:
            raise WorkspaceError(
                f"Workspace {self.folder} is locked by another process; try again when it is done.",
                vi=f"Thư mục dữ liệu {self.folder} đang bị chương trình khác giữ; hãy thử lại khi "
                "chương trình đó xong.",
            ) from None

    def _load(self) -> dict[str, Any]:
        file = self.folder / _CATALOGUE
        if not file.exists():
            raise WorkspaceError(
                f"{self.folder} is no workspace; make one with `vung init {self.folder}`, or name "
                "yours with -w.",
                vi=f"{self.folder} không phải thư mục dữ liệu; hãy tạo bằng `vung init "
                f"{self.folder}`, hoặc chỉ thư mục bằng -w.",
            )
        try:
            catalogue: dict[str, Any] = json.loads(disk.read_patiently(file))
            number = catalogue["format"]
            if number == _FORMAT:
                _require_whole(catalogue)
        except (ValueError, KeyError, TypeError):
            raise WorkspaceError(
                f"{file} is damaged; restore it from a backup.",
                vi=f"{file} bị hỏng; hãy khôi phục từ bản sao lưu.",
            ) from None
        if number != _FORMAT:
            raise WorkspaceError(
                f"{file} is of format {number} and this program knows {_FORMAT}; use a later "
                "version of vung.",
                vi=f"{file} có định dạng {number}, chương trình này chỉ biết {_FORMAT}; hãy dùng "
                "phiên bản vung mới hơn.",
            )
        return catalogue

    def _save(self, catalogue: Mapping[str, Any]) -> None:
        text = json.dumps(catalogue, ensure_ascii=False, indent=1)
        disk.write_atomically(self.folder / _CATALOGUE, text + "\n")

    def _write_findings(self, checked: Checked, stem: str) -> None:
        folder = self.folder / "findings" / checked.layer
        folder.mkdir(parents=True, exist_ok=True)
        for content, suffix in (
            (checked.findings, ""),
            (checked.faults, _FAULTS),
            (checked.ledger, _LEDGER),
        ):
            if content is not None:
                scratch = disk.scratch(self.folder, ".parquet")
                content.to_parquet(scratch, index=False)
                scratch.replace(folder / f"{stem}{suffix}.parquet")


def _version(raw: Mapping[str, Any]) -> Version:
    return Version(**{**raw, "bounds": tuple(raw["bounds"])})


def _counts(checked: Checked) -> dict[str, int]:
    """Count findings by severity, of the file and of its rows."""
    tables = [table for table in (checked.findings, checked.faults) if table is not None]
    return findings.counts(pd.concat([table[["severity"]] for table in tables]))


def _require_whole(catalogue: Mapping[str, Any]) -> None:
    """Read every entry once, so that a damaged one is met here and nowhere else."""
    crs.parse(catalogue["crs"])
    for raw in catalogue["versions"]:
        _version(raw)


def _refused(folder: Path, fault: OSError) -> WorkspaceError:
    reason = fault.strerror or " ".join(str(fault).split())[:200].rstrip(".")
    return WorkspaceError(
        f"Workspace {folder} cannot be written ({reason}); check the disk and the folder's rights.",
        vi=f"Không ghi được vào thư mục dữ liệu {folder} ({reason}); hãy kiểm tra ổ đĩa và quyền "
        "ghi.",
    )


def schematic(versions: Iterable[Version]) -> bool:
    """Whether any of some versions is schematic; then what is made from them is."""
    return any(entry.schematic for entry in versions)
