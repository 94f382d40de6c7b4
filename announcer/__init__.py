"""Announcer: the organisation's own people first."""

__version__ = "0.1.0"
