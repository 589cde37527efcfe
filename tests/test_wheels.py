"""The wheels in a plain Odoo: installed by pip they bill, are upgraded, and leave no trace."""

import os
import re
import site
import sys
from pathlib import Path

import pytest

import databases
import wheels

from .processes import copied, run, work
from .remains import missing, picture, remains

LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d ")
WORKER = Path(__file__).with_name("wheels_worker.py")
CONFIG = """\
[options]
data_dir = {}
server_wide_modules = base,rpc,web,queue_job
smtp_server = 127.0.0.1
smtp_port = 9
"""
#: What is written in the story and is the company's own: its books, customers and products, and
#: Odoo's notes of who wrote them and of what happened to them.
BOOKS = (
    "account_",
    "product_",
    "res_partner",
    "mail_",
)
#: What Odoo itself notes while modules come and go.
ODOO = ("ir_cron_progress", "ir_cron_trigger", "ir_logging", "orm_signaling_")


class Plain:
    """An environment with Odoo and the wheels, and no way to the addons of this clone.

    What Odoo needs is taken from the environment of the tests: installing it again takes minutes.
    """

    def __init__(self, folder):
        self.addons = databases.our_addons()
        self.names = wheels.build(folder / "wheels")
        home = folder / "venv"
        run(sys.executable, "-m", "venv", "--without-pip", str(home))
        self.python = home / "bin" / "python"
        self.packages = next((home / "lib").glob("python3*/site-packages"))
        lines = [f"import site; site.addsitedir({path!r})" for path in site.getsitepackages()]
        (self.packages / "odoo.pth").write_text("\n".join(lines))
        self.environment = {
            **os.environ,
            "CN285_ODOO_CONF": str(folder / "odoo.conf"),
            "PATH": f"{home}/bin:{os.environ['PATH']}",
        }
        for name in ("PYTHONPATH", "ODOO_RC", "VIRTUAL_ENV"):
            self.environment.pop(name, None)
        (folder / "odoo.conf").write_text(CONFIG.format(folder / "data"))
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "-q"]
        wanted = [f"odoo-addon-{name}" for name in self.addons]
        run(*pip, "--no-index", f"--find-links={folder / 'wheels'}", *wanted)

    def odoo(self, database, *options):
        """Run Odoo's command line on modules; returns the lines of its log: what it warned of."""
        odoo = [self.python, "-W", "ignore", "-m", "odoo"]
        once = ["--stop-after-init", "--no-http", "--log-level=warn"]
        config = ["-c", self.environment["CN285_ODOO_CONF"], "-d", database]
        _out, said = run(*odoo, *config, *once, *options, env=self.environment)
        return [line for line in said.splitlines() if LOG_LINE.match(line)]

    def work(self, database, command):
        return work(WORKER, database, command, python=self.python, env=self.environment)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return Plain(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def life(plain):
    """What there was in a database before, at each step, and after."""
    with copied(os.environ["CN285_BASE"]) as name:
        plain.work(name, "list")
        before = picture(name)
        ours = ",".join(databases.addons_alone())
        told = {"install": plain.odoo(name, "-i", ours), "story": plain.work(name, "story")}
        told["upgrade"] = plain.odoo(name, "-u", ours)
        told["again"] = plain.work(name, "again")
        plain.work(name, "uninstall")
        yield {**told, "before": before, "after": picture(name)}


def test_each_addon_has_a_wheel(plain):
    assert len(plain.names) == len(plain.addons)


def test_metadata(plain):
    [path] = plain.packages.glob("odoo_addon_cn285_contract-*.dist-info")
    said = (path / "METADATA").read_text()
    assert "Requires-Dist: odoo-addon-cn285_import==19.0.*" in said
    assert "\n# Cn285 Contracts\n" in said
    assert "\n## Configuration\n" in said


def test_installs_and_upgrades_in_silence(life):
    assert not life["install"]
    assert not life["upgrade"]


def test_it_is_the_wheels_that_work(plain, life):
    assert Path(life["story"]["from"]).is_relative_to(plain.packages)
    assert life["story"]["installed"] == databases.addons_alone()


def test_it_bills(life):
    assert life["story"]["invoices"] == [
        "2026-01-01 30.00",
        "2026-02-01 32.50",
        "2026-03-01 32.50",
    ]
    assert life["story"]["entries"] == ["RVREC"]
    assert life["story"]["balance"] == "0.00"


def test_after_an_upgrade_all_is_as_before(life):
    assert life["again"] == life["story"]


def test_nothing_is_missing_after_uninstalling(life):
    assert not {
        name: lost
        for name, lost in missing(life["before"], life["after"]).items()
        if not name.startswith(ODOO)
    }


def test_only_the_books_remain_after_uninstalling(life):
    left = remains(life["before"], life["after"])
    assert not {name: more for name, more in left.items() if not name.startswith(BOOKS + ODOO)}
    assert len(left["account_journal"]) == 1, "the journal of revenue, as it has entries"
