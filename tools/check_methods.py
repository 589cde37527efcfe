"""Checks that inside an addon each method of a model is defined once.

``super()`` is how another addon joins in. Inside one addon it would mean that the order of steps
is the order of imports, which nobody can read. And that no two tests of engines have one name:
they are imported by it alone, and of two the second would be looked for in its addon, without
Odoo. Also prints the files that have grown too long.
"""

import ast
import sys
from collections import defaultdict

from provision import ADDONS, ROOT

#: Lines from which on a file wants to be two. Said, not failed: a table may be long.
LONG = 400


def python_files(folder):
    """Python files below a folder, in order, but for tests."""
    return [
        path
        for path in sorted(folder.rglob("*.py"))
        if "tests" not in path.relative_to(folder).parts
    ]


def model_of(node):
    """Name of the model that a class defines or extends; None where it is no model.

    A list of parents is that of a new model, unless it has one element and no ``_name`` is given.
    """
    found = {}
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        elif isinstance(statement, ast.Assign):
            targets = statement.targets
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and target.id in ("_name", "_inherit"):
                found[target.id] = _text(statement.value)
    return found.get("_name") or found.get("_inherit")


def _text(value):
    if isinstance(value, ast.List | ast.Tuple) and len(value.elts) == 1:
        value = value.elts[0]
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    return None


def methods(path):
    """Yields (model, method, line) for each method of a model in a file."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        model = model_of(node) if isinstance(node, ast.ClassDef) else None
        if not model:
            continue
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                yield model, statement.name, statement.lineno


def defined_again(addon):
    """Methods that files of an addon define more than once for one model.

    :return: {(model, method): [(path, line), …]} with two places or more each
    """
    places = defaultdict(list)
    for path in python_files(addon):
        for model, method, line in methods(path):
            places[model, method].append((path, line))
    return {key: found for key, found in places.items() if len(found) > 1}


def tests_of_one_name(addons):
    """{name: [path, …]} of the tests of engines whose name two addons give."""
    places = defaultdict(list)
    for path in sorted(addons.glob("*/tests/engine/*.py")):
        places[path.name].append(path)
    return {name: found for name, found in places.items() if len(found) > 1}


def long_files(folders):
    """(lines, path) of the files that are longer than LONG, the longest first."""
    counted = [
        (len(path.read_text().splitlines()), path)
        for folder in folders
        for path in python_files(folder)
    ]
    return sorted((pair for pair in counted if pair[0] > LONG), reverse=True)


def main(addons=ADDONS, root=ROOT):
    """Prints what is defined again, for which the exit code is 1, and which files are long."""
    failed = False
    for addon in sorted(path.parent for path in addons.glob("*/__manifest__.py")):
        again = defined_again(addon)
        if again:
            failed = True
            print(f"{addon.name}: {len(again)} methods are defined more than once")
            for (model, method), places in sorted(again.items()):
                where = ", ".join(f"{path.relative_to(root)}:{line}" for path, line in places)
                print(f"  {model}.{method}: {where}")
    for name, paths in tests_of_one_name(addons).items():
        failed = True
        where = ", ".join(str(path.relative_to(root)) for path in paths)
        print(f"{name}: tests of engines need names of their own: {where}")
    for lines, path in long_files([addons, root / "tools", root / "benchmarks"]):
        print(f"{path.relative_to(root)}: {lines} lines, more than {LONG}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
