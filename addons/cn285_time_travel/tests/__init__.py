from . import test_crons, test_held_mail, test_rhythm, test_time_travel
