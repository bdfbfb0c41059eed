"""Rows that are wrong or come twice, planted among the good ones and counted.

A key of the count says what intake should do: `_merged` rows stand for another row, `_quarantined` rows
must not go in, `_note` rows go in.
"""

from typing import Any

import numpy as np
import pandas as pd

from opsmodel.intake.sample.mess import Mess


def orders(rows: pd.DataFrame, mess: Mess) -> pd.DataFrame:
    """Orders with rows nobody can use, order numbers used twice, and copies."""
    kinds: list[tuple[str, int, dict[str, Any]]] = [
        ("bad_date", 5, {"下单时间": "2024-02-30 10:00:00"}),
        ("future_date", 4, {"下单时间": "2035-03-05 14:03:00"}),
        ("amount_in_words", 4, {"实付金额": "赠品"}),
        ("negative_amount", 3, {"实付金额": "-35.00", "退款金额": "", "订单状态": "已完成"}),
        ("huge_amount", 2, {"实付金额": "9,999,999.00"}),
        ("refund_above_order", 3, {"退款金额": "99999.00", "订单状态": "部分退款"}),
        ("no_order_id", 3, {"订单号": ""}),
        ("no_store", 2, {"门店编号": ""}),
        ("cancelled", 9, {"退款金额": "", "订单状态": "已取消"}),
    ]
    whole = rows[rows["订单状态"] == "已完成"]
    parts, number = [rows], 0
    for what, n, wrong in kinds:
        bad = whole.iloc[mess.some(whole, mess.plant(f"orders_{what}_quarantined", n))].copy()
        bad["订单号"] = [f"09924123{number + place:05d}" for place in range(n)]
        parts.append(bad.assign(**wrong))
        number += n
    rivals = whole.iloc[mess.some(whole, mess.plant("orders_conflict_quarantined", 4))]
    parts.append(rivals.assign(实付金额="1.00", 退款金额=""))
    parts.append(rows.iloc[mess.some(rows, mess.plant("orders_copy_merged", 12))])
    return pd.concat(parts, ignore_index=True)


def reversals(rows: pd.DataFrame, mess: Mess) -> pd.DataFrame:
    """Orders of a till that books a whole refund as a second row with a negative amount."""
    whole = (rows["订单状态"] == "已退款").to_numpy()
    plain = np.array([text.isascii() for text in rows["实付金额"]])
    chosen = np.flatnonzero(whole & plain)
    mess.plant("orders_reversal_merged", len(chosen))
    back = rows.iloc[chosen].copy()
    back["实付金额"] = "-" + back["实付金额"]
    first = rows.copy()
    status = np.where(np.isin(np.arange(len(rows)), chosen), "已完成", rows["订单状态"])
    first["订单状态"], back["订单状态"] = status, "已完成"
    return pd.concat([first, back], ignore_index=True)


def order_lines(rows: pd.DataFrame, mess: Mess) -> pd.DataFrame:
    """Lines with some whose order nobody has, and copies."""
    lost = rows.iloc[mess.some(rows, mess.plant("order_lines_no_order_quarantined", 6))].copy()
    lost["订单号"] = [f"09824120{place:05d}" for place in range(len(lost))]
    copies = rows.iloc[mess.some(rows, mess.plant("order_lines_copy_merged", 10))]
    return pd.concat([rows, lost, copies], ignore_index=True)


def events(rows: pd.DataFrame, mess: Mess) -> pd.DataFrame:
    """Events with some of people nobody knows, and copies."""
    lost = rows.iloc[mess.some(rows, mess.plant("events_no_customer_quarantined", 5))].copy()
    lost["客户ID"] = [f"9880000{place}" for place in range(len(lost))]
    lost["门店编号"] = ""
    copies = rows.iloc[mess.some(rows, mess.plant("events_copy_merged", 20))]
    return pd.concat([rows, lost, copies], ignore_index=True)


def contacts(rows: pd.DataFrame, mess: Mess) -> pd.DataFrame:
    """Contacts with copies, people added by a second colleague, and people filed twice under two ids."""
    still = rows[rows["流失时间"] == ""]
    copies = rows.iloc[mess.some(rows, mess.plant("contacts_copy_merged", 15))]
    again = still.iloc[mess.some(still, mess.plant("contacts_two_staff_merged", 20))].copy()
    twice = still.iloc[mess.some(still, mess.plant("contacts_two_ids_merged", 12))].copy()
    again["添加人"] = again["添加人"].str[:-1] + "9"
    twice["客户ID"] = [f"9770{place:04d}" for place in range(len(twice))]
    later = pd.concat([again, twice]).assign(
        添加时间="2025-06-29 18:30:00", 渠道="其他", 推荐人="", 入会时间=""
    )
    return pd.concat([rows, copies, later], ignore_index=True)


def tasks(rows: pd.DataFrame, mess: Mess) -> pd.DataFrame:
    """Tasks with some that have no due time or a time to come, and an older export among the newer one."""
    parts = [rows]
    for what, wrong in (("no_due", {"应完成时间": ""}), ("future_done", {"完成时间": "2035-03-05 14:03:00"})):
        bad = rows.iloc[mess.some(rows, mess.plant(f"tasks_{what}_quarantined", 4))].copy()
        bad["任务编号"] = [f"T99{len(parts)}{place:05d}" for place in range(len(bad))]
        parts.append(bad.assign(**wrong))
    parts.append(rows.iloc[mess.some(rows, mess.plant("tasks_copy_merged", 12))])
    done = rows[rows["完成时间"] != ""]
    older = done.iloc[mess.some(done, mess.plant("tasks_exported_before_done_merged", 15))]
    return pd.concat([older.assign(完成时间=""), *parts], ignore_index=True)


def answers(rows: pd.DataFrame, mess: Mess) -> pd.DataFrame:
    """Answers with some in words, and some sent twice."""
    words = rows.iloc[mess.some(rows, mess.plant("answers_in_words_quarantined", 3))].copy()
    words["答卷人"] = [f"R99{place:02d}" for place in range(len(words))]
    copies = rows.iloc[mess.some(rows, mess.plant("answers_copy_merged", 6))]
    return pd.concat([rows, words.assign(得分="不清楚"), copies], ignore_index=True)
