"""What a finding is: a claim, the evidence for it, what it is worth, what to do, and who does it."""

from dataclasses import dataclass, replace
from html import escape
from math import isnan, nan

from opsmodel import numbers
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _


@dataclass(frozen=True, repr=False)
class Finding:
    """One finding, in the language that was spoken when it was made.

    kind      which function and branch made it; the same in every language
    stage     acquire, close, order_value or repurchase, or a step of the funnel; empty if about none
    lever     the lever of `benchmarks.stores` it is about; empty if about none
    claim     the message, in one sentence with its number
    evidence  base, interval and comparison in words
    worth     what money means here; empty where no money is given
    money     a year, client currency; NaN where it cannot be reckoned; money_low, money_high: 95 %
    n         customers behind the claim
    """

    kind: str
    stage: str
    claim: str
    evidence: str
    action: str = ""
    owner: str = ""
    lever: str = ""
    n: int = 0
    worth: str = ""
    money: float = nan
    money_low: float = nan
    money_high: float = nan

    def __str__(self) -> str:
        return "\n".join(part for part in (self.claim, *self._lines()) if part)

    def _lines(self) -> list[str]:
        step = _("Next: {action}", action=self.action) if self.action else ""
        who = _("Owner: {owner}", owner=self.owner) if self.owner else ""
        return [self.evidence, self.worth, step, who]

    def _repr_html_(self) -> str:
        claim = f'<p class="claim">{escape(self.claim)}</p>' if self.claim else ""
        worth = f'<p class="worth">{escape(self.worth)}</p>' if self.worth else ""
        lines = "".join(f"<p>{escape(line)}</p>" for line in self._lines() if line and line != self.worth)
        return f'<div class="finding finding-{escape(self.kind)}">{claim}{worth}{lines}</div>'

    def __repr__(self) -> str:
        return str(self)

    @property
    def detail(self) -> "Finding":
        """The finding without its claim, to stand under a chart whose title states it."""
        return replace(self, claim="")

    def summary(self) -> dict[str, object]:
        """What roll-ups keep of it; money that cannot be reckoned is None."""
        money = {
            name: None if isnan(value) else round(value, 2)
            for name, value in (
                ("money", self.money),
                ("money_low", self.money_low),
                ("money_high", self.money_high),
            )
        }
        return {
            "kind": self.kind,
            "stage": self.stage,
            "lever": self.lever,
            "claim": self.claim,
            **money,
            "action": self.action,
        }


def small_base(n: float) -> Finding:
    """The proper answer where fewer than 30 stand behind a figure."""
    n = 0 if isnan(n) else int(n)
    return Finding(
        kind="small_base",
        stage="",
        claim=_("Too few customers to say anything yet."),
        evidence=_(
            "The base is {n}; below {smallest} a difference is mostly chance.",
            n=numbers.count(n),
            smallest=numbers.count(SMALLEST_BASE),
        ),
        n=n,
    )
