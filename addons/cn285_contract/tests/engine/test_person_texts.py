import pytest
from cn285_engine.person_texts import PersonTexts

TEXTS = PersonTexts(
    ["Jean O'Dupont", "jean@dupont.example", "12 rue de la Paix", "Al"], ["+33 6 12 34 56 78"]
)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Appeler JEAN o'dupont demain", "Appeler … demain"),
        ("O'Dupont, Jean", "…"),
        ("<b>Jean O&#39;Dupont</b>", "<b>…</b>"),
        ("Jean\n O'Dupont", "…"),
        ("a jean@dupont.example b", "a … b"),
        ("12  rue de la paix", "…"),
        ("06 12 34 56 78, 06.12.34.56.78", "…, …"),
        ("+33(0)6 12 34 56 78", "…"),
        ("0033612345678", "…"),
        ("1612345678 and Jean O'Duponts", "1612345678 and Jean O'Duponts"),
        ("Al is too short", "Al is too short"),
        ("", ""),
    ],
)
def test_names_are_taken_out(text, clean):
    assert TEXTS.without(text, "…") == clean
    assert TEXTS.is_in(text) == (text != clean)


def test_data_of_any_depth():
    data = {"to": ["Jean O'Dupont", {"jean@dupont.example": 3}], "n": 1.5, "none": None}
    assert TEXTS.without(data, "…") == {"to": ["…", {"…": 3}], "n": 1.5, "none": None}


def test_nobody():
    assert PersonTexts([]).without("Jean", "…") == "Jean"


def test_a_mark_with_a_backslash_is_text():
    assert TEXTS.without("jean@dupont.example", r"\1") == r"\1"
