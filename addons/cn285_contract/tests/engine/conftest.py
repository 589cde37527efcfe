"""Make the engine importable as ``cn285_engine``, without its addon and so without Odoo."""

import importlib.util
import sys
from pathlib import Path

NAME = "cn285_engine"

if NAME not in sys.modules:
    folder = Path(__file__).parents[2] / "engine"
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)
