"""Questions of the quiz on the growth equation: factors multiply, and one of them gains most."""

from collections.abc import Iterator

from opsmodel import numbers
from opsmodel.advice.training.reach import factor, reach
from opsmodel.advice.training.sheet import Question
from opsmodel.wording import _

RISE = 0.1  # of each factor


def product(shop, _days: int) -> Iterator[Question]:
    """What becomes of revenue where every factor rises by a tenth."""
    reached = reach(shop)
    if reached.empty:
        return
    revenue, k = float(reached["revenue_year"].iloc[0]), len(reached)
    right = (1 + RISE) ** k
    yield Question(
        topic=_("Growth equation"),
        text=_(
            "Net revenue is {revenue} a year, the product of {k} factors. Each of them rises by 10 %. "
            "Revenue becomes …",
            revenue=numbers.money(revenue),
            k=k,
        ),
        right=numbers.money(revenue * right),
        wrong=tuple(
            numbers.money(revenue * times) for times in (1 + RISE, 1 + RISE * k, (1 + RISE) ** (k + 2))
        ),
        why=_("1.1 to the power of {k} is {times}: factors multiply, shares do not add up.", k=k,
              times=numbers.number(right, 3)),
    )  # fmt: skip


def doubled(_shop, _days: int) -> Iterator[Question]:
    """What three doubled factors make of revenue."""
    yield Question(
        topic=_("Growth equation"),
        text=_("Three factors of the growth equation double. Revenue grows to …"),
        right=_("{n} times", n=8),
        wrong=tuple(_("{n} times", n=n) for n in (2, 3, 6)),
        why=_("2 × 2 × 2 = 8. Raising k factors each by a share g gives (1 + g) to the power of k."),
    )


def largest(shop, _days: int) -> Iterator[Question]:
    """Which factor gains most within what peers have reached."""
    reached = reach(shop)
    if reached.empty or not reached["gain"].max() > 0:
        reached = reach(shop, form="users")
    if reached.empty or not reached["gain"].max() > 0:
        return
    best = reached.sort_values("gain", ascending=False, kind="stable").iloc[0]
    names = [factor(name) for name in reached["factor"]]
    yield Question(
        topic=_("Priorities"),
        text=_("Which factor brings this store most if it alone reaches the best quarter of its peers?"),
        right=factor(best["factor"]),
        wrong=tuple(name for name in names if name != factor(best["factor"])),
        why=_("{gain} a year; see the what-if above.", gain=numbers.signed_money(best["gain"])),
        options=tuple(names),
    )
