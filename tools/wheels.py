"""Builds a wheel of each addon, as the Odoo world installs them: ``python wheels.py FOLDER``.

A wheel is built from the source distribution, which holds what git knows and has the version that
whool counts from git's history. On the way it gets the README.md that ``readme/`` makes.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import databases
from provision import ADDONS, Problem

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


def build(folder, addons=None):
    """Builds wheels into a folder, which loses the wheels of these addons that are in it.

    :return: paths of the wheels
    :raises Problem: pip or whool found something amiss
    """
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    addons = [ADDONS / name for name in addons or databases.our_addons()]
    for addon in addons:
        for old in folder.glob(f"odoo_addon_{addon.name}-*.whl"):
            old.unlink()
    with tempfile.TemporaryDirectory() as name:
        sources = [_source(addon, Path(name)) for addon in addons]
        # Without isolation pip downloads nothing: whool is in the environment of the targets.
        wheel = ["pip", "wheel", "-q", "--no-deps", "--no-index", "--no-build-isolation"]
        _run([*wheel, "--wheel-dir", str(folder), *map(str, sources)])
    return [path for addon in addons for path in folder.glob(f"odoo_addon_{addon.name}-*.whl")]


def _source(addon, folder):
    """The addon's source distribution, unpacked, with its README.md."""
    code = "import sys, whool.buildapi; print(whool.buildapi.build_sdist(sys.argv[1]))"
    packed = _run(["-c", code, str(folder)], cwd=addon).splitlines()[-1]
    with tarfile.open(folder / packed) as archive:
        archive.extractall(folder, filter="data")
    source = folder / packed.removesuffix(".tar.gz")
    (source / "README.md").write_text(readme(addon))
    return source


def _run(command, cwd=None):
    options = ["-m"] if command[0] == "pip" else []
    done = subprocess.run(
        [sys.executable, *options, *command], cwd=cwd, capture_output=True, text=True
    )
    if done.returncode:
        raise Problem(f"no wheel could be built: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def main(folder):
    """Builds all wheels and prints their names."""
    for path in build(folder):
        print(path.name)
    return 0
