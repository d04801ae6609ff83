"""The browser of the journeys: the first Chromium found; `python -m tests.chromium` installs one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = (
    "The browser journeys need Chromium. Install it from your system's packages (chromium, fonts-noto-cjk), "
    "or say where it is: KYODO_CHROMIUM=/path/to/chromium make test"
)


def find() -> str | None:
    """The path of a Chromium that starts, or None."""
    if named := os.environ.get("KYODO_CHROMIUM"):
        return named if _starts(named) else None
    for name in NAMES:
        path = shutil.which(name)
        if path and _starts(path):
            return path
    own = _playwrights_own()
    return own if Path(own).exists() and _starts(own) else None


def _playwrights_own() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _starts(path: str) -> bool:
    """Ubuntu's chromium-browser is only a pointer to a snap: a program that can't say its version is none."""
    try:
        return (
            subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def install() -> None:
    """From the system's packages as root, else playwright's own copy."""
    is_root = os.geteuid() == 0
    if is_root and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        packages = [
            "apt-get",
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            "chromium",
            "fonts-noto-cjk",
        ]
        subprocess.run(packages, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
        if find():
            return
    command = [
        sys.executable,
        "-m",
        "playwright",
        "install",
        *(["--with-deps"] if is_root else []),
        "chromium",
    ]
    subprocess.run(command, check=False)


def main() -> int:
    if find():
        return 0
    sys.stdout.write("Looking for a Chromium to install ...\n")
    sys.stdout.flush()
    install()
    if find():
        return 0
    sys.stderr.write(HOW + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
