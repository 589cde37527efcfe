"""Files become records: entries are read, cells become values, references become ids, kind by kind.

Addons above register their kinds with ``cn285.import.loader``.
A load of files (``import_load``) is a record: it goes in batches, goes on after a kill, is tried,
and undone.
Called by: the wizard, and ``make load``.
"""

from . import (
    import_loader,
    import_load,
    import_load_parts,
    import_load_run,
    import_load_undo,
    import_mapping,
    import_record,
    import_templates,
)
