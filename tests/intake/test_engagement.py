"""engagement.yaml: what is accepted, and what is said of what is not."""

from datetime import date, time
from pathlib import Path

import pytest

from opsmodel.errors import ClientError, EngagementError
from opsmodel.intake import engagement
from opsmodel.intake.engagement import Engagement, find_client, read

LEAST = {"client": "demo", "timezone": "Asia/Shanghai"}


def client(tmp_path: Path, text: str, name: str = "demo") -> Path:
    folder = tmp_path / name
    folder.mkdir()
    (folder / engagement.FILE).write_text(text, encoding="utf-8")
    return folder


def test_the_least_engagement_has_the_default_path_of_stages():
    settings = Engagement(**LEAST)
    assert [(s.name, s.zh, s.event) for s in settings.stages] == [
        ("acquire", "引流", "joined"),
        ("close", "成交", "ordered"),
        ("repurchase", "复购", "ordered"),
    ]
    assert [(s.name, s.event, s.after) for s in settings.loops] == [
        ("share", "shared", "acquire"),
        ("refer", "referred", "close"),
    ]
    assert (settings.title, settings.source, settings.source_timezone) == ("demo", "raw", "Asia/Shanghai")
    assert (settings.as_of, settings.day_cutoff, settings.windows.within_days) == (None, time(0), 90)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("4", time(4)), ('"04:30"', time(4, 30)), ("4:30", time(4, 30)), ("04:00", time(4)), ("0", time(0))],
)
def test_a_day_cutoff_is_an_hour_or_a_clock_time_quoted_or_not(tmp_path, written, meant):
    folder = client(tmp_path, f"client: demo\ntimezone: Asia/Shanghai\nday_cutoff: {written}\n")
    assert read(folder).day_cutoff == meant


def test_a_date_is_read_as_a_date(tmp_path):
    folder = client(tmp_path, "client: demo\ntimezone: UTC\nas_of: 2025-06-30\n")
    assert read(folder).as_of == date(2025, 6, 30)


@pytest.mark.parametrize(
    ("line", "wrong", "found", "fix"),
    [
        ("curency: CNY", "curency is not a setting", "'CNY'", "write currency."),
        ("timezone: Asia/Shanghia", "timezone cannot be used", "'Asia/Shanghia'", "such as Asia/Shanghai"),
        ("day_cutoff: 25:00", "day_cutoff cannot be used", "1500", 'an hour such as 4, or "04:30"'),
        ("language: fr", "language cannot be used", "'fr'", "'zh' or 'en'"),
        ("columns: {order: {a: b}}", "columns.order", "'order'", "write one of stores, customers, orders"),
        ("as_of: soon", "as_of cannot be used", "'soon'", "date"),
        ("loops: [{name: x, event: y, after: z}]", "cannot be used", "", "follows 'z'; write one of acquire"),
        ("stages: [{name: a, event: x}, {name: a, event: y}]", "cannot be used", "", "share the name 'a'"),
        ("targets: {close_90d: high}", "targets.close_90d cannot be used", "high", "valid number"),
        (
            "stages: [{name: a, event: {table: orders, where: {tier: [x]}}}]",
            "stages.0.event cannot be used",
            "tier",
            "tier is no column of orders",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(tmp_path, line, wrong, found, fix):
    rest = "".join(f"{k}: {v}\n" for k, v in LEAST.items() if not line.startswith(k))
    with pytest.raises(EngagementError) as error:
        read(client(tmp_path, f"{rest}{line}\n"))
    assert wrong in error.value.wrong
    assert found in error.value.found
    assert fix in error.value.fix
    assert len(str(error.value).splitlines()) == 3


def test_a_missing_setting_is_named(tmp_path):
    with pytest.raises(EngagementError, match="timezone is missing"):
        read(client(tmp_path, "client: demo\n"))


def test_broken_yaml_is_shown_with_its_line(tmp_path):
    with pytest.raises(EngagementError, match=r"not valid YAML(.|\n)*line 3, column"):
        read(client(tmp_path, "client: demo\ntitle: [a\nlanguage: zh\n"))


def test_settings_that_are_no_settings_are_refused(tmp_path):
    with pytest.raises(EngagementError, match="holds no settings"):
        read(client(tmp_path, "- a\n- b\n"))


def test_an_unknown_client_is_refused_with_near_names(tmp_path, monkeypatch):
    client(tmp_path, "client: demo\n")
    monkeypatch.setenv("OPSMODEL_DATA", str(tmp_path))
    with pytest.raises(ClientError) as error:
        find_client("dmeo")
    assert error.value.wrong == "there is no client 'dmeo'."
    assert error.value.fix == "use demo."
    assert error.value.found.startswith("demo in ")


def test_a_client_is_found_by_name_and_by_path(tmp_path, monkeypatch):
    folder = client(tmp_path, "client: demo\n")
    monkeypatch.setenv("OPSMODEL_DATA", str(tmp_path))
    assert find_client("demo") == find_client(folder) == folder.resolve()


def test_a_folder_without_engagement_is_told_how_the_least_one_looks(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "orders.csv").write_text("a")
    with pytest.raises(EngagementError) as error:
        find_client(tmp_path)
    assert "orders.csv" in error.value.found
    assert "timezone: Asia/Shanghai" in error.value.fix
    assert len(str(error.value).splitlines()) == 3


def test_a_client_name_that_leads_elsewhere_is_refused(tmp_path):
    with pytest.raises(EngagementError, match="client cannot be used"):
        read(client(tmp_path, "client: ../../etc\ntimezone: UTC\n"))
