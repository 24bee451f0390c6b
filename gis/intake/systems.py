"""Which coordinate system a file is in: what it declares, what its position says, what is used.

A declared system is used as it is; where it cannot be true that is a finding with the measured
displacement. Only ``--crs auto`` puts another in its place, and only when one is ahead by a stated
margin. Without a declared system and without ``--crs`` the file is refused, and the ranking shown.
"""

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from gis import crs, findings, text, vn2000
from gis.errors import CrsError
from gis.finding_rules import rule
from gis.intake import ranking as rankings
from gis.intake import system_texts
from gis.intake.candidates import Candidate
from gis.intake.footprint import numbers_of
from gis.intake.ranking import Clues, Ranked, Ranking
from gis.intake.system_texts import called, displacement, finding
from gis.vn2000 import Definition, Shift

#: What `given` says when the file itself shall tell.
AUTO: Final = "auto"
_LOST: Final = "crs.wrong-system"
# less than this is rounding of a text, not another place
_MOVED_M: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The system that a file is taken to be in.

    Attributes
    ----------
    swap
        Whether x and y have to change places first.
    ranking
        Every candidate; None without communes to compare with.
    findings
        What is wrong with the declared system; no rows where it is true or cannot be doubted.
    provenance
        What was declared, used and why, for the record.
    """

    crs: pyproj.CRS
    swap: bool
    ranking: Ranking | None
    findings: gpd.GeoDataFrame
    provenance: dict[str, Any]

    def apply(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return a file's frame in its system, axes in their order."""
        if self.swap:
            frame = frame.set_geometry(gpd.GeoSeries(_exchanged(frame), index=frame.index))
        return frame.set_crs(self.crs, allow_override=True)


def judge(
    frame: gpd.GeoDataFrame,
    *,
    declared: pyproj.CRS | None,
    given: str | None,
    clues: Clues,
    margin: float,
    where: tuple[str, str] = ("Tệp", "The file"),
) -> Judgement:
    """Settle the coordinate system of a file.

    Parameters
    ----------
    frame
        The file as it is written.
    declared, given
        What the file says, and what the user says: a system, ``auto``, or nothing.
    margin
        By how much the best candidate must be ahead before ``auto`` takes it.
    where
        How sentences begin, Vietnamese and English: ``("Tệp a.shp", "File a.shp")``.

    Raises
    ------
    CrsError
        When nothing is declared or given, when ``auto`` finds nothing ahead enough, when the
        system is a deprecated one, or when the numbers cannot be of that system.
    """
    named = crs.parse(given) if given is not None and given != AUTO else declared
    bound = None if named is None else system_texts.as_used(named)
    ranking = rankings.rank(frame, clues=clues, declared=bound)
    if given == AUTO:
        used, listed = _automatic(frame, declared, (ranking, margin), where)
    elif named is None or bound is None:
        raise _undeclared(ranking, margin, where)
    else:
        crs.parse(named)
        used = _read_as(bound, frame, exchange=given is not None)
        _refuse_no_degrees(used, frame, where)
        listed = _doubts(frame, (named, used), (ranking, margin), clues)
    return Judgement(
        crs=used.crs,
        swap=used.swapped,
        ranking=ranking,
        findings=findings.join(listed),
        provenance=_provenance(declared, used, ranking, margin),
    )


def settle(
    ranking: Ranking | None, margin: float, *, where: tuple[str, str] = ("Tệp", "The file")
) -> Candidate:
    """Return the best candidate of a ranking.

    Raises
    ------
    CrsError
        When it is not ahead enough, or the ranking rests on nothing that could settle it.
    """
    if ranking is not None and ranking.believed(margin):
        return ranking.best.candidate
    raise CrsError(
        f"{where[1]}: its position does not tell the coordinate system ({_why(ranking, 'en')}); "
        "name it with --crs, for example --crs EPSG:5898.",
        vi=f"{where[0]}: vị trí không cho biết hệ tọa độ ({_why(ranking, 'vi')}); hãy khai bằng "
        "--crs, ví dụ --crs EPSG:5898.",
    )


