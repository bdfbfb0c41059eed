"""The canonical tables: the one set of names, types and units that every calculation reads.

`TABLES` is the source of the codebook (data/README.md) and of the database that intake writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from numbers import Real

import ibis
import ibis.expr.types as ir
import pandas as pd

from opsmodel.errors import ArgumentError, TableError

MONEY = "decimal(18, 2)"


@dataclass(frozen=True)
class Column:
    """One column: its type, what it means, and the name a Chinese export would give it."""

    name: str
    type: str
    meaning: str
    zh: str
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One canonical table: its grain, its key, and its columns in order."""

    name: str
    grain: str
    zh: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _table(name, zh, grain, key, *columns, required=False):
    return Table(name, grain, zh, tuple(key.split()), tuple(Column(*c) for c in columns), required)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "stores", "门店", "one row a store", "store_id",
            ("store_id", "string", "store", "门店编号", True),
            ("store_name", "string", "name shown in reports", "门店名称"),
            ("region", "string", "sales region", "区域"),
            ("city_tier", "string", "tier of the city, as the client writes it", "城市级别"),
            ("format", "string", "store format (mall, street, community, ...)", "店型"),
            ("opened_on", "date", "first day of trading", "开业日期"),
            ("wave", "string", "roll-out wave; empty before the store takes part", "批次"),
            ("started_on", "date", "first day of the wave in this store", "启动日期"),
        ),
        _table(
            "customers", "客户", "one row a customer", "customer_id",
            ("customer_id", "string", "customer; a phone number used as id is a keyed hash", "客户ID", True),
            ("store_id", "string", "home store: the store that added the customer", "所属门店", True),
            ("channel", "string", "channel of the first contact", "渠道"),
            ("code_id", "string", "channel code scanned", "渠道活码"),
            ("staff_id", "string", "staff member who holds the contact", "添加员工"),
            ("joined_at", "timestamp", "became a contact; empty if never added", "添加时间"),
            ("left_at", "timestamp", "deleted the last contact; empty if still one", "流失时间"),
            ("referrer_id", "string", "customer who brought this one", "推荐人"),
            ("member_since", "timestamp", "start of the membership", "入会时间"),
            required=True,
        ),
        _table(
            "orders", "订单", "one row an order", "order_id",
            ("order_id", "string", "order", "订单号", True),
            ("customer_id", "string", "buyer; empty for an anonymous sale", "客户ID"),
            ("store_id", "string", "store that rang up the sale", "门店编号", True),
            ("staff_id", "string", "staff member who sold", "导购"),
            ("ordered_at", "timestamp", "time of the order", "下单时间", True),
            ("amount", MONEY, "paid amount before refunds, client currency", "实付金额", True),
            ("refund_amount", MONEY, "refunded part of amount, 0 to amount", "退款金额"),
            ("refunded_on", "date", "day of the last refund; empty if none or unknown", "退款日期"),
            ("margin", MONEY, "gross margin after refunds, client currency; empty if not supplied", "毛利"),
            ("home_store_id", "string", "home store of the buyer; the selling store if unknown", "归属门店"),
            required=True,
        ),
        _table(
            "order_lines", "订单明细", "one row a product of an order", "order_id product_id",
            ("order_id", "string", "order", "订单号", True),
            ("product_id", "string", "product", "商品编码", True),
            ("product", "string", "product name", "商品名称"),
            ("category", "string", "product category", "品类"),
            ("tier", "string", "step of the product ladder (entry, core, premium)", "产品层级"),
            ("quantity", "float64", "units", "数量"),
            ("amount", MONEY, "paid for the line, client currency", "金额"),
        ),
        _table(
            "events", "行为", "one row an event of a customer", "customer_id event happened_at",
            ("customer_id", "string", "customer", "客户ID", True),
            ("store_id", "string", "store where it happened", "门店编号"),
            ("staff_id", "string", "staff member involved", "员工"),
            ("event", "string", "what happened", "行为类型", True),
            ("happened_at", "timestamp", "when it happened", "发生时间", True),
            ("source", "string", "system that recorded it", "来源"),
        ),
        _table(
            "spend", "投放", "one row a channel, code, store and day", "channel code_id store_id spent_on",
            ("channel", "string", "channel", "渠道", True),
            ("code_id", "string", "channel code", "渠道活码"),
            ("store_id", "string", "store the money was spent for", "门店编号"),
            ("spent_on", "date", "day", "日期", True),
            ("amount", MONEY, "cost, client currency", "费用", True),
        ),
        _table(
            "traffic", "客流", "one row a store and day", "store_id counted_on",
            ("store_id", "string", "store", "门店编号", True),
            ("counted_on", "date", "day", "日期", True),
            ("visitors", "int64", "people counted at the door", "进店人数", True),
        ),
        _table(
            "tasks", "任务", "one row a task of a staff member", "task_id",
            ("task_id", "string", "task", "任务编号", True),
            ("sop", "string", "standard procedure the task belongs to", "SOP"),
            ("step", "string", "step of the procedure", "步骤"),
            ("store_id", "string", "store", "门店编号"),
            ("staff_id", "string", "staff member", "员工"),
            ("customer_id", "string", "customer to be served", "客户ID"),
            ("due_at", "timestamp", "due", "应完成时间", True),
            ("done_at", "timestamp", "done; empty if not done", "完成时间"),
        ),
        _table(
            "answers", "问卷", "one row an answer", "respondent_id survey phase question",
            ("respondent_id", "string", "respondent, as a keyed hash", "答卷人", True),
            ("role", "string", "role of the respondent", "角色"),
            ("store_id", "string", "store", "门店编号"),
            ("survey", "string", "questionnaire", "问卷", True),
            ("phase", "string", "phase of the engagement", "阶段"),
            ("dimension", "string", "dimension of the maturity model", "维度"),
            ("question", "string", "question", "题目", True),
            ("score", "float64", "score", "得分"),
            ("answered_at", "timestamp", "when it was answered", "答题时间"),
        ),
        _table(
            "actions", "行动", "one row an agreed action", "action_id",
            ("action_id", "string", "action", "行动编号", True),
            ("store_id", "string", "store", "门店编号"),
            ("finding", "string", "finding it answers", "发现"),
            ("play", "string", "play of the playbook", "打法"),
            ("owner", "string", "person responsible", "负责人"),
            ("due_on", "date", "due", "截止日期"),
            ("status", "string", "open, done or dropped", "状态"),
            ("kpi", "string", "number it shall move", "指标"),
            ("baseline", "float64", "the number before", "基线"),
            ("remeasure_on", "date", "when to measure again", "复测日期"),
        ),
    )
}  # fmt: skip


