"""Make the README's picture from the sample: docs/review.png.

``.venv/bin/python scripts/picture.py`` after ``make test`` has found or installed Chromium.
"""

import os
import shutil
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright

from gis import alignment, context, sample
from gis.workspace import Workspace
from maps import review

_ROOT = Path(__file__).resolve().parent.parent
_SIZE = {"width": 1366, "height": 768}
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def main() -> None:
    """Draw the sample's review map and photograph it."""
    browser_path = os.environ.get("VUNG_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder) / "binh-son")
        list(sample.fill(workspace))
        list(sample.decide(workspace))
        zones = workspace.read(workspace.version("zones"))
        day = date.fromisoformat(sample.DEMO_DAY)
        result = alignment.assess(zones, context.load(workspace, as_of=day, year=2030))
        page_file = Path(folder) / "review.html"
        review.save(result, page_file, lang="vi")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=list(_FLAGS))
            page = browser.new_page(viewport=_SIZE)
            page.goto(page_file.as_uri())
            page.wait_for_timeout(1500)
            page.screenshot(path=_ROOT / "docs" / "review.png")
            browser.close()


if __name__ == "__main__":
    main()
