"""Lists for staff: inert, whole, never overwritten, and mapped back by the client's own key alone."""

import csv
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from opsmodel import leads, lists, open_client, referral
from opsmodel.__main__ import main
from opsmodel.errors import ArgumentError, ClientError, TableError
from opsmodel.lists.people import inert, people


@dataclass
class Home:
    """As much of a client as lists need: a folder with a secret, and customers."""

    folder: Path
    name: str = "shop"
    language: str = "zh"
    as_of: date = date(2024, 6, 30)
    n: int = 60

    @property
    def chain(self):
        return self

    @property
    def customers(self):
        return ibis.memtable({"customer_id": [f"00{number}" for number in range(self.n)]})


@pytest.fixture
def home(tmp_path):
    return make(tmp_path / "shop")


def make(folder, secret="ab"):
    folder.mkdir()
    (folder / "secret.key").write_text(secret * 32)
    return Home(folder)


def audience(n=20, **columns):
    rows = {"customer_id": [f"00{number}" for number in range(n)], "store_id": "0012", "staff_id": "007"}
    return pd.DataFrame({**rows, "reason": "replied", **columns})


def sheets(found):
    """The cells of both files of a written list."""
    by_ending = {path.suffix: path for path in found["file"]}
    with by_ending[".csv"].open(encoding="utf-8-sig", newline="") as file:
        text = list(csv.reader(file))
    book = CalamineWorkbook.from_path(str(by_ending[".xlsx"])).get_sheet_by_index(0).to_python()
    return text, book


def test_a_list_has_one_row_a_person_and_says_the_same_in_both_files(home, tmp_path):
    found = lists.write(audience(touch="call"), client=home, name="名单 a", folder=tmp_path / "out")
    assert [path.name for path in found["file"]] == ["名单 a_2024-06-30.xlsx", "名单 a_2024-06-30.csv"]
    text, book = sheets(found)
    assert text == book
    assert text[0] == ["名单编号", "门店", "员工", "排名", "原因", "建议动作", "留白对照"]
    assert len(text) == 1 + found["n_people"][0]
    assert found["n_people"][0] + found["n_held_out"][0] == 20
    assert text[1][1:] == ["0012", "007", "", "replied", "call", "否"]


def test_excel_reads_the_csv_as_chinese(home, tmp_path):
    found = lists.write(audience(), client=home, name="a", folder=tmp_path)
    assert found["file"][1].read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in found["file"][1].read_bytes()


def test_leading_zeros_stay_and_no_list_id_can_be_read_as_a_number(home, tmp_path):
    _, book = sheets(lists.write(audience(50), client=home, name="a", folder=tmp_path))
    assert {(row[1], row[2]) for row in book[1:]} == {("0012", "007")}
    assert all(isinstance(cell, str) for row in book for cell in row)
    assert all(row[0].startswith("C") and len(row[0]) == 13 for row in book[1:])


HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＋1", "－1",
           "＠a", "\u202e=1", "\ufeff=1", "\x00=1", "−1"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_begins_like_a_formula(home, tmp_path, text):
    table = audience(12, reason=text, touch=text, store_id=text, staff_id=text)
    for rows in sheets(lists.write(table, client=home, name="a", folder=tmp_path)):
        for cell in (cell for row in rows[1:] for cell in row):
            assert cell[:1] not in set("=+-@\t\r＝＋－＠−")
    assert b"<f>" not in (tmp_path / "a_2024-06-30.xlsx").read_bytes()


