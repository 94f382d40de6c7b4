"""The naive way: a Celery task with a countdown that opens a connection and sends.

The worker is told by BENCH_REDIS where the queue is and by BENCH_SMTP where mail goes.
"""

import os
import smtplib

from celery import Celery

QUEUE = "bench"

app = Celery("bench", broker=os.environ.get("BENCH_REDIS", "memory://"))
app.conf.update(task_default_queue=QUEUE, task_ignore_result=True)


@app.task(name="bench.send")  # type: ignore[untyped-decorator]
def send(recipient: str, message: str) -> None:
    """Send one mail."""
    with smtplib.SMTP("127.0.0.1", int(os.environ["BENCH_SMTP"])) as server:
        server.sendmail("bench@hallefors.example", [recipient], message.encode())
