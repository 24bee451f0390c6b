"""Requirements classes of the standards that the service meets; tests hold it to each."""

from typing import Final

from api.filters.conformance import CLASSES as FILTERS

_FEATURES: Final = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
_FILTER: Final = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf"
_COMMON: Final = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf"

#: Addresses of the classes.
CLASSES: Final = (
    f"{_COMMON}/core",
    f"{_COMMON}/json",
    f"{_COMMON}/html",
    f"{_FEATURES}/core",
    f"{_FEATURES}/oas30",
    f"{_FEATURES}/geojson",
    f"{_FEATURES}/html",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    f"{_FILTER}/queryables",
    f"{_FILTER}/queryables-query-parameters",
    f"{_FILTER}/filter",
    f"{_FILTER}/features-filter",
    *FILTERS,
)
