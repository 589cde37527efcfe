"""A clock is frozen in milliseconds, however many modules a run has loaded.

Each time, freezegun lists all names of some 5,000 modules to learn which of them changed: a sixth
of a test's time. How many names a module has tells the same, as none is put in place of another.
"""

import freezegun.api


def _names_of(module):
    """What changes when a module gets or loses a name."""
    return f"{id(module)}-{len(vars(module))}"


def pytest_configure():
    freezegun.api._get_module_attributes_hash = _names_of
