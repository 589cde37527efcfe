"""What a macro must not do once it bills: give other lines for the same input, or miss its input.

Asked when a version is put in force and when it is tried; what may not be in any macro at all is
:func:`smartcode_contract.check_source`. A macro's process has no clock, no chance, and the same
order of sets always; what is left is the address of an object in its text, the machine's time zone,
and numbers inside f-strings, which are binary or exact depending on Python's version.
"""

import ast
from collections.abc import Iterator

from .smartcode_contract import FILENAME, SmartCodeError

EVENTS = "events"
# Functions that a macro is given; as text they name an address in memory.
GIVEN_FUNCTIONS = frozenset(
    [
        "abs",
        "all",
        "any",
        "ceil",
        "chr",
        "divmod",
        "floor",
        "isinstance",
        "len",
        "max",
        "min",
        "ord",
        "reduce",
        "repr",
        "round",
        "sorted",
        "sum",
    ]
)
# What they return has no text but its address.
ITERATORS = frozenset(("map", "filter", "zip", "enumerate", "iter", "reversed"))
TO_TEXT = frozenset(("str", "repr"))
# They convert by the time zone of the machine.
BY_TIME_ZONE = frozenset(("fromtimestamp", "timestamp", "astimezone"))


def check_activation(body: str, detailed: bool) -> None:
    """Refuse a macro that could not be relied on, with its line.

    :param detailed: whether the version receives the events one by one
    :raises SmartCodeError: ``macro_events``, ``macro_text_number``, ``macro_address``,
        ``macro_time_zone``; nothing for what is no Python: see :func:`check_source`
    """
    try:
        tree = ast.parse(body, FILENAME)
    except (SyntaxError, ValueError):
        return
    if not detailed:
        _check_events(tree)
    functions = _functions(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            _check_text_numbers(node)
        for shown in _shown(node):
            if _has_address(shown, functions):
                raise SmartCodeError("macro_address", line=shown.lineno, name=ast.unparse(shown))
        if isinstance(node, ast.Attribute) and node.attr in BY_TIME_ZONE:
            raise SmartCodeError("macro_time_zone", line=node.lineno, name=node.attr)


def _check_events(tree: ast.AST) -> None:
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == EVENTS]
    own = any(not isinstance(node.ctx, ast.Load) for node in named)
    own = own or any(isinstance(node, ast.arg) and node.arg == EVENTS for node in ast.walk(tree))
    if named and not own:
        raise SmartCodeError("macro_events", line=min(node.lineno for node in named))


def _check_text_numbers(text: ast.JoinedStr) -> None:
    """Refuse numbers with a decimal point in an f-string, also in what it shows of a call."""
    for part in text.values:
        if not isinstance(part, ast.FormattedValue):
            continue
        for node in ast.walk(part.value):
            if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
                raise SmartCodeError("macro_text_number", line=node.lineno, name=repr(node.value))


def _functions(tree: ast.AST) -> frozenset[str]:
    """Return the names under which the macro has functions."""
    found = set(GIVEN_FUNCTIONS)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.Assign) and _is_object(node.value, found):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(found)


def _shown(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what a node makes text of."""
    if isinstance(node, ast.FormattedValue):
        yield node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in TO_TEXT:
            yield from node.args
        elif node.func.id in ("map", "sorted") and node.args:
            # map(str, functions) cannot be followed; map(repr, [f]) can.
            first, *rest = node.args
            if isinstance(first, ast.Name) and first.id in TO_TEXT:
                yield from (one for arg in rest for one in _elements(arg))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and _is_text(node.left):
        yield from _elements(node.right)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _elements(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Dict):
        return list(node.values)
    return list(node.elts) if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]


def _has_address(node: ast.expr, functions: frozenset[str]) -> bool:
    """Whether the text of an expression names an address: of a function, or of what it holds."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
        return any(_has_address(one, functions) for one in _elements(node))
    if isinstance(node, ast.IfExp):
        return any(_has_address(one, functions) for one in (node.body, node.orelse))
    return _is_object(node, functions)


def _is_object(node: ast.expr, functions: frozenset[str] | set[str]) -> bool:
    """Whether an expression is a function, a method that is not called, or an iterator."""
    if isinstance(node, ast.Name):
        return node.id in functions
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in ITERATORS
    return isinstance(node, ast.Lambda | ast.GeneratorExp)
