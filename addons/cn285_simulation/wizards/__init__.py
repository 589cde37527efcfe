from . import margin_work, simulation_export
