"""Builds a wheel of each addon, as the Odoo world installs them: ``python wheels.py [FOLDER]``.

A wheel is built from the source distribution, which has the version that whool counts from git's
history. On the way it gets the README.md that ``readme/`` makes.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from whool import buildapi

import databases
from provision import ADDONS, ROOT, Problem

#: The parts of readme/ in OCA's order, and what is written above each.
SECTIONS = {
    "DESCRIPTION.md": "",
    "CONFIGURE.md": "Configuration",
    "USAGE.md": "Usage",
    "CONTRIBUTORS.md": "Contributors",
}


def readme(addon):
    """What there is in ``readme/`` of an addon, as one text in Markdown.

    :raises Problem: a part that has no place in it
    """
    title = databases.manifest(addon)["name"]
    parts = {path.name: path.read_text().strip() for path in (addon / "readme").iterdir()}
    if unknown := sorted(parts.keys() - SECTIONS.keys()):
        raise Problem(f"{addon.name}/readme has {', '.join(unknown)}, which tools/wheels.py lacks")
    texts = [f"# {title}"]
    for name, heading in SECTIONS.items():
        if name in parts:
            texts += [f"## {heading}"] if heading else []
            texts.append(parts[name])
    return "\n\n".join(texts) + "\n"


def build(folder):
    """Builds the wheels of all addons into a folder, which loses its other wheels of them.

    :return: names of the wheels
    """
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    addons = [ADDONS / name for name in databases.our_addons()]
    for addon in addons:
        for old in folder.glob(f"odoo_addon_{addon.name}-*.whl"):
            old.unlink()
    with tempfile.TemporaryDirectory() as name, _all_files(Path(name) / "index"):
        for addon in addons:
            with chdir(_source(addon, Path(name))):
                buildapi.build_wheel(folder)
    return sorted(path.name for path in folder.glob("odoo_addon_cn285_*.whl"))


@contextmanager
def _all_files(index):
    """Files that git does not know yet are built in, those that it is told to ignore are not.

    whool asks git for the files; it gets an index of its own, so that the real one stays as it is.
    Where there is no git, whool takes all files.
    """
    known = subprocess.run(
        ["git", "rev-parse", "--git-path", "index"], cwd=ROOT, capture_output=True, text=True
    )
    if known.returncode:
        yield
        return
    shutil.copy(ROOT / known.stdout.strip(), index)
    with patch.dict(os.environ, GIT_INDEX_FILE=str(index)):
        subprocess.run(["git", "add", "--all", ADDONS], cwd=ROOT, check=True)
        yield


def _source(addon, folder):
    """The addon's source distribution, unpacked, with its README.md."""
    with chdir(addon):
        packed = buildapi.build_sdist(folder)
    with tarfile.open(folder / packed) as archive:
        archive.extractall(folder, filter="data")
    source = folder / packed.removesuffix(".tar.gz")
    (source / "README.md").write_text(readme(addon))
    return source


@contextmanager
def chdir(folder):
    """In a folder, where whool looks for the addon."""
    previous = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(previous)


def main(folder):
    """Builds the wheels and prints their names."""
    print(*build(folder), sep="\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1] if sys.argv[1:] else ROOT / "dist"))
    except Problem as problem:
        sys.exit(f"cn285: {problem}")
