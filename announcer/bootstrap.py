"""The only place that wires: settings in, an installation out."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from announcer.config import Config, NewsroomConfig
from announcer.db.engine import Database, Point, silent
from announcer.db.schema import refuse_unknown, refuse_wrong_newsroom
from announcer.domain.channel import BUILT_IN
from announcer.domain.errors import SetupError
from announcer.domain.organisation import Sender
from announcer.domain.plan import Gate, may_start
from announcer.domain.policy import Policy, load_policy, parse_policy, read_toml
from announcer.domain.policy.channels import with_absent
from announcer.domain.policy.spokespersons import answers_in_words
from announcer.lean import OnFirstUse
from announcer.render.catalogue import translator
from announcer.services import installed, reader_token
from announcer.services.installation import Installation
from announcer.services.released import Newsroom

if TYPE_CHECKING:
    from announcer.channels import builtin, intranet, registry
else:  # the newsroom, which is wired here too, sends nothing
    builtin = OnFirstUse("announcer.channels.builtin")
    intranet = OnFirstUse("announcer.channels.intranet")
    registry = OnFirstUse("announcer.channels.registry")


def install(
    config: Config, *, point: Point = silent, gate: Gate = may_start, asks_after: float = 0.0
) -> Installation:
    """Wire an installation. Nothing is connected yet, so it may be done before a fork.

    ``asks_after`` is the database's; ``point`` and ``gate`` are given by tests only. Raises
    `PolicyError` or `SetupError`.
    """
    table = read_toml(config.policy)
    others = registry.brought()
    kinds = registry.kinds(others)
    policy = parse_policy(table, str(config.policy), kinds)
    database = Database(config.database_url, point, asks_after=asks_after)
    address = policy.organisation.email
    return Installation(
        database=database,
        policy_table=table,
        sender=sender_of(policy, config.policy.parent),
        channels=builtin.built_in(
            config.smtp,
            intranet.IntranetAddress(
                config.intranet_url,
                lambda audience: reader_token.sign(config.secret_key, audience),
            ),
            staff_sender=address,
            press_sender=address,
            newsroom_url=config.newsroom_url,
        )
        | registry.set_up(others, policy.channels_used, config.channels),
        kinds=kinds,
        base_url=config.intranet_url,
        mail_domain=address.rpartition("@")[2],
        gate=gate,
        wake=database.notify,
    )


def read_policy(path: Path) -> Policy:
    """Read and check a policy file with the channels that are installed here.

    Raises `PolicyError` or `SetupError`.
    """
    return load_policy(path, registry.kinds())


def refuse_unset(path: Path, given: Mapping[str, str]) -> None:
    """Raise `PolicyError` or `SetupError` unless a policy file can be used here, with the settings
    that are ``given`` for channels of packages."""
    others = registry.brought()
    policy = load_policy(path, registry.kinds(others))
    registry.set_up(others, policy.channels_used, given)


def sender_of(policy: Policy, folder: Path) -> Sender:
    """The organisation with the bytes of its logo, which lies beside the policy file."""
    organisation = policy.organisation
    logos = []
    for ending in (".svg", ".png"):
        path = folder / f"{organisation.logo}{ending}"
        try:
            logos.append(path.read_bytes())
        except OSError as error:
            raise SetupError(
                f"{path}: cannot read the logo named by organisation.logo: {error.strerror}."
            ) from None
    return Sender(
        name=organisation.name,
        short_name=organisation.short_name,
        address=organisation.address,
        phone=organisation.phone,
        email=organisation.email,
        web=organisation.web,
        colour=organisation.colour,
        accent=organisation.accent,
        logo_svg=logos[0],
        logo_png=logos[1],
        time_zone=organisation.time_zone,
        language=organisation.language,
    )


def ready(installation: Installation) -> Installation:
    """The same, after making sure that the database answers and has the schema we know, and that
    every channel is there through which something is on its way.

    Nothing stays connected, so it may be done before a fork.
    """
    try:
        installation.database.check()
        refuse_unknown(installation.database.url)
        with installation.database.reading() as session:
            faults = list(installed.channel_faults(session, installation))
    finally:
        installation.database.dispose()
    if faults:
        raise SetupError("\n".join(faults))
    return installation


def open_newsroom(config: NewsroomConfig) -> Newsroom:
    """Wire the public side: released items and the sender, nothing else. Connects to nothing."""
    table = read_toml(config.policy)
    # It sends nothing, so packages that bring channels need not be installed on its machine.
    policy = parse_policy(table, str(config.policy), with_absent(table, BUILT_IN))
    return Newsroom(
        database=Database(config.database_url),
        sender=sender_of(policy, config.policy.parent),
        languages=policy.organisation.languages,
        base_url=config.url,
        answers={
            language: answers_in_words(policy, translator(language))
            for language in policy.organisation.languages
        },
    )


def ready_newsroom(newsroom: Newsroom) -> Newsroom:
    """The same, after making sure that its role sees what is released and nothing else."""
    refuse_wrong_newsroom(newsroom.database.url)
    return newsroom
