"""Mail over SMTP: one message to many recipients, with an honest answer for each of them.

server.py       where mail is handed in, and the bounds the operator set
url.py          the same, read from an address
connection.py   one open connection: greeted, encrypted, signed in
pool.py         the few connections that a process keeps open
limits.py       what a server takes, as it announced it or as it was learned
budget.py       so many messages a minute
backoff.py      how long to wait, by the server's own reason
transaction.py  MAIL, RCPT, DATA and the dot
transport.py    all of it together
"""

from announcer.channels.smtp.server import SmtpServer
from announcer.channels.smtp.transport import SmtpTransport, send

__all__ = ["SmtpServer", "SmtpTransport", "send"]
