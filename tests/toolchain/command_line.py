"""The command line that the tests with random or foreign programs share."""
import argparse
import os


def parser(description, levels):
    """A parser with the tools and the optimisation levels (`levels` is the default)."""
    result = argparse.ArgumentParser(description=description.splitlines()[0])
    result.add_argument("--kvx-cc", required=True, type=os.path.abspath)
    result.add_argument("--mppasim", required=True, type=os.path.abspath)
    result.add_argument("--levels", default=levels)
    return result


def random_program_parser(description, count, levels):
    """The same for programs made from seeds; `count` of them by default."""
    result = parser(description, levels)
    result.add_argument("--count", type=int, default=count)
    result.add_argument("--seed", type=int, default=1)
    return result
