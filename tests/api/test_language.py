"""Which language, which media type: what a request prefers of what there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.language import preferred


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ("", None),
        ("vi", "vi"),
        ("en", "en"),
        ("en-US,en;q=0.9,vi;q=0.8", "en"),
        ("fr-FR, vi-VN;q=0.4, en;q=0.3", "vi"),
        ("vi;q=0.1, en", "en"),
        ("en;q=0, vi;q=0.1", "vi"),
        ("en;q=none", None),
        ("*", None),
    ],
)
def test_the_language_with_the_highest_quality_wins(header, best):
    assert preferred(header, ("vi", "en")) == best


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/json", "application/json"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("*/*", None),
    ],
)
def test_a_browser_gets_the_page_and_a_program_gets_json(header, best):
    assert preferred(header, ("application/json", "text/html")) == best


@given(st.text())
def test_no_header_is_an_error(header):
    assert preferred(header, ("vi", "en")) in {None, "vi", "en"}