def _read_as(system: pyproj.CRS, frame: gpd.GeoDataFrame, *, exchange: bool) -> Candidate:
    """Read a file in a system; with axes exchanged where only that puts it into Việt Nam."""
    plain = Candidate(definition=vn2000.read(system), other=system, declared=True)
    turned = Candidate(definition=plain.definition, other=system, declared=True, swapped=True)
    return turned if exchange and _only_turned(plain, turned, frame) else plain


def _only_turned(plain: Candidate, turned: Candidate, frame: gpd.GeoDataFrame) -> bool:
    middle = _middle(frame)
    if middle is None:
        return False
    return _in_vietnam(turned, middle) and not _in_vietnam(plain, middle)


def _in_vietnam(candidate: Candidate, middle: Any) -> bool:
    lon, lat = candidate.to_degrees(middle[None])[0]
    return crs.in_vietnam(float(lon), float(lat))


def _middle(frame: gpd.GeoDataFrame) -> Any:
    numbers = numbers_of(frame.geometry.to_numpy())
    return np.median(numbers, axis=0) if len(numbers) else None


def _doubts(
    frame: gpd.GeoDataFrame,
    read: tuple[pyproj.CRS, Candidate],
    evidence: tuple[Ranking | None, float],
    clues: Clues,
) -> list[gpd.GeoDataFrame]:
    """Say what speaks against the system that is used."""
    named, used = read
    ranking, margin = evidence
    middle = _middle(frame)
    if middle is None:
        return []
    lon, lat = (float(value) for value in used.to_degrees(middle[None])[0])
    at = (lon, lat) if crs.in_vietnam(lon, lat) else system_texts.PLACE
    listed = system_texts.judge(named, lon=at[0], lat=at[1])
    if used.swapped:
        listed.append(finding("crs.axes-exchanged", value=used.named("vi").split(" (")[0]))
    if ranking is not None and ranking.believed(margin):
        if ranking.kind == "outline":
            # what the text leaves open, the position has told
            listed = [each for each in listed if each.loc[0, "rule_id"] != "crs.wgs84-label"]
        away = displacement(used, ranking.best.candidate, middle)
        if away is None or away >= rankings.RESOLUTION_M[ranking.kind]:
            return [*listed, _mismatch(used, ranking, away)]
    elif not used.swapped and _only_turned(used, _turned(used), frame):
        name = _turned(used).named
        listed.append(
            finding("crs.axes-swapped", value=called(used.crs), believed=(name("vi"), name("en")))
        )
    return listed + _area_doubt(frame, used, clues, at)


def _turned(candidate: Candidate) -> Candidate:
    return Candidate(
        definition=candidate.definition, other=candidate.other, swapped=not candidate.swapped
    )


def _mismatch(used: Candidate, ranking: Ranking, away: float | None) -> gpd.GeoDataFrame:
    best = ranking.best
    return finding(
        _fault(used, best.candidate),
        value=called(used.crs),
        size=away,
        at=(best.lon, best.lat),
        believed=(best.candidate.named("vi"), best.candidate.named("en")),
        evidence=(ranking.evidence("vi"), ranking.evidence("en")),
        done=system_texts.DECLARED_USED,
    )


def _fault(used: Candidate, believed: Candidate) -> str:
    """Name what is wrong with one reading, seen from another."""
    said, true = used.definition, believed.definition
    if used.swapped != believed.swapped:
        return "crs.axes-swapped"
    if said is None or true is None or "foreign" in (said.shift, true.shift):
        return _LOST
    if said.meridian != true.meridian:
        return _LOST if None in (said.meridian, true.meridian) else "crs.zone-mismatch"
    if said.grid[2:] != true.grid[2:]:
        return "crs.false-origin"
    if said.grid[1] != true.grid[1]:
        return "crs.scale-factor"
    return _shift_fault(said, true)


