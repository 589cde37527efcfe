"""Odoo 19's source: the checkout that ODOO_SRC names, Debian's package, unpacked, or a clone.

Debian's unstable suite has all of Odoo Community as ``odoo-19``. It is downloaded with an apt
configuration of our own (nothing is installed, no root is needed) and unpacked in ``.local/odoo``.
Where there is none, a pinned commit of Odoo's repository is cloned. ODOO chooses: ``debian`` or
``pinned``, and ``latest`` is the head of branch 19.0.
"""

import gzip
import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from . import LOCAL, Problem, log_file, odoo_git, say
from .system import apt_install

INSTEAD = "set ODOO_SRC=/path/to/an/odoo-19.0-checkout"
KEYRINGS = [
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
]
# Odoo's package links to the fonts and scripts of these. Font Awesome must be the 4.7 that Odoo's
# style sheets were written for: unstable's 7 has other file names.
PACKAGES = [
    "odoo-19/sid",
    "fonts-roboto-unhinted/sid",
    "fonts-montserrat/sid",
    "fonts-inconsolata/sid",
    "fonts-ocr-b/sid",
    "libjs-jquery/sid",
    "libjs-jquery-form/sid",
    "libjs-underscore/sid",
    "fonts-font-awesome/trixie",
]
# Debian leaves out what has no source. Odoo's bundles name it all the same, and the error that the
# browser then logs would fail each browser test. This one blurs the background of video calls.
LEFT_OUT = ["mail/static/lib/selfie_segmentation/selfie_segmentation.js"]
UNPACKED = LOCAL / "odoo"


CHOICES = ("", "debian", "pinned", "latest")


class NoPackage(Problem):
    """This system cannot fetch Debian's package of Odoo 19."""


def need_odoo():
    """Path to put on ``sys.path`` so that ``import odoo`` finds Odoo 19."""
    given, choice = os.environ.get("ODOO_SRC"), os.environ.get("ODOO", "")
    if choice not in CHOICES:
        raise Problem(f"ODOO={choice} means nothing: {', '.join(filter(None, CHOICES))}")
    if given:
        return _checked(Path(given).expanduser().resolve(), "ODOO_SRC")
    if choice in ("pinned", "latest"):
        return _cloned(choice == "latest")
    try:
        return _debians()
    except NoPackage as problem:
        if choice == "debian":
            raise
        say(f"{problem}; Odoo's repository instead")
        return _cloned()


def revision(path):
    """Which Odoo 19 there is in a folder of :func:`need_odoo`, in words for the head of tests."""
    if commit := odoo_git.head(path):
        return f"commit {commit}"
    changes = UNPACKED / "usr/share/doc/odoo-19/changelog.Debian.gz"
    if path.is_relative_to(UNPACKED) and changes.is_file():
        with gzip.open(changes, "rt", errors="replace") as text:
            return f"Debian {re.search(r'[(](.*?)[)]', text.readline()).group(1)}"
    return str(path)


def _cloned(latest=False):
    return _checked(odoo_git.need_clone(INSTEAD, latest), "the clone")


def _debians():
    path = UNPACKED / "usr/lib/python3/dist-packages"
    if not path.is_dir():
        _download()
    for name in LEFT_OUT:
        missing = path / "odoo/addons" / name
        if not missing.exists():
            missing.parent.mkdir(parents=True, exist_ok=True)
            missing.write_text("/* not in Debian's package of Odoo */\n")
    return path


def _checked(path, origin):
    release = path / "odoo" / "release.py"
    if not release.is_file():
        raise Problem(f"{origin} {path} is no Odoo checkout (no odoo/release.py in it)")
    if not re.search(r"^version_info = \(19, 0,", release.read_text(), re.MULTILINE):
        raise Problem(f"{origin} {path} is not Odoo 19.0: check out its branch 19.0")
    if not any((path / folder / "account").is_dir() for folder in ("addons", "odoo/addons")):
        raise Problem(f"{origin} {path} lacks the community addons (no addons/account)")
    return path


def archive_uris(etc=Path("/etc/apt")):
    """URIs of the Debian archive in the machine's own apt sources, both formats, in their order."""
    uris = []
    for path in sorted(etc.glob("sources.list.d/*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text(errors="replace")):
            fields = _deb822(stanza)
            if fields.get("enabled", "yes").lower() == "no":
                continue
            if "deb" in fields.get("types", "").split():
                uris += fields.get("uris", "").split()
    for path in [etc / "sources.list", *sorted(etc.glob("sources.list.d/*.list"))]:
        if path.is_file():
            uris += re.findall(
                r"^\s*deb\s+(?:\[[^]]*\]\s+)?(\S+)", path.read_text(errors="replace"), re.MULTILINE
            )
    return [uri for uri in uris if re.search(r"debian/?(\.list)?$", uri)]


def _deb822(stanza):
    lines = [line for line in stanza.splitlines() if not line.startswith("#")]
    unfolded = re.sub(r"\n[ \t]+", " ", "\n".join(lines))
    pairs = (line.split(":", 1) for line in unfolded.splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, value in pairs}


def _download():
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise NoPackage("this system has no apt to fetch Odoo 19 with")
    uris = archive_uris()
    if not uris:
        raise NoPackage("no Debian archive in this system's apt sources to fetch Odoo from")
    if not any(path.is_file() for path in KEYRINGS):
        apt_install(["debian-archive-keyring"], INSTEAD)
    say("downloading Odoo 19 (about 130 MB)")
    apt = LOCAL / "apt"
    options = _private_apt(apt, uris[0])
    packages = apt / "packages"
    packages.mkdir(exist_ok=True)
    log = log_file("odoo-download")
    with log.open("wb") as output:
        for action in (["update"], ["download", *PACKAGES]):
            done = subprocess.run(
                ["apt-get", "-q", *options, *action],
                cwd=packages,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            if done.returncode:
                raise NoPackage(f"Odoo 19 could not be downloaded from Debian (see {log})")
    fresh = LOCAL / "odoo.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for package in sorted(packages.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", package, fresh], check=True)
    # One rename: the folder is there when, and only when, it is complete.
    fresh.rename(UNPACKED)
    shutil.rmtree(apt)


def _private_apt(folder, uri):
    """Options that make apt look at one source only and keep its lists in our folder."""
    keyring = next(path for path in KEYRINGS if path.is_file())
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    source = folder / "odoo.sources"
    source.write_text(
        f"Types: deb\nURIs: {uri}\nSuites: sid trixie\nComponents: main\n"
        f"Architectures: {_architecture()}\nSigned-By: {keyring}\n"
    )
    settings = {
        "Dir::Etc::SourceList": source,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
        "Acquire::Retries": 2,
        # A mirror that lags some weeks will do; its signature is checked all the same.
        "Acquire::Check-Valid-Until": "false",
        "Acquire::http::Timeout": 20,
        "Acquire::Languages": "none",
    }
    return [text for name, value in settings.items() for text in ("-o", f"{name}={value}")]


def _architecture():
    done = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True)
    return done.stdout.strip() or platform.machine()
