"""The files for Prometheus and Grafana name what the program really tells, and nothing else."""

import json
import re
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.functional.visitor import Visitor
from tests.world import ROOT, World

FILES = ROOT / "deploy" / "monitoring"
OPERATOR = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
METRIC = re.compile(r"\bannouncer_[a-z_]+")
TOKEN = "a-token-of-forty-characters-for-the-tests"


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((FILES / "announcer.rules.yml").read_text("utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FILES / "grafana-dashboard.json").read_text("utf-8"))
    return found


def shown() -> set[str]:
    return {
        name
        for panel in dashboard()["panels"]
        for target in panel["targets"]
        for name in METRIC.findall(target["expr"])
    }


def watched() -> set[str]:
    return {name for rule in rules() for name in METRIC.findall(rule["expr"])}


def told(world: World, visitor: Visitor) -> set[str]:
    world.metrics_token(TOKEN)
    answer = visitor.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    return {
        sample.name
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_rules_and_dashboard_ask_for_what_is_told(world: World, anonymous: Visitor) -> None:
    names = told(world, anonymous)
    assert shown()
    assert shown() <= names
    assert watched() <= names


def test_every_figure_is_seen_on_the_dashboard_and_explained(
    world: World, anonymous: Visitor
) -> None:
    for name in told(world, anonymous):
        assert name in shown(), name
        assert f"`{name}`" in OPERATOR, name


def test_what_is_late_wakes_somebody_and_every_alert_says_what_to_do() -> None:
    by_name = {rule["alert"]: rule for rule in rules()}
    assert by_name["AnnouncerUrgentWorkLate"]["labels"]["severity"] == "page"
    for name, rule in by_name.items():
        assert rule["labels"]["severity"] in ("page", "ticket"), name
        assert rule["annotations"]["summary"], name
        assert rule["annotations"]["remedy"], name
        assert f"`{name}`" in OPERATOR, name


def test_the_place_that_is_read_is_the_one_that_answers() -> None:
    config = yaml.safe_load((FILES / "prometheus.yml").read_text("utf-8"))
    (job,) = config["scrape_configs"]
    assert config["rule_files"] == ["announcer.rules.yml"]
    assert job["metrics_path"] == "/metrics"
    assert job["authorization"]["type"] == "Bearer"
    assert all(f'job="{job["job_name"]}"' in r["expr"] for r in rules() if "up{" in r["expr"])


def test_panels_have_places_of_their_own() -> None:
    places = [panel["gridPos"] for panel in dashboard()["panels"]]
    cells = [
        (x, y)
        for p in places
        for x in range(p["x"], p["x"] + p["w"])
        for y in range(p["y"], p["y"] + p["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in dashboard()["panels"]}) == len(places)