def _shift_fault(said: Definition, true: Definition) -> str:
    if "reversed" in (said.shift, true.shift):
        return "crs.shift-reversed"
    if said.shift in ("none", "unsaid"):
        return "crs.shift-missing"
    return "crs.shift-superfluous" if true.shift == "none" else "crs.other-parameters"


def _automatic(
    frame: gpd.GeoDataFrame,
    declared: pyproj.CRS | None,
    evidence: tuple[Ranking | None, float],
    where: tuple[str, str],
) -> tuple[Candidate, list[gpd.GeoDataFrame]]:
    """Take the best candidate, and say what it was put in the place of."""
    ranking, margin = evidence
    believed = settle(ranking, margin, where=where)
    assert ranking is not None  # noqa: S101 # nothing settles without one
    at = (ranking.best.lon, ranking.best.lat)
    said = (ranking.evidence("vi"), ranking.evidence("en"))
    names = (believed.named("vi"), believed.named("en"))
    listed = []
    if declared is None:
        listed.append(finding("crs.undeclared", value=names, at=at, evidence=said))
    else:
        plain = Candidate(definition=vn2000.read(declared), other=declared)
        away = displacement(plain, believed, _middle(frame))
        if away is None or away > _MOVED_M:
            why = _reason(plain, believed)
            listed.append(
                finding(
                    "crs.repaired",
                    value=called(declared),
                    size=away,
                    at=at,
                    why=why,
                    used=names,
                    evidence=said,
                )
            )
    if ranking.kind == "code":
        listed.append(finding("crs.shift-unseen", value=names, at=at))
    return believed, listed


def _reason(declared: Candidate, believed: Candidate) -> tuple[str, str]:
    """Name of the rule that a replaced system breaks."""
    definition = declared.definition
    rule_id = _fault(declared, believed)
    if rule_id == "crs.other-parameters" and definition is not None:
        rule_id = system_texts.RULES.get(definition.shift, rule_id)
    name = rule(rule_id).name
    return name["vi"], name["en"]


def _area_doubt(
    frame: gpd.GeoDataFrame, used: Candidate, clues: Clues, at: tuple[float, float]
) -> list[gpd.GeoDataFrame]:
    """Compare drawn with registered areas: they tell the two scale factors apart."""
    ratio = rankings.drawn_to_registered(frame.geometry.to_numpy(), clues.registered_m2)
    definition = used.definition
    if ratio is None or definition is None or definition.meridian is None:
        return []
    own = _with_area(used, ratio, at)
    other = Candidate(definition=_other_scale(definition))
    if own.area_fits is not False or not _with_area(other, ratio, at).area_fits:
        return []
    names = (other.named("vi"), other.named("en"))
    return [finding("crs.area-scale", value=called(used.crs), at=at, believed=names)]


def _with_area(candidate: Candidate, ratio: float, at: tuple[float, float]) -> Ranked:
    return rankings.with_area(Ranked(candidate=candidate, lon=at[0], lat=at[1]), ratio)


def _other_scale(definition: Definition) -> Definition:
    scale = 0.9996 if definition.scale == 0.9999 else 0.9999
    shift: Shift = definition.shift if definition.shift in vn2000.KNOWN_SHIFTS else "official"
    return Definition(meridian=definition.meridian, scale=scale, shift=shift)


