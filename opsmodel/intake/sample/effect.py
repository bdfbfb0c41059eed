"""What serving does: it brings some customers back, or it is drawn to fit those who came back anyway."""

import numpy as np
import pandas as pd

from opsmodel.intake.sample import journey
from opsmodel.intake.sample.draw import Draw
from opsmodel.intake.sample.due import Shop
from opsmodel.intake.sample.journey import DAY, NEVER, OPENS, TRADES
from opsmodel.intake.sample.procedures import Procedure, back


def lifted(procedure: Procedure, shop: Shop, tasks: pd.DataFrame, factor: float, draw: Draw) -> pd.DataFrame:
    """The purchases, with those of the served who would have stayed away and now come within the window.

    Their path goes on anew from that order, with the same habits. Ticked tasks do nothing.
    """
    window, number = shop.behaves.industry.return_days, procedure.lifts + 1
    unserved, wanted = back(procedure, shop.behaves, factor)
    people, n = tasks["person"].to_numpy(), len(tasks)
    due_day, done_day = tasks["due"].to_numpy() // DAY, tasks["done"].to_numpy() // DAY
    away = shop.order(number)[people] // DAY > due_day + window
    helped = (tasks["done"] < NEVER).to_numpy() & ~tasks["ticked"].to_numpy()
    chosen = draw.chance((wanted - unserved) / (1 - unserved), n) & away & helped
    wait = np.where(helped, np.maximum(1, done_day - due_day + 1), 1)
    time = (due_day + wait + draw.below(window - wait + 1, n)) * DAY + OPENS + draw.below(TRADES, n)
    chosen &= time < shop.season.end
    dropped = shop.bought["person"].isin(people[chosen]) & (shop.bought["number"] >= number)
    anew = journey.onward(shop.behaves, shop.season, people[chosen], time[chosen], number, draw)
    kept = pd.concat([shop.bought[~dropped], anew], ignore_index=True)
    return kept.sort_values(["number", "person"], ignore_index=True)


def fitted(
    procedure: Procedure, shop: Shop, tasks: pd.DataFrame, chance: np.ndarray, factor: float
) -> tuple[np.ndarray, np.ndarray]:
    """The chances of a task to be done on time, and to be done late if not, given who came back.

    chance  of being done on time, whoever comes back

    Over all customers they are the chances given; but of those served, `factor` times as many are back within
    the window as of those not served. Windows that are not over say nothing yet.
    """
    window = shop.behaves.industry.return_days
    share, _same = back(procedure, shop.behaves)
    due_day = tasks["due"].to_numpy() // DAY
    came = shop.order(procedure.lifts + 1)[tasks["person"].to_numpy()] // DAY <= due_day + window
    over = (due_day + window + 1) * DAY <= shop.season.end
    done = chance + (1 - chance) * procedure.late
    unserved = share / (done * factor + 1 - done)
    given_came = factor * unserved / share
    given_away = np.maximum(0.0, 1 - factor * unserved) / (1 - share)
    times = np.where(over & (factor > 1), np.where(came, given_came, given_away), 1.0)
    on_time = chance * times
    return on_time, np.clip((done - chance) * times / np.maximum(1e-9, 1 - on_time), 0, 1)