@given(text=st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_whatever_the_text_it_becomes_inert_and_stays_so(text):
    once = inert(text)
    assert once[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert inert(once) == once
    assert not any(ord(char) < 32 for char in once)


def test_doubles_become_one_row_with_the_best_rank_and_all_reasons():
    rows = pd.DataFrame(
        {"customer_id": ["b", "a", "b", None], "rank": [3, 2, 1, 1], "store_id": ["S1", "S1", "S2", "S1"],
         "reason": ["late", "new", "big", "x"], "touch": ["call", "write", "call", "x"]}
    )  # fmt: skip
    found = people(rows)[["customer_id", "rank", "store_id", "reason", "touch"]].values.tolist()
    assert found == [["b", 1, "S2", "big; late", "call"], ["a", 2, "S1", "new", "write"]]


def test_partners_stand_by_their_place_with_what_to_ask_them(home, tmp_path, shop, as_of):
    found = lists.write(
        referral.partners(shop, as_of=as_of), client=home, name="p", folder=tmp_path, held_out="flagged"
    )
    text, _ = sheets(found)
    assert [row[3] for row in text[1:]] == ["1", "2"]
    assert all(row[4] and row[5] for row in text[1:])


def test_any_table_of_people_will_do_lazy_or_not(home, tmp_path):
    audiences = pd.DataFrame({"customer_id": ["001", "002"], "audience": ["SVIP", "SVIP"]})
    text, _ = sheets(lists.write(ibis.memtable(audiences), client=home, name="a", folder=tmp_path))
    assert [row[4] for row in text[1:]] == ["SVIP"]
    assert lists.write(audience(0), client=home, name="empty", folder=tmp_path)["n_people"].tolist() == [0, 0]
    with pytest.raises(TableError, match="people"):
        lists.write(pd.DataFrame({"phone": ["1"]}), client=home, name="b", folder=tmp_path)


def test_the_held_out_are_drawn_left_out_and_kept_in_the_ledger(home, tmp_path):
    found = lists.write(audience(60), client=home, name="june", folder=tmp_path)
    ledger = pd.read_csv(home.folder / "lists" / "june.csv", dtype=str)
    held = set(ledger.loc[ledger["held_out"] == "yes", "list_id"])
    text, _ = sheets(found)
    assert len(held) >= 6
    assert not held & {row[0] for row in text}
    assert len(ledger) == 60
    assert not set(ledger.columns) & {"customer_id"}


def test_flagged_people_stand_in_the_file_with_their_flag(home, tmp_path):
    found = lists.write(audience(40), client=home, name="a", folder=tmp_path, held_out="flagged")
    text, _ = sheets(found)
    assert [row[6] for row in text].count("是") == found["n_held_out"][0] >= 4
    assert len(text) == 41


def test_a_person_keeps_the_side_in_every_later_edition(home, tmp_path):
    lists.write(audience(60), client=home, name="june", folder=tmp_path / "1")
    later = Home(home.folder, as_of=date(2024, 7, 7))
    lists.write(audience(25), client=later, name="june", folder=tmp_path / "2")
    ledger = pd.read_csv(home.folder / "lists" / "june.csv", dtype=str)
    assert len(ledger) == 85
    assert ledger.groupby("list_id")["held_out"].nunique().max() == 1


def test_a_hold_out_of_the_callers_own_must_be_large_enough_and_keep_the_sides(home, tmp_path):
    table = leads.hold_out(audience(40), list_name="a", salt="own")
    lists.write(table, client=home, name="a", folder=tmp_path / "1")
    with pytest.raises(ArgumentError, match="change sides"):
        lists.write(table.assign(held_out=~table["held_out"]), client=home, name="a", folder=tmp_path / "2")
    with pytest.raises(ArgumentError, match="too few"):
        lists.write(audience(40, held_out=False), client=home, name="b", folder=tmp_path)
    with pytest.raises(ArgumentError, match="at least 10 %"):
        lists.write(audience(), client=home, name="c", folder=tmp_path, share=0.01)


def test_the_same_list_again_changes_nothing_and_another_is_refused(home, tmp_path):
    first = lists.write(audience(), client=home, name="a", folder=tmp_path)
    bytes_before = [path.read_bytes() for path in first["file"]]
    again = lists.write(audience(), client=home, name="a", folder=tmp_path)
    pd.testing.assert_frame_equal(first, again)
    with pytest.raises(ArgumentError, match="another list lies here"):
        lists.write(audience(reason="else"), client=home, name="a", folder=tmp_path)
    assert [path.read_bytes() for path in first["file"]] == bytes_before
    assert len(pd.read_csv(home.folder / "lists" / "a.csv")) == 20


def test_a_write_that_fails_leaves_nothing_behind(home, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        lists.write(audience(), client=home, name="a", folder=tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", ["", "../a", "a/b", ".hidden", "a" * 61, "=a", "a\n"])
def test_a_name_that_is_a_path_or_worse_is_refused(home, tmp_path, name):
    with pytest.raises(ArgumentError, match="name"):
        lists.write(audience(), client=home, name=name, folder=tmp_path)


def test_a_list_does_not_go_into_a_report_folder(home, tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ArgumentError, match="report folder"):
        lists.write(audience(), client=home, name="a", folder=tmp_path / "S001")


def test_split_files_hold_their_own_people_under_safe_names(home, tmp_path):
    table = audience(20, staff_id=["../x", "E1"] * 10)
    found = lists.write(table, client=home, name="a", folder=tmp_path / "out", split="staff_id")
    assert {path.parent for path in found["file"]} == {tmp_path / "out"}
    assert len(found) == 4
    assert found["n_people"].sum() + found["n_held_out"].sum() == 40  # two files each


def test_the_key_file_leads_back_and_lies_beside_the_secret(home, tmp_path):
    found = lists.write(audience(30), client=home, name="a", folder=tmp_path / "out")
    path = lists.key_file(home)
    assert path.parent == home.folder
    assert path.stat().st_mode & 0o077 == 0
    back = lists.identify(found["file"][1], client=home)
    ledger = set(pd.read_csv(home.folder / "lists" / "a.csv", dtype=str).query("held_out == 'no'")["list_id"])
    assert lists.list_ids(back["customer_id"], client=home) == dict(
        zip(back["customer_id"], back["名单编号"], strict=True)
    )
    assert set(back["名单编号"]) == ledger
    renamed = back[["名单编号"]].rename(columns={"名单编号": "user"})
    assert lists.identify(renamed, client=home)["customer_id"].tolist() == back["customer_id"].tolist()


def test_without_the_key_nothing_leads_back(home, tmp_path):
    other = make(tmp_path / "other", secret="cd")
    persons = [f"00{number}" for number in range(60)]
    mine, theirs = lists.list_ids(persons, client=home), lists.list_ids(persons, client=other)
    assert not set(mine.values()) & set(theirs.values())
    found = lists.write(audience(30), client=home, name="a", folder=tmp_path / "out")
    with pytest.raises(ClientError, match="key file"):
        lists.identify(found["file"][1], client=home)
    lists.key_file(other)
    with pytest.raises(TableError, match="no column holds list ids"):
        lists.identify(found["file"][1], client=other)
    for path in found["file"]:
        assert b"0017" not in path.read_bytes()


def test_list_ids_that_collide_are_refused(home):
    with pytest.raises(ClientError, match="share a list id"):
        lists.list_ids([str(number) for number in range(2000)], client=home, length=1)


def test_the_command_line_writes_a_list_of_the_stores_asked_for(tmp_path, capsys):
    from shutil import copytree

    demo = open_client("demo")
    copytree(demo.folder, tmp_path / "demo")
    out = tmp_path / "out"
    asked = ["list", str(tmp_path / "demo"), "win_back", "--stores", "S001", "--folder", str(out), "--keys"]
    assert main(asked) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "win_back_2025-06-30_S001.csv",
        "win_back_2025-06-30_S001.xlsx",
    ]
    assert (tmp_path / "demo" / "list_keys.csv").is_file()
    assert "held out" in capsys.readouterr().out
    assert main(["list", "demo", "nobody"]) == 2
