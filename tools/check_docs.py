"""Checks that what the docs name is there: files and names in the architecture, and all links.

And that the architecture names all modules of every engine, each in the table of its addon.

A page that says where things are is worth something only while it is true.
"""

import ast
import re
import subprocess
import sys
from dataclasses import dataclass, field

from check_methods import model_of
from provision import ADDONS, ROOT

#: The pages of which each name in backticks must be in the tree.
NAMING = ("docs/architecture.md",)
#: What stands for a name in a pattern, such as `cn285_NAME`.
PLACEHOLDER = re.compile(r"NAME|[<>{}…*]")

_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_TABLE = re.compile(r"^\*\*(\w+)\*\*$(.*?)(?=^\*\*|\Z)", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_][\w.]*(\(\))?")
_ENDING = re.compile(r"\.(py|xml|csv|md|toml|txt|sh)$")


@dataclass
class Tree:
    """What there is: paths, names and texts of Python files, methods and fields of models."""

    paths: set = field(default_factory=set)
    names: set = field(default_factory=set)
    texts: set = field(default_factory=set)
    members: dict = field(default_factory=dict)

    def add_path(self, path):
        """A file, by all the ends of its path, and its folders likewise."""
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            for start in range(end):
                self.paths.add("/".join(parts[start:end]))

    def add_python(self, text):
        """The names and texts of a Python file."""
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.names.add(node.name)
            if isinstance(node, ast.ClassDef):
                self.members.setdefault(model_of(node), set()).update(_members(node))
            elif isinstance(node, ast.Name):
                self.names.add(node.id)
            elif isinstance(node, ast.Attribute):
                self.names.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.texts.add(node.value)

    def has(self, token):
        """Whether what stands in backticks is there; whatever is no name is not looked at."""
        if PLACEHOLDER.search(token) or " " in token:
            return True
        if "/" in token or _ENDING.search(token):
            return token.strip("/") in self.paths
        if not _NAME.fullmatch(token) or not re.search(r"[._]", token):
            return True
        name = token.removesuffix("()").strip(".")
        if name in self.names or name in self.texts or name in self.paths:
            return True
        owner, _dot, member = name.rpartition(".")
        if owner in self.members:
            return member in self.members[owner]
        # A module's or a class's: `line.key`, `InvoiceKey.own`.
        return all(part in self.names or f"{part}.py" in self.paths for part in name.split("."))


def _members(node):
    """Methods and fields that the body of a class defines."""
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (one.id for one in statement.targets if isinstance(one, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id


def tree(root=ROOT):
    """The files that git has, or would have."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    found = Tree()
    for path in listed.splitlines():
        file = root / path
        if not file.is_file():
            continue
        found.add_path(path)
        if file.suffix == ".py":
            found.add_python(file.read_text())
    return found


def unknown_names(page, found):
    """Yields (line, token) for each name in backticks that is not in the tree."""
    text = _FENCE.sub(lambda match: "\n" * match.group().count("\n"), page.read_text())
    for number, line in enumerate(text.splitlines(), start=1):
        for token in _CODE.findall(line):
            if not found.has(token):
                yield number, token


def broken_links(page):
    """Yields (line, target) for each relative link that leads nowhere."""
    for number, line in enumerate(page.read_text().splitlines(), start=1):
        for target in _LINK.findall(line):
            path = target.partition("#")[0]
            if path and ":" not in path and not (page.parent / path).exists():
                yield number, target


def unlisted_engines(page, addons=ADDONS):
    """Yields each module of an engine that the page does not have in the table of its addon."""
    tables = dict(_TABLE.findall(page.read_text()))
    for path in sorted(addons.glob("*/engine/*.py")):
        addon = path.parent.parent.name
        if path.name != "__init__.py" and f"`{path.name}`" not in tables.get(addon, ""):
            yield path


def pages(root=ROOT):
    """All pages for people."""
    yield from sorted(root.glob("*.md"))
    yield from sorted((root / "docs").rglob("*.md"))
    yield from sorted((root / ADDONS.relative_to(ROOT)).glob("*/readme/*.md"))


def main(root=ROOT):
    """Prints what is not there as file:line: text; the exit code says whether anything was."""
    found, failed = tree(root), False
    for page in pages(root):
        name = str(page.relative_to(root))
        problems = [(line, f"the link {target} is broken") for line, target in broken_links(page)]
        if name in NAMING:
            unknown = unknown_names(page, found)
            problems += [(line, f"there is no {token}") for line, token in unknown]
            problems += [
                (1, f"{path.relative_to(root)} is in no table of engines")
                for path in unlisted_engines(page, root / ADDONS.relative_to(ROOT))
            ]
        for line, problem in sorted(problems):
            failed = True
            print(f"{name}:{line}: {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
