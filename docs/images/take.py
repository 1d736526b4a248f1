"""Take the pictures of README and docs anew: `make screenshots`, from the demo in a home of its own.

Needs Chromium (Debian: apt-get install -y chromium).
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.demo import LogIn

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent.parent))

HOST, PORT = "127.0.0.1", 8790
SIZE = {"width": 1280, "height": 800}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
# Which page is taken as whom, and what has to be on it first.
PAGES = {
    "annotate.png": ("annotator", "annotate", ".sentence"),
    "overview.png": ("manager", "overview", "main table"),
    "curves.png": ("manager", "curves", "canvas"),
    "analysis.png": ("manager", "analysis", ".assumption"),
    "people.png": ("manager", "people", "main table"),
    "adjudicate.png": ("manager", "adjudicate", ".sentence"),
    "exports.png": ("manager", "exports", "main table, main li"),
}


def main() -> None:
    """Run the demo, log in as its people, and write a picture of each page."""
    folder = Path(tempfile.mkdtemp(prefix="tatkham-images-"))
    folder.chmod(0o711)
    os.environ["TATKHAM_HOME"] = str(folder / "home")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.conf import settings

    from config import demo, processes

    try:
        with processes.running_service(settings.HOME, host=HOST, port=PORT):
            project, log_ins = demo.make_project(print)
            demo.label(project, f"http://{HOST}:{PORT}", lambda closed, rounds: None)
            people = {log_in.role: log_in for log_in in log_ins}
            for name, (role, page, sign) in PAGES.items():
                address = f"http://{HOST}:{PORT}/projects/{project.pk}/{page}"
                _take(FOLDER / name, people[role], address, sign)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _take(file: Path, person: "LogIn", address: str, sign: str) -> None:
    from playwright.sync_api import sync_playwright

    program = next(path for name in CHROMIUM if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        page = browser.new_page(viewport=SIZE, locale="th-TH")
        page.goto(address)
        page.locator("input[name=username]").fill(person.username)
        page.locator("input[name=password]").fill(person.password)
        page.keyboard.press("Enter")
        page.locator(sign).first.wait_for()
        page.wait_for_timeout(1000)
        page.screenshot(path=file)
        browser.close()
        print(file)


if __name__ == "__main__":
    main()
