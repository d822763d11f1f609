"""The outside checkers of pages, installed by `make check`: how each is run, and what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NODE_MODULES = Path(sys.prefix) / "checkers" / "node_modules"
PATIENCE_S = 240
TRIES = 2
"""On a busy machine Lighthouse loses the start of a page, and asks itself to be run again (NO_NAVSTART)."""

_WRONGLY_FOUND = tuple(f"<details> element is not permitted as a descendant of <{name}>" for name in ("dt", "th"))
"""HTML keeps headings and sectioning content out of these; `details` is neither, and the W3C's checker agrees."""

_STYLE_RULES: Mapping[str, Any] = {
    # How the templates are indented and quoted is no matter of those who read the page.
    "no-trailing-whitespace": "off",
    "attribute-boolean-style": "off",
    "void-style": "off",
    "doctype-style": "off",
    "long-title": "off",
    # A list without its marks is no list for some readers of screens unless its role is written out.
    "no-redundant-role": "off",
    # The boxes of a filter and the list of its rarer values are one parameter.
    "form-dup-name": "off",
    # HTML allows every sign but white space in an id; those of provisions are their codes, which have dots.
    "valid-id": ["error", {"relaxed": True}],
    "no-inline-style": "error",
    # Names of taxpayers may be longer than any line.
    "text-content": "error",
}


def checker(name: str) -> Path:
    """The folder of an installed checker.

    Raises: AssertionError, with the command that installs it.
    """
    folder = NODE_MODULES / name
    assert folder.is_dir(), f"{name} is not installed: these suites are run by `make check`, which installs it"
    return folder


def html_faults(files: Sequence[Path]) -> list[str]:
    """What the W3C's checker finds in files of HTML, warnings included.

    Shape: `file: message` for each finding.
    """
    jar = checker("vnu-jar") / "build" / "dist" / "vnu.jar"
    command = ["java", "-jar", str(jar), "--format", "json", "--exit-zero-always", *map(str, files)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    # The checker writes its findings to the error stream.
    messages: list[dict[str, Any]] = json.loads(run.stderr)["messages"]
    return [f"{Path(found['url']).name}: {found['message']} {found.get('extract', '')!r}" for found in messages]


def strict_html_faults(files: Sequence[Path], folder: Path) -> list[str]:
    """What html-validate finds by its recommended rules, which are stricter on accessibility than the standard."""
    config = folder / ".htmlvalidate.json"
    config.write_text(json.dumps({"root": True, "extends": ["html-validate:recommended"], "rules": _STYLE_RULES}))
    program = checker("html-validate") / "bin" / "html-validate.mjs"
    command = ["node", str(program), "--config", str(config), "--formatter", "json", *map(str, files)]
    # It ends before a pipe has taken all that it says, so it writes to a file.
    told = folder / "html-validate.json"
    with told.open("wb") as output:
        run = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False)
    assert run.returncode in (0, 1), run.stderr.decode()
    found: list[dict[str, Any]] = json.loads(told.read_bytes())
    return [
        f"{Path(file['filePath']).name}:{message['line']}: {message['ruleId']}: {message['message']}"
        for file in found
        for message in file["messages"]
        if message["message"] not in _WRONGLY_FOUND
    ]


def lighthouse_report(address: str, *, chromium: str, folder: Path) -> dict[str, Any]:
    """Lighthouse's report of one page, as a phone on a slow network sees it."""
    flags = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    report = folder / "report.json"
    command = [
        "node", str(checker("lighthouse") / "cli" / "index.js"), address, "--quiet", "--output=json",
        f"--output-path={report}", f"--chrome-flags={flags} --disable-component-update --disable-sync",
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": chromium}
    for _ in range(TRIES):
        run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        if run.returncode == 0:
            break
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(report.read_text())
    return found
