from . import test_dunning, test_holds, test_suspension
