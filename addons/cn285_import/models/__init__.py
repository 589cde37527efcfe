"""Files become records: entries are read, cells become values, references become ids, kind by kind.

Addons above register their kinds with ``cn285.import.loader``.
Called by: the wizard, and ``make load``.
"""

from . import import_loader, import_mapping, import_templates
