"""What counts as a mail address in a list somebody typed."""

from email_validator import EmailNotValidError, validate_email


def mail_address(text: str) -> str | None:
    """The address with its domain in lower case and ASCII, or None if it is none.

    Syntax only (RFC 5321, RFC 6531); nothing is looked up. Control characters, blanks, quoted
    local parts and display names are no part of an address here.
    """
    try:
        address = validate_email(
            text,
            check_deliverability=False,
            strict=True,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
        )
    except EmailNotValidError:
        return None
    # A domain with å, ä or ö has an ASCII form that every mail server takes (RFC 5891).
    return address.ascii_email or address.normalized
