from . import simulation_export
