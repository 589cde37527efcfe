"""Formulas over metrics: what they calculate, and all that they refuse."""

import ast
from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_house.cn285_contract.engine.errors import EngineError
from cn285_house.cn285_usage.engine.aggregation import Rounding
from cn285_house.cn285_usage.engine.formula import MAX_DEPTH, MAX_LENGTH, Formula
from hypothesis import given
from hypothesis import strategies as st
from usage_strategies import dec

VALUES = {"a": Decimal(7), "b": Decimal(2), "api.calls": Decimal(10), "named users": Decimal(4)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", "7"),
        ("a", "7"),
        ("a + b * 3", "13"),
        ("(a + b) * 3", "27"),
        ("a - b - 3", "2"),
        ("a / b / 2", "7/4"),
        ("a / b * 2", "7"),
        ("-a + b", "-5"),
        ("--a", "7"),
        ("a - -b", "9"),
        ("-(a - b)", "-5"),
        ("0.1 + 0.2", "3/10"),
        ("1 / 3 * 3", "1"),
        ("api.calls / [named users]", "5/2"),
        ("[ named users ]*2", "8"),
        ("min(a, b, 9)", "2"),
        ("max(a, b, 9)", "9"),
        ("max(a)", "7"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(a / 3, 2)", "233/100"),
        ("round(150, -2)", "200"),
        ("ceil(a / b)", "4"),
        ("floor(a / b)", "3"),
        ("ceil(-a / b)", "-3"),
        ("floor(-a / b)", "-4"),
        ("max(0, a - api.calls) * 2", "0"),
        ("\t a\n+ b ", "9"),
        ("min", "11"),
        ("(((((a)))))", "7"),
    ],
)
def test_formula(text, expected):
    assert Formula(text).evaluate({**VALUES, "min": Decimal(11)}) == Fraction(expected)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "formula_empty"),
        ("  \n", "formula_empty"),
        ("a +", "formula_syntax"),
        ("a b", "formula_syntax"),
        ("(a", "formula_syntax"),
        ("a)", "formula_syntax"),
        ("()", "formula_syntax"),
        ("a ** b", "formula_syntax"),
        ("a // b", "formula_syntax"),
        ("a % b", "formula_syntax"),
        ("a = b", "formula_syntax"),
        ("1.", "formula_syntax"),
        (".5", "formula_syntax"),
        ("1e5", "formula_syntax"),
        ("1,5", "formula_syntax"),
        ("'a'", "formula_syntax"),
        ("a[0]", "formula_syntax"),
        ("[]", "formula_syntax"),
        ("[a", "formula_syntax"),
        ("a.b()", "formula_unknown_function"),
        ("min()", "formula_syntax"),
        ("min(a,)", "formula_syntax"),
        ("max(a b)", "formula_syntax"),
        ("lambda: 1", "formula_syntax"),
        ("__import__(a)", "formula_unknown_function"),
        ("abs(a)", "formula_unknown_function"),
        ("ceil(a, b)", "formula_arguments"),
        ("round(a, 1, 2)", "formula_arguments"),
        ("é", "formula_syntax"),
        ("٣", "formula_syntax"),
        ("1" + "+1" * MAX_LENGTH, "formula_too_long"),
        ("(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH, "formula_too_deep"),
        ("max(" * 100 + "1" + ")" * 100, "formula_too_deep"),
    ],
)
def test_what_is_no_formula(text, code):
    with pytest.raises(EngineError) as refusal:
        Formula(text)
    assert refusal.value.code == code
    assert str(refusal.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a / 0", "formula_division_by_zero"),
        ("a / (b - 2)", "formula_division_by_zero"),
        ("a + c", "formula_unknown_name"),
        ("__class__", "formula_unknown_name"),
        ("round(a, 0.5)", "bad_decimals"),
        ("round(a, 99)", "bad_decimals"),
        ("nan", "not_a_number"),
    ],
)
def test_what_cannot_be_evaluated(text, code):
    with pytest.raises(EngineError) as refusal:
        Formula(text).evaluate({**VALUES, "nan": Decimal("NaN")})
    assert refusal.value.code == code
    assert str(refusal.value)


def test_syntax_errors_say_where():
    with pytest.raises(EngineError) as refusal:
        Formula("a + ?")
    assert refusal.value.values == {"position": 5, "found": "?"}
    with pytest.raises(EngineError) as refusal:
        Formula("a +")
    assert refusal.value.values["found"] == "end"


def test_long_formulas_are_no_deep_ones():
    text = "+".join(["1"] * (MAX_LENGTH // 2))
    assert Formula(text).evaluate({}) == MAX_LENGTH // 2
    assert Formula("-" * (MAX_LENGTH - 2) + "1").evaluate({}) == 1
    side_by_side = "+".join(["(1)"] * (MAX_DEPTH + 1))
    assert Formula(side_by_side).evaluate({}) == MAX_DEPTH + 1
    deep = MAX_DEPTH - 1
    assert Formula("(" * deep + "a" + ")" * deep).evaluate(VALUES) == 7
    digits = "9" * 499
    with pytest.raises(EngineError) as refusal:
        Formula(f"{digits}*{digits}").quantity({})
    assert refusal.value.code == "result_too_large"


def test_quantity_is_rounded():
    assert str(Formula("a / 3").quantity(VALUES)) == "2.333333333333"
    assert str(Formula("a / 3").quantity(VALUES, Rounding("up", 0))) == "3"
    assert Formula("a / 3 + [a-b]").names == {"a", "a-b"}
    assert Formula("a") == Formula("a") != Formula("b")


@st.composite
def expressions(draw, depth=0):
    """Formulas that Python reads alike; its own numbers are replaced by fractions below."""
    if depth > 3 or draw(st.booleans()):
        return draw(st.sampled_from(["a", "b", "7", "0.25", "3", "12.5"]))
    one, two = draw(expressions(depth=depth + 1)), draw(expressions(depth=depth + 1))
    sign = draw(st.sampled_from("+-*/"))
    forms = [f"{one} {sign} {two}", f"({one}{sign}{two})", f"-({one})", f"max({one}, {two})"]
    return draw(st.sampled_from(forms))


class _Fractions(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.parse(f"F('{node.value}')", mode="eval").body


@given(expressions())
def test_formulas_mean_what_python_means(text):
    tree = ast.fix_missing_locations(_Fractions().visit(ast.parse(text, mode="eval")))
    names = {"F": Fraction, "max": max, "a": Fraction(7), "b": Fraction(2)}
    try:
        expected = eval(compile(tree, "formula", "eval"), names)
    except ZeroDivisionError:
        expected = "formula_division_by_zero"
    try:
        found = Formula(text).evaluate(VALUES)
    except EngineError as error:
        found = error.code
    assert found == expected


@given(st.text("ab01.+-*/(),[] min", max_size=20))
def test_any_text_is_read_or_refused(text):
    try:
        Formula(text).evaluate({"a": dec(1), "b": dec(3)})
    except EngineError as error:
        assert error.code.startswith(("formula_", "bad_decimals"))