def as_table(data) -> ir.Table:
    """An Ibis table, whichever engine it lives on; a pandas DataFrame becomes one in memory.

    >>> as_table(pd.DataFrame({"customer_id": ["a"]})).columns
    ('customer_id',)
    """
    if isinstance(data, ir.Table):
        return data
    if isinstance(data, pd.DataFrame):
        return ibis.memtable(data)
    raise TableError(
        "this is not a table.", found=type(data).__name__, fix="pass an Ibis table or a pandas DataFrame."
    )


def require(data, name: str, columns: list[str]) -> ir.Table:
    """The table as Ibis, once it is known to hold `columns`; times arrive as naive timestamps.

    A canonical column without a single value (nobody left, no rows) has the type that `TABLES` gives it.

    name     the canonical table it stands for; only used to say what is missing
    columns  canonical column names that the calculation reads

    Raises TableError if a column is missing or a time column cannot be read as one.

    >>> orders = pd.DataFrame({"customer_id": ["a"], "ordered_at": ["2024-01-05"], "amt": [3.0]})
    >>> require(orders, "orders", ["customer_id", "ordered_at"]).ordered_at.type().is_timestamp()
    True
    >>> require(orders, "orders", ["amount"])
    Traceback (most recent call last):
    opsmodel.errors.TableError: orders has no column ['amount'].
      found: ['customer_id', 'ordered_at', 'amt']
      fix: map it in engagement.yaml under columns.orders.amount.
    """
    table = as_table(data)
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise TableError(
            f"{name} has no column {missing}.",
            found=list(table.columns),
            fix=f"map it in engagement.yaml under columns.{name}.{missing[0]}.",
        )
    if untyped := {c for c, kind in table.schema().items() if kind.is_null()}:
        known = TABLES[name].columns if name in TABLES else ()
        table = table.cast({column.name: column.type for column in known if column.name in untyped})
    times = {c: _naive(table, name, c) for c in table.columns if c.endswith("_at")}
    return table.mutate(**{c: time for c, time in times.items() if time is not table[c]}) if times else table


def _naive(table: ir.Table, name: str, column: str):
    time = table[column]
    kind = time.type()
    if kind.is_timestamp() and kind.timezone is None:
        return time
    if kind.is_timestamp():
        raise TableError(
            f"{name}.{column} carries a time zone.",
            found=str(kind),
            fix="convert it to the client's local time and drop the zone.",
        )
    if kind.is_date() or kind.is_string():
        return time.cast("timestamp")
    raise TableError(
        f"{name}.{column} is not a time.", found=str(kind), fix="give timestamps, dates or ISO text."
    )


def column_names(by: str | Sequence[str] | None) -> list[str]:
    """The columns that an argument `by` names: none, one or several, each once."""
    return [] if by is None else [by] if isinstance(by, str) else list(dict.fromkeys(by))


def day(value) -> date:
    """The calendar day meant by a date, a timestamp or ISO text; ArgumentError for anything else.

    >>> day("2024-06-30")
    datetime.date(2024, 6, 30)
    """
    moment = None if isinstance(value, Real) else pd.to_datetime(value, errors="coerce")
    if not isinstance(moment, datetime) or moment is pd.NaT:  # a number would be read as nanoseconds
        raise ArgumentError("this is not a date.", found=repr(value), fix="write it as 2024-06-30.")
    return moment.date()
