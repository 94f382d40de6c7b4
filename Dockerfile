# One image for every process; which one it is, docker-compose.yml says.
# No secret is in it, and nothing in it runs as root.
FROM python:3.11-slim AS build
WORKDIR /srv/announcer
COPY requirements.txt ./
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY announcer announcer
COPY workers workers
COPY web web
COPY policies policies
COPY examples examples
RUN /opt/venv/bin/pybabel -q compile --directory announcer/translations --domain messages \
 && /opt/venv/bin/python -m compileall -q announcer workers web

FROM python:3.11-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends hunspell hunspell-sv \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin announcer
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/announcer /srv/announcer
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin PYTHONPATH=/srv/announcer \
    PYTHONUTF8=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 TZ=UTC HOME=/tmp
USER 10001:10001
WORKDIR /tmp
CMD ["python", "-m", "announcer", "--help"]
