"""The check that a method of a model is defined once inside an addon."""

import pytest

import check_methods


@pytest.fixture
def addon(tmp_path):
    """Writes files of an addon; returns how many of its methods are defined again."""
    folder = tmp_path / "addons" / "cn285_sample"

    def write(**files):
        for name, text in {"__manifest__": "{}", **files}.items():
            path = folder / f"{name.replace('__of__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return {key: len(places) for key, places in check_methods.defined_again(folder).items()}

    return write


def model(head, *methods):
    lines = [f"class Sample(models.Model):\n    {head}\n"]
    lines += [f"    def {name}(self):\n        return super().{name}()\n" for name in methods]
    return "\n".join(lines)


def test_once(addon):
    assert (
        addon(one=model('_name = "sample"', "a", "b"), two=model('_inherit = "sample"', "c")) == {}
    )


def test_again_in_another_file(addon):
    again = addon(
        one=model('_name = "sample"', "a", "b"),
        two=model('_inherit = "sample"', "a"),
        three=model('_inherit = ["sample"]', "a", "b"),
    )
    assert again == {("sample", "a"): 3, ("sample", "b"): 2}


def test_again_in_the_same_file(addon):
    text = model('_name = "sample"', "a") + model('_inherit = "sample"', "a")
    assert addon(one=text) == {("sample", "a"): 2}


def test_a_name_goes_before_what_it_inherits(addon):
    """A new model on top of others shares no method with them."""
    again = addon(
        one=model('_inherit = "sample"\n    _name = "other"', "a"),
        two=model('_inherit = "sample"', "a"),
        three=model('_name = "third"\n    _inherit = ["sample", "mail.thread"]', "a"),
    )
    assert again == {}


def test_tests_and_other_classes_do_not_count(addon):
    again = addon(
        one=model('_inherit = "sample"', "setUp"),
        tests__of__two=model('_inherit = "sample"', "setUp"),
        three=model("values = 1", "setUp") + model("values = 1", "setUp"),
    )
    assert again == {}


def test_exit_code_and_what_is_said(addon, tmp_path, capsys):
    addon(
        one=model('_name = "sample"', "a"),
        two=model('_inherit = "sample"', "a") + "\n" * check_methods.LONG,
    )
    addons = tmp_path / "addons"
    assert check_methods.main(addons, tmp_path) == 1
    said = capsys.readouterr().out
    assert "cn285_sample: 1 methods are defined more than once" in said
    assert "sample.a: addons/cn285_sample/one.py:4, addons/cn285_sample/two.py:4" in said
    assert "addons/cn285_sample/two.py: 40" in said

    (addons / "cn285_sample" / "one.py").write_text("")
    assert check_methods.main(addons, tmp_path) == 0


def test_tests_of_engines_of_one_name(tmp_path, capsys):
    for name in ("cn285_one", "cn285_two"):
        folder = tmp_path / "addons" / name / "tests" / "engine"
        folder.mkdir(parents=True)
        (folder / "test_engine_same.py").write_text("")
        (folder / f"test_engine_of_{name}.py").write_text("")
    assert check_methods.main(tmp_path / "addons", tmp_path) == 1
    said = capsys.readouterr().out
    assert "test_engine_same.py: tests of engines need names of their own: addons/cn285_one" in said
    assert "test_engine_of" not in said
