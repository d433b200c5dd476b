"""A call of the command line, as every test of a verb makes it."""

import json

import pytest

from waferway.cli import run


def _refuse(text):
    raise AssertionError(f"{text} is no JSON")


class Call:
    """Exit code, standard output and standard error of one call."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def json(self):
        """Standard output as one strict JSON object."""
        found = json.loads(self.out, parse_constant=_refuse)
        assert isinstance(found, dict)
        return found


@pytest.fixture
def waferway(capsys):
    def call(*arguments):
        code = run([str(argument) for argument in arguments])
        return Call(code, *capsys.readouterr())

    return call
