"""The dialog of an import: files in, the report and the refused rows out.
Called by: the menu *Import*. It calls the loader in ``models``.
"""

from . import import_wizard, import_columns