def _refuse_no_degrees(used: Candidate, frame: gpd.GeoDataFrame, where: tuple[str, str]) -> None:
    """Refuse coordinates that a system of degrees cannot hold."""
    # one corner that has strayed is a fault of its row
    middle = _middle(frame)
    if used.swapped or not used.crs.is_geographic or middle is None:
        return
    if not (np.abs(middle) > [180.0, 90.0]).any():
        return
    like = f"{middle[0]:.0f}, {middle[1]:.0f}"
    if (np.abs(middle) <= [90.0, 180.0]).all():
        name = crs.short_name(used.crs)
        raise CrsError(
            f"{where[1]} gives latitude before longitude (coordinates like {like}); swap its two "
            f"axes, or import it again with --crs {name}, which swaps them.",
            vi=f"{where[0]} ghi vĩ độ trước kinh độ (tọa độ như {like}); hãy đổi chỗ hai trục tọa "
            f"độ, hoặc nạp lại với --crs {name} để đổi chỗ hai trục.",
        )
    system = crs.short_name(used.crs)
    raise CrsError(
        f"{where[1]} holds coordinates like {like}, which are no degrees of {system}; name the "
        "true system with --crs.",
        vi=f"{where[0]} có tọa độ như {like}, không phải độ của hệ {system}; hãy khai hệ tọa độ "
        "đúng bằng --crs.",
    )


def _undeclared(ranking: Ranking | None, margin: float, where: tuple[str, str]) -> CrsError:
    if ranking is None or not ranking.believed(margin):
        return CrsError(
            f"{where[1]} declares no coordinate system; name it with --crs, for example "
            f"--crs EPSG:5898 (VN-2000, Quảng Ngãi); {_why(ranking, 'en')}.",
            vi=f"{where[0]} không khai báo hệ tọa độ; hãy khai bằng --crs, ví dụ --crs EPSG:5898 "
            f"(VN-2000, Quảng Ngãi); {_why(ranking, 'vi')}.",
        )
    best, rival = ranking.best, ranking.rival
    name = crs.short_name(best.candidate.crs)
    by_name = f"--crs {name} / " if name.startswith("EPSG:") else ""
    scores = [
        tuple(text.format_number(each.score if each else 0.0, 2, lang) for each in (best, rival))
        for lang in text.LANGUAGES
    ]
    return CrsError(
        f"{where[1]} declares no coordinate system; it looks like {best.candidate.named('en')} "
        f"({scores[1][0]} against {scores[1][1]}); confirm with {by_name}--crs auto.",
        vi=f"{where[0]} không khai báo hệ tọa độ; có vẻ là {best.candidate.named('vi')} "
        f"({scores[0][0]} so với {scores[0][1]}); hãy xác nhận bằng {by_name}--crs auto.",
    )


def _why(ranking: Ranking | None, lang: str) -> str:
    """Say why a ranking settles nothing."""
    vi = lang == "vi"
    if ranking is None:
        return (
            "không gian làm việc chưa có ranh giới xã để so"
            if vi
            else "the workspace has no communes to compare with"
        )
    listed = ranking.listed(lang)
    if ranking.schematic:
        why = "ranh giới xã chỉ là sơ đồ" if vi else "the known communes are only schematic"
    elif ranking.kind == "none":
        why = ranking.evidence(lang)
    else:
        why = "chưa có hệ nào vượt trội rõ ràng" if vi else "none is clearly ahead of the others"
    return f"{why}: {listed}" if listed else why


def _provenance(
    declared: pyproj.CRS | None, used: Candidate, ranking: Ranking | None, margin: float
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "declared_crs": None if declared is None else crs.short_name(declared),
        "used_crs": used.named("en").removesuffix(" (axes swapped)"),
        "axes_swapped": used.swapped,
        "to_wgs84": crs.describe(used.crs, pyproj.CRS(crs.WGS84)).operation,
    }
    if ranking is not None:
        told |= {
            "crs_evidence": ranking.kind,
            "crs_margin": margin,
            "crs_ranking": [
                {"crs": each.candidate.named("en"), "score": round(each.score, 3)}
                for each in ranking.items[:3]
            ],
        }
    return told


def _exchanged(frame: gpd.GeoDataFrame) -> Any:
    return shapely.transform(frame.geometry.to_numpy(), lambda numbers: numbers[:, ::-1])
