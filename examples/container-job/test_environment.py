import os
import sys


def test_environment_is_active():
    assert sys.prefix == os.environ["CONDA_PREFIX"] == "/opt/conda"
