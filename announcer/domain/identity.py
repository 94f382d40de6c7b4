"""Who answers for who somebody is: an identity provider of the organisation's own."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from announcer.domain.errors import N_, Refusal

#: RFC 6749 section 3.3; "profile" brings preferred_username.
SCOPE = "openid profile"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class ProviderAway(Refusal):
    """The provider does not answer, or not as OpenID Connect says; ``why`` is for its operator."""

    def __init__(self, why: str) -> None:
        super().__init__(N_("Inloggningstjänsten svarar inte just nu."))
        self.why = why


class NotProven(Refusal):
    """The provider answered, and it does not prove who somebody is; ``why`` is for its operator."""

    def __init__(self, why: str) -> None:
        super().__init__(N_("Inloggningen kunde inte bekräftas."))
        self.why = why


@dataclass(frozen=True)
class IdentityProvider:
    """An OpenID Connect provider, as it was told about this intranet.

    ``person_claim`` names the claim that says who somebody is in the directory of staff.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    person_claim: str = "preferred_username"
    groups_claim: str = "groups"
    scope: str = SCOPE


def is_private_enough(url: str) -> bool:
    """Whether nobody on the way can read or change what is said: TLS, or this machine itself."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
