"""Client: one client's tables as of a day, for the chain or narrowed to a store and its peers."""

from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import ibis.expr.types as ir

from opsmodel.errors import ClientError, TableError
from opsmodel.intake.contract import TABLES
from opsmodel.intake.database import JOURNEYS, Database
from opsmodel.intake.engagement import Engagement
from opsmodel.intake.peers import peer_ids
from opsmodel.wording import language

_HOME = {"customers": "store_id", "orders": "home_store_id", "order_lines": "home_store_id"}


@dataclass(frozen=True, repr=False)
class Client:
    """Tables of one client. Every table is a lazy Ibis expression; nothing is read until asked for.

    folder      where the client lives
    engagement  its settings
    as_of       last day observed, inclusive
    database    its prepared tables
    narrowed    home stores it is narrowed to; None for the chain
    """

    folder: Path
    engagement: Engagement
    as_of: date
    database: Database
    narrowed: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        scope = "chain" if self.narrowed is None else ", ".join(self.narrowed[:5])
        return f"<Client {self.name}: {scope}, as of {self.as_of}>"

    @property
    def name(self) -> str:
        return self.engagement.client

    @property
    def title(self) -> str:
        return self.engagement.title

    @property
    def currency(self) -> str:
        return self.engagement.currency

    @property
    def language(self) -> str:
        return self.engagement.language

    @property
    def grade(self) -> str:
        """Data grade, A (best) to D."""
        return self.database.report.grade.letter

    @property
    def chapters(self) -> dict[str, bool]:
        """Chapter of the report -> whether the data allows it."""
        return {chapter.name: chapter.allowed for chapter in self.database.report.chapters}

    @property
    def data_version(self) -> str:
        return self.database.data_version

    @property
    def tables(self) -> list[str]:
        """Names of the canonical tables that hold rows."""
        return self.database.tables

    def has(self, table: str) -> bool:
        return table in self.database.tables

    @property
    def stages(self) -> dict[str, str]:
        """Label -> event of the core path, in order; labels in the language spoken now."""
        return {self._label(stage): stage.event_name for stage in self.engagement.stages}

    @property
    def loops(self) -> dict[str, tuple[str, str]]:
        """Label -> (event it follows, event) of the side loops."""
        after = {stage.name: stage.event_name for stage in self.engagement.stages}
        return {self._label(loop): (after[loop.after], loop.event_name) for loop in self.engagement.loops}

    def _label(self, stage) -> str:
        return stage.zh if language() == "zh" and stage.zh else stage.name

    @property
    def chain(self) -> "Client":
        """The whole client."""
        return replace(self, narrowed=None)

    def store(self, store_id: str) -> "Client":
        """The client narrowed to one home store.

        Raises ClientError if there is no such store.
        """
        known = self.database.stores.index.tolist()
        if store_id not in known:
            near = get_close_matches(str(store_id), known, n=3, cutoff=0.6)
            names = self.database.stores["store_name"]
            near = near or names.index[names == store_id].tolist()
            raise ClientError(
                f"{self.name} has no store {store_id!r}.",
                found=f"{len(known)} stores: {', '.join(known[:8])}{', …' if len(known) > 8 else ''}",
                fix=f"use {' or '.join(near or known[:1])}.",
            )
        return replace(self, narrowed=(store_id,))

    @property
    def store_ids(self) -> list[str]:
        """The stores in scope, sorted."""
        return self.database.stores.index.tolist() if self.narrowed is None else sorted(self.narrowed)

    @property
    def store_id(self) -> str:
        """The one store in scope; ClientError for a chain or a peer group."""
        if self.narrowed is None or len(self.narrowed) != 1:
            raise ClientError(
                f"{self.name} is not narrowed to one store.",
                found=f"{len(self.store_ids)} stores",
                fix='narrow it: client.store("S001").',
            )
        return self.narrowed[0]

    @property
    def store_name(self) -> str:
        """The store's name, or its id where the exports name none."""
        name = self.database.stores.at[self.store_id, "store_name"]
        return name if isinstance(name, str) and name else self.store_id

    @cached_property
    def peers(self) -> "Client":
        """The peer group of the store, without the store: alike in the engagement's peer columns.

        All other stores where fewer than `min_peers` are alike.
        """
        chosen = peer_ids(self.database.stores, self.store_id, self.engagement.peer_group)
        return replace(self, narrowed=chosen)

    def _table(self, name: str) -> ir.Table:
        if not self.has(name):
            table = TABLES[name]
            raise TableError(
                f"{self.name} has no {name}.",
                found=f"tables {', '.join(self.tables)}",
                fix=f"add an export with {', '.join(c.zh for c in table.columns if c.required)} "
                f"({table.zh}) to {self.folder / 'raw'} and run intake.",
            )
        return self._narrow(self.database.table(name), _HOME.get(name, "store_id"))

    def _narrow(self, table: ir.Table, column: str) -> ir.Table:
        if self.narrowed is None:
            return table
        if len(self.narrowed) == 1:
            return table.filter(table[column] == self.narrowed[0])
        return table.filter(table[column].isin(self.narrowed))

    @property
    def stores(self) -> ir.Table:
        return self._table("stores")

    @property
    def customers(self) -> ir.Table:
        """Customers whose home store is in scope."""
        return self._table("customers")

    @property
    def orders(self) -> ir.Table:
        """Orders of the customers at home in scope, wherever rung up, and anonymous sales rung up here."""
        return self._table("orders")

    @property
    def sales(self) -> ir.Table:
        """Orders rung up in the stores in scope, whoever bought."""
        return self._narrow(self.chain._table("orders"), "store_id")

    @property
    def order_lines(self) -> ir.Table:
        """Lines of `orders`."""
        return self._table("order_lines")

    @cached_property
    def events(self) -> ir.Table:
        """Own and derived events of the customers at home in scope: joined, left, ordered, referred, …"""
        return self._narrow(self.database.table(JOURNEYS), "home_store_id")

    @property
    def spend(self) -> ir.Table:
        return self._table("spend")

    @property
    def traffic(self) -> ir.Table:
        return self._table("traffic")

    @property
    def tasks(self) -> ir.Table:
        return self._table("tasks")

    @property
    def answers(self) -> ir.Table:
        return self._table("answers")

    @property
    def actions(self) -> ir.Table:
        return self._table("actions")

    @cached_property
    def n_customers(self) -> int:
        """Customers at home in scope."""
        return int(self.customers.count().execute())
