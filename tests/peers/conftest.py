"""People at their browsers, here as well."""

from tests.functional.conftest import publish, sign_in

__all__ = ("publish", "sign_in")
