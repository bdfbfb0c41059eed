"""A store's figure drawn towards its peers, as far as its own base is too small to stand alone."""

import numpy as np
import pandas as pd

from opsmodel.metrics.rates import SEED, Z95

DRAWS = 4000


def beta_prior(k, n) -> tuple[float, float]:
    """α and β of the beta distribution that the true rates of the peers are drawn from.

    Maximum likelihood of the beta-binomial: unlike the method of moments it weighs a store of 40 and a
    store of 4,000 customers each by what it knows, and never gives a negative variance. Where the rates
    differ no more than chance lets them, α + β stops at the customers of all peers together: the stores
    are pooled, and the pooled rate is as uncertain as so many customers leave it.

    k, n  successes and base per store; stores with n = 0 say nothing

    Returns (nan, nan) with fewer than two stores.

    >>> alpha, beta = beta_prior([30, 60, 45, 15], [100, 100, 100, 100])
    >>> round(alpha / (alpha + beta), 2)
    0.37
    """
    from scipy.special import betaln, expit, logit  # 0.3 s to import, so only where it is needed

    k, n = (np.asarray(a, float) for a in (k, n))
    k, n = k[n > 0], n[n > 0]
    if len(n) < 2:
        return np.nan, np.nan

    def parameters(at):
        mean, weight = expit(at[0]), np.exp(at[1])
        return mean * weight, (1 - mean) * weight

    # a grid over (log odds of the mean, log of α + β), drawn closer around its best point: no optimiser
    # to import, and the same answer on every machine
    low, high = np.log(0.5), np.log(n.sum() + 1)
    best = np.array([logit((k.sum() + 0.5) / (n.sum() + 1)), (low + high) / 2])
    reach, steps = np.array([3.0, (high - low) / 2]), np.linspace(-1, 1, 7)
    for _zoom in range(24):
        odds, size = np.meshgrid(best[0] + reach[0] * steps, np.clip(best[1] + reach[1] * steps, low, high))
        alpha, beta = parameters((odds[..., None], size[..., None]))
        likely = (betaln(k + alpha, n - k + beta) - betaln(alpha, beta)).sum(axis=-1)
        place = np.unravel_index(likely.argmax(), likely.shape)
        best, reach = np.array([odds[place], size[place]]), reach / 2
    alpha, beta = parameters(best)
    return float(alpha), float(beta)


def rates(k, n, prior: tuple[float, float] | None = None) -> pd.DataFrame:
    """Each store's rate, shrunken: the posterior (k + α) / (n + α + β) with its 95 % interval.

    k, n   successes and base per store of one peer group
    prior  (α, β); by default estimated from these stores

    Returns one row a store, in the order given: shrunken, shrunken_low, shrunken_high, shrunken_sd,
    top_quartile (probability that the store's true rate is among the best quarter of the group) and
    p75_sd (standard deviation of the group's 75th percentile), both by seeded draws of the posterior.
    All NaN where n = 0, or where there are no peers to learn from.

    >>> rates([2, 80, 100], [4, 400, 400], prior=(20, 80))["shrunken"].round(3).tolist()
    [0.212, 0.2, 0.24]
    """
    from scipy.special import betaincinv

    k, n = (np.asarray(a, float) for a in (k, n))
    alpha, beta = prior or beta_prior(k, n)
    a, b = np.where(n > 0, k + alpha, np.nan), n - k + beta
    seen = ~np.isnan(a)
    draws = np.full((DRAWS, len(n)), np.nan)
    draws[:, seen] = np.random.default_rng(SEED).beta(a[seen], b[seen], size=(DRAWS, seen.sum()))
    low, high = betaincinv(a, b, 0.025), betaincinv(a, b, 0.975)
    sd = np.sqrt(a * b / (a + b + 1)) / (a + b)
    return _posterior(a / (a + b), low, high, sd, draws)


def normal_prior(mean, se) -> tuple[float, float]:
    """Mean and standard deviation of the normal distribution that the peers' true means are drawn from.

    Paule and Mandel's estimate: the spread between stores that brings the weighted squares to their
    expectation; 0 where the stores differ no more than chance lets them. (nan, nan) below two stores.

    >>> normal_prior([10.0, 14.0, 12.0], [0.01, 0.01, 0.01])
    (12.0, 2.0)
    """
    mean, se = (np.asarray(a, float) for a in (mean, se))
    seen = ~np.isnan(mean) & (se > 0)
    mean, se = mean[seen], se[seen]
    if len(mean) < 2:
        return np.nan, np.nan

    def centre(spread):
        weight = 1 / (se**2 + spread)
        middle = (weight * mean).sum() / weight.sum()
        return middle, (weight * (mean - middle) ** 2).sum() - (len(mean) - 1)

    low, high = 0.0, mean.var() * len(mean) + 1e-12
    if centre(low)[1] <= 0:
        return float(centre(0.0)[0]), 0.0
    for _ in range(80):
        half = (low + high) / 2
        low, high = (half, high) if centre(half)[1] > 0 else (low, half)
    return round(float(centre(high)[0]), 9), round(float(np.sqrt(high)), 4)


def means(mean, se, prior: tuple[float, float] | None = None) -> pd.DataFrame:
    """Each store's mean, shrunken towards its peers by their normal distribution; columns as in `rates`.

    mean, se  mean and its standard error per store of one peer group; NaN, or se = 0, is not shrunken to
              anything: its row is NaN

    >>> means([10.0, 30.0], [5.0, 5.0], prior=(20.0, 5.0))["shrunken"].tolist()
    [15.0, 25.0]
    """
    mean, se = (np.asarray(a, float) for a in (mean, se))
    middle, spread = prior or normal_prior(mean, se)
    se = np.where(se > 0, se, np.nan)
    own = spread**2 / (spread**2 + se**2)
    shrunken = own * mean + (1 - own) * middle
    precision = np.nansum(1 / (spread**2 + se**2))
    middle_variance = 1 / precision if precision else np.nan
    sd = np.sqrt(own * se**2 + (1 - own) ** 2 * middle_variance)
    draws = np.random.default_rng(SEED).normal(shrunken, np.where(np.isnan(sd), 0, sd), (DRAWS, len(mean)))
    return _posterior(shrunken, shrunken - Z95 * sd, shrunken + Z95 * sd, sd, draws)


def _posterior(shrunken, low, high, sd, draws) -> pd.DataFrame:
    columns = {"shrunken": shrunken, "shrunken_low": low, "shrunken_high": high, "shrunken_sd": sd}
    table = pd.DataFrame(columns).assign(top_quartile=np.nan, p75_sd=np.nan)
    seen = ~np.isnan(shrunken)
    if seen.any():
        best = np.quantile(draws[:, seen], 0.75, axis=1)
        table.loc[seen, "top_quartile"] = (draws[:, seen] >= best[:, None]).mean(axis=0)
        table.loc[seen, "p75_sd"] = best.std()
    return table


def p75_of_others(shrunken) -> np.ndarray:
    """For each store, the 75th percentile of the shrunken figures of all others; NaN without any.

    >>> p75_of_others([0.1, 0.2, 0.3, 0.4, 0.5]).round(3).tolist()
    [0.425, 0.425, 0.425, 0.35, 0.325]
    """
    shrunken = np.asarray(shrunken, float)
    others = (np.delete(shrunken, i) for i in range(len(shrunken)))
    seen = (other[~np.isnan(other)] for other in others)
    return np.array([np.quantile(other, 0.75) if len(other) else np.nan for other in seen])
