"""The supervisord of this machine, without two modules that take most of its start and that it has no use for here."""
import sys
from importlib import import_module
from types import SimpleNamespace


class EntryPoint:
    """As much of the one of pkg_resources as supervisord asks for."""

    def __init__(self, spec):
        self.module, _, self.name = spec.partition("=")[2].partition(":")

    @classmethod
    def parse(cls, spec):
        return cls(spec)

    def resolve(self):
        return getattr(import_module(self.module), self.name)


sys.modules["pkg_resources"] = SimpleNamespace(EntryPoint=EntryPoint)
# What is not to be found is done without.
sys.modules["ssl"] = None
from supervisor.supervisord import main

main()
