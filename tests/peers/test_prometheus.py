"""Prometheus itself reads our rules and our metrics, and its alerts fire when they should."""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.functional.test_monitoring_files import FILES, TOKEN
from tests.functional.visitor import Visitor
from tests.world import World

pytestmark = pytest.mark.peers


def promtool(*words: str, given: str = "", where: Path = FILES) -> str:
    done = subprocess.run(
        ["promtool", *words], input=given, capture_output=True, text=True, cwd=where, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_prometheus_takes_the_configuration_and_the_rules() -> None:
    assert "9 rules found" in promtool("check", "rules", "announcer.rules.yml")
    promtool("check", "config", "--syntax-only", "prometheus.yml")


def test_prometheus_finds_nothing_wrong_with_the_metrics(world: World) -> None:
    world.metrics_token(TOKEN)
    answer = Visitor(world.url).client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert promtool("check", "metrics", given=answer.text).strip() == ""


#: Series as an installation tells them, a value a minute, and who must be called after how long.
DAYS = {
    "a good day": (
        ["up{job='announcer'} 1x20", "announcer_oldest_due_seconds{queue='urgent'} 3x20"],
        {},
    ),
    "the intranet is gone": (["up{job='announcer'} 0x20"], {"10m": ["AnnouncerGone"]}),
    "nobody reads it at all": (["other 1x20"], {"10m": ["AnnouncerGone"]}),
    "the urgent worker is gone": (
        ["up{job='announcer'} 1x20", "announcer_oldest_due_seconds{queue='urgent'} 0+60x20"],
        {"2m": [], "6m": ["AnnouncerUrgentWorkLate"]},
    ),
    "a page cannot be read back": (
        ["up{job='announcer'} 1x20", "announcer_unconfirmed_page_seconds 0+60x20"],
        {"5m": [], "10m": ["AnnouncerPageUnconfirmed"]},
    ),
    "a newsroom is in doubt": (
        [
            "up{job='announcer'} 1x20",
            "announcer_deliveries_in_doubt{decided_by='person'} 1x20",
            "announcer_deliveries_in_doubt{decided_by='itself'} 7x20",
        ],
        {"20m": ["AnnouncerInDoubt"]},
    ),
    "two hosts, two versions": (
        [
            "up{job='announcer'} 1x40",
            "announcer_build_info{version='1',schema='1',instance='a'} 1x40",
            "announcer_build_info{version='2',schema='1',instance='b'} 1x40",
        ],
        {"35m": ["AnnouncerVersionsApart"]},
    ),
}


@pytest.mark.parametrize("day", DAYS)
def test_who_must_be_called_is_called_and_nobody_else(day: str, tmp_path: Path) -> None:
    series, expected = DAYS[day]
    split = [one.replace("'", '"').rsplit(" ", 1) for one in series]
    alerts = [
        rule["alert"]
        for rule in yaml.safe_load((FILES / "announcer.rules.yml").read_text("utf-8"))["groups"][0][
            "rules"
        ]
    ]
    moments = expected or {"15m": []}
    test = {
        "rule_files": [str(FILES / "announcer.rules.yml")],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in split],
                "promql_expr_test": [
                    {
                        "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)',
                        "eval_time": when,
                        "exp_samples": [{"labels": "{}", "value": int(alert in firing)}],
                    }
                    for when, firing in moments.items()
                    for alert in alerts
                    if alert != "AnnouncerClockApart"  # the test's clock begins in 1970
                ],
            }
        ],
    }
    file = tmp_path / "day.yml"
    file.write_text(yaml.safe_dump(test), encoding="utf-8")
    promtool("test", "rules", str(file), where=tmp_path)
