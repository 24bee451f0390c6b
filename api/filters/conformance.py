"""Requirements classes of CQL2 that filters meet; tests hold them to each."""

from typing import Final

_CQL2: Final = "http://www.opengis.net/spec/cql2/1.0/conf"

#: Addresses of the classes. Custom functions, which there are none of, are the only class left out.
CLASSES: Final = tuple(
    f"{_CQL2}/{name}"
    for name in (
        "cql2-text",
        "cql2-json",
        "basic-cql2",
        "advanced-comparison-operators",
        "case-insensitive-comparison",
        "accent-insensitive-comparison",
        "basic-spatial-functions",
        "basic-spatial-functions-plus",
        "spatial-functions",
        "temporal-functions",
        "array-functions",
        "property-property",
        "arithmetic",
    )
)
