"""The seven OCOP products of Bình Sơn: what each is made of, by whom, where, on what authority.

Every figure is a `Fact` with its date, status and source. Sources that conflict stand side by
side, and what was looked for and not found is a fact too, with an empty value: nothing is filled
in by guessing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final

from gis import _reference, boundaries, text
from gis.errors import InputError, NotFoundError

NOT_FOUND: Final = "not found"

# a fact of these attributes names a commune by code; its date is the day to read the code on
COMMUNE_ROLES: Final = (
    "growing_commune",
    "workshop_commune",
    "production_commune",
    "clay_source_commune",
)


@dataclass(frozen=True, slots=True)
class Product:
    """One OCOP product.

    `use` is the land use that its material asks for, None for the products of the sea;
    `workshop_use` is set when making it takes land of its own. `species_status` is ``usual`` (the
    usual name of the crop, not determined for this product), ``unresolved``, ``not found`` or
    empty. `stars` is the last recognition known, on `stars_date` (a year or a day), and
    `stars_status` is ``recognised``, ``expired`` or ``doubtful``. An empty `holder` was not found.
    """

    product_id: str
    name_vi: str
    name_en: str
    material_vi: str
    material_en: str
    use: str | None
    workshop_use: str | None
    species: str
    species_status: str
    holder: str
    stars: int
    stars_date: str
    stars_status: str

    def name(self, lang: str) -> str:
        """Name in ``vi`` or ``en``."""
        return self.name_vi if text.check_language(lang) == "vi" else self.name_en

    def material(self, lang: str) -> str:
        """Raw material in ``vi`` or ``en``."""
        return self.material_vi if text.check_language(lang) == "vi" else self.material_en


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of one attribute of a product, as one source gives it.

    `value` is empty when the status is ``not found``. `day` is the day, month or year of which
    the value speaks (``2023-06-14``, ``2018-11``, ``2025``), empty when the source shows none.
    `value_en` is set where the value is a phrase.
    """

    product_id: str
    attribute: str
    value: str
    value_en: str
    unit: str
    day: str
    status: str
    source: str
    note_vi: str
    note_en: str

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.status != NOT_FOUND

    def text(self, lang: str) -> str:
        """Value in ``vi`` or ``en``; empty when it was not found."""
        return self.value_en or self.value if text.check_language(lang) == "en" else self.value

    def note(self, lang: str) -> str:
        """Remark in ``vi`` or ``en``."""
        return self.note_vi if text.check_language(lang) == "vi" else self.note_en


def products() -> tuple[Product, ...]:
    """All products, crops first."""
    return tuple(_products().values())


def product(product_id: str) -> Product:
    """One product.

    Raises
    ------
    NotFoundError
        When there is no product of this id; the sentence lists the ids.
    """
    found = _products().get(product_id.strip())
    if found is None:
        raise NotFoundError(
            f"There is no product {product_id!r}; the products are {list(_products())}.",
            vi=f"Không có sản phẩm {product_id!r}; các sản phẩm là {list(_products())}.",
        )
    return found


def use_of(product_id: str) -> str | None:
    """Land use that a product's material asks for; None for the products of the sea."""
    return product(product_id).use


def facts(product_id: str, attribute: str | None = None) -> tuple[Fact, ...]:
    """Facts of a product, all or of one attribute, conflicting ones side by side.

    An attribute that nobody has looked for gives an empty answer; one that was looked for in vain
    gives a fact that says so.
    """
    wanted = product(product_id).product_id
    return tuple(
        fact
        for fact in _facts()
        if fact.product_id == wanted and attribute in (None, fact.attribute)
    )


def communes_of(
    product_id: str, on: date, *, role: str | None = None
) -> tuple[boundaries.Unit, ...]:
    """Communes that a product comes from, in the set of a day; empty when not known.

    Parameters
    ----------
    product_id
        Key of the product.
    on
        The day whose communes answer. For a day before the record of the place, all units that
        later made up the recorded one are named, since which of them it was is not known.
    role
        One of `COMMUNE_ROLES`; all of them when left out.

    Raises
    ------
    NotFoundError
        When there is no such product.
    InputError
        When there is no such role.
    """
    if role not in (None, *COMMUNE_ROLES):
        raise InputError(
            f"{role!r} is no role of a commune; the roles are {list(COMMUNE_ROLES)}.",
            vi=f"{role!r} không phải vai trò của xã; các vai trò là {list(COMMUNE_ROLES)}.",
        )
    found: dict[str, boundaries.Unit] = {}
    for fact in facts(product_id):
        if (
            not fact.known
            or fact.attribute not in COMMUNE_ROLES
            or role not in (None, fact.attribute)
        ):
            continue
        read_on = date.fromisoformat(fact.day)
        carry = boundaries.successors if read_on <= on else boundaries.predecessors
        found.update((unit.code, unit) for unit in carry(fact.value, read_on, on))
    return tuple(found.values())


@cache
def _products() -> Mapping[str, Product]:
    optional = ("use", "workshop_use")
    plain = [
        name for name in Product.__dataclass_fields__ if name not in optional and name != "stars"
    ]
    rows = _reference.rows("zones", "products.csv", columns=[*plain, *optional, "stars"])
    return MappingProxyType(
        {
            row["product_id"]: Product(
                use=row["use"] or None,
                workshop_use=row["workshop_use"] or None,
                stars=int(row["stars"]),
                **{column: row[column] for column in plain},
            )
            for row in rows
        }
    )


@cache
def _facts() -> tuple[Fact, ...]:
    plain = [name for name in Fact.__dataclass_fields__ if name != "day"]
    rows = _reference.rows("zones", "product_facts.csv", columns=[*plain, "date"])
    return tuple(Fact(day=row["date"], **{column: row[column] for column in plain}) for row in rows)
