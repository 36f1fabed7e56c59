"""The demonstration workspace, for the tests of this folder."""

from demo_world import demo

__all__ = ["demo"]
