from . import test_margin, test_simulation, test_simulation_control, test_simulation_rights
