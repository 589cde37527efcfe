"""Where Odoo comes from: its repository is a local one here, of which some commits are known."""

import os
import re
import subprocess

import pytest

from provision import Problem, odoo_git, odoo_source

RELEASE = "version_info = ({}, 0, 0, 'final', 0, '')\n"


@pytest.fixture
def upstream(tmp_path):
    """A bare repository with a branch 19.0; its commits, the oldest first."""
    work, bare = tmp_path / "work", tmp_path / "odoo.git"

    def git(*arguments):
        command = ["git", "-c", "user.name=Odoo", "-c", "user.email=odoo@example.com"]
        done = subprocess.run(
            [*command, *arguments], cwd=work, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    work.mkdir()
    git("init", "--quiet", "--initial-branch=19.0")
    commits = []
    for number in range(3):
        for name, text in {
            "odoo/release.py": RELEASE.format(19),
            "addons/account/__manifest__.py": f"# {number}\n",
        }.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        git("add", ".")
        git("commit", "--quiet", "--message", f"Change {number}")
        commits.append(git("rev-parse", "HEAD"))
    git("clone", "--quiet", "--bare", str(work), str(bare))
    return bare, commits


@pytest.fixture
def settings(tmp_path, monkeypatch, upstream):
    """No checkout, no clone, and the second commit is the pinned one."""
    bare, commits = upstream
    monkeypatch.setattr(odoo_git, "LOCAL", tmp_path)
    monkeypatch.setattr(odoo_git, "CLONE", tmp_path / "odoo-git")
    monkeypatch.delenv("ODOO_SRC", raising=False)
    monkeypatch.setenv("ODOO", "")
    # As a URL: of a path git would take hard links, and not a shallow clone.
    monkeypatch.setenv("CN285_ODOO_GIT", bare.as_uri())
    monkeypatch.setenv("CN285_ODOO_COMMIT", commits[1])
    return monkeypatch


def checked_out(path):
    return odoo_git.head(path), (path / "addons/account/__manifest__.py").read_text()


def no_debian(settings):
    settings.setattr(odoo_source, "UNPACKED", odoo_git.CLONE.parent / "no package")
    settings.setattr(odoo_source, "archive_uris", list)


def test_without_a_debian_archive_the_pinned_commit_is_cloned(settings, upstream):
    no_debian(settings)
    path = odoo_source.need_odoo()
    assert checked_out(path) == (upstream[1][1], "# 1\n")
    assert odoo_source.revision(path) == f"commit {upstream[1][1]}"


def test_the_pinned_commit_is_fetched_once(settings, upstream):
    settings.setenv("ODOO", "pinned")
    path = odoo_source.need_odoo()
    settings.setenv("CN285_ODOO_GIT", "file:///nowhere")
    assert odoo_source.need_odoo() == path
    settings.setenv("CN285_ODOO_COMMIT", upstream[1][0])
    with pytest.raises(Problem, match="file:///nowhere"):
        odoo_source.need_odoo()


def test_latest_is_the_head_of_the_branch_and_back(settings, upstream):
    settings.setenv("ODOO", "latest")
    path = odoo_source.need_odoo()
    assert checked_out(path) == (upstream[1][2], "# 2\n")
    settings.setenv("ODOO", "pinned")
    assert checked_out(odoo_source.need_odoo()) == (upstream[1][1], "# 1\n")


def test_a_server_that_gives_single_commits_sends_no_more(settings, upstream):
    bare, commits = upstream
    subprocess.run(["git", "config", "uploadpack.allowAnySHA1InWant", "true"], cwd=bare, check=True)
    settings.setenv("ODOO", "pinned")
    path = odoo_source.need_odoo()
    known = subprocess.run(
        ["git", "rev-list", "--all", "HEAD"], cwd=path, capture_output=True, text=True
    )
    assert known.stdout.split() == [commits[1]]


def test_the_package_is_not_replaced_where_it_is_asked_for(settings):
    no_debian(settings)
    settings.setenv("ODOO", "debian")
    with pytest.raises(Problem, match="no Debian archive"):
        odoo_source.need_odoo()


def test_a_choice_that_there_is_not(settings):
    settings.setenv("ODOO", "newest")
    with pytest.raises(Problem, match=re.escape("debian, pinned, latest")):
        odoo_source.need_odoo()


def test_another_version_is_refused(settings, tmp_path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo/release.py").write_text(RELEASE.format(18))
    settings.setenv("ODOO_SRC", str(tmp_path))
    with pytest.raises(Problem, match=r"is not Odoo 19\.0"):
        odoo_source.need_odoo()


def test_the_tests_say_which_odoo_they_ran_on():
    import odoo_revision

    assert os.environ["CN285_ODOO_REVISION"]
    assert os.environ["CN285_ODOO_REVISION"] in odoo_revision.pytest_report_header()
