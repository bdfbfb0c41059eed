"""BG/NBD and MBG/NBD: how often a customer buys while there is one, and when there is one no more.

Both say: a customer buys at a rate λ of their own (gamma over customers: r, α) and stops for good after a
purchase with a probability p of their own (beta over customers: a, b). In BG/NBD nobody stops after the
first purchase, so that a customer with one purchase is alive for certain; MBG/NBD lets them stop there too.
The two share every formula, with k = x chances to stop in BG/NBD and x + 1 in MBG/NBD.

Sources: Fader, Hardie & Lee 2005 (BG/NBD); Batislam, Denizel & Filiztekin 2007 (MBG/NBD).
"""

import numpy as np

CHANCES_AT_START = {"bg_nbd": 0, "mbg_nbd": 1}
NEAR_ONE = 1e-6  # the formulas divide by a − 1
LARGE = 50.0  # parameters above which the hypergeometric function is left to quadrature
N_NODES = 100


def log_likelihood(logs: np.ndarray, x, t_x, T, n, *, start: int) -> tuple[float, np.ndarray]:  # noqa: N803
    """The log-likelihood of customers counted by (x, t_x, T), and its gradient by the logs of r, α, a, b.

    x, t_x, T  repeat purchases, age at the last one, age now; n  customers alike
    start      chances to stop at the first purchase: 0 (BG/NBD) or 1 (MBG/NBD)
    """
    from scipy.special import digamma, gammaln

    r, alpha, a, b = np.exp(logs)
    counts, at = np.unique(x, return_inverse=True)  # gamma functions once for each x, not for each row
    k = counts + start
    stay, gone = -np.log(alpha + T) * (r + x), -np.log(alpha + t_x) * (r + x)
    with np.errstate(divide="ignore"):
        odds = np.where(k > 0, np.log(a) - np.log(np.where(k > 0, b + k - 1, 1.0)), -np.inf)[at]
    both = np.logaddexp(stay, gone + odds)
    alive = np.exp(stay - both)
    dead = 1 - alive
    by_count = gammaln(r + counts) - gammaln(r) + gammaln(b + k) - gammaln(b)
    by_count += gammaln(a + b) - gammaln(a + b + k) + r * np.log(alpha)
    value = float(np.sum(n * (by_count[at] + both)))

    falls = digamma(a + b) - digamma(a + b + k)
    by_r = (digamma(r + counts) - digamma(r) + np.log(alpha))[at]
    by_r += alive * stay / (r + x) + dead * gone / (r + x)
    by_alpha = r / alpha - (r + x) * (alive / (alpha + T) + dead / (alpha + t_x))
    by_a = falls[at] + dead / a
    by_b = (digamma(b + k) - digamma(b) + falls)[at] - dead / np.where(k > 0, b + k - 1, np.inf)[at]
    gradient = np.array([np.sum(n * part) for part in (by_r, by_alpha, by_a, by_b)])
    return value, gradient * np.exp(logs)


def p_alive(r, alpha, a, b, x, t_x, T, *, start: int) -> np.ndarray:  # noqa: N803
    """The probability that a customer has not stopped by now."""
    k = np.asarray(x, float) + start
    with np.errstate(divide="ignore"):
        odds = np.where(k > 0, np.log(a) - np.log(np.where(k > 0, b + k - 1, 1.0)), -np.inf)
        odds = odds + (r + x) * (np.log(alpha + T) - np.log(alpha + t_x))
    return np.exp(-np.logaddexp(0, odds))


def expected(r, alpha, a, b, x, t_x, T, t, *, start: int) -> np.ndarray:  # noqa: N803
    """Purchases expected in the next t of a customer with this past.

    After Euler's transformation the hypergeometric function keeps its three parameters small for any x: the
    form that is usually printed overflows for customers with some hundred purchases.
    """
    alive = p_alive(r, alpha, a, b, x, t_x, T, start=start)
    return alive * _while_alive(r, alpha + np.asarray(T, float), a, b, np.asarray(x, float), t, start)


def expected_from_start(r, alpha, a, b, t, *, start: int) -> np.ndarray:
    """Repeat purchases expected of a new customer by age t."""
    stays = b / (a + b) if start else 1.0
    return stays * _while_alive(r, alpha, a, b, np.zeros_like(np.asarray(t, float)), t, start)


def _while_alive(r, scale, a, b, x, t, start: int) -> np.ndarray:
    """Purchases expected in the next t of a customer who is alive now."""
    from scipy.special import hyp2f1

    scale, x, t = np.broadcast_arrays(*(np.asarray(part, float) for part in (scale, x, t)))
    near = 1 + NEAR_ONE if abs(a - 1) < NEAR_ONE else a
    c = near + b + x + start - 1
    z = t / (scale + t)
    with np.errstate(all="ignore"):
        rest = (1 - z) ** (near - 1) * hyp2f1(near + b + start - 1 - r, near - 1, c, z)
        found = c / (near - 1) * (1 - rest)
    hard = ~np.isfinite(found) if max(r, a, b) < LARGE else np.ones(found.shape, bool)
    if hard.any():
        found[hard] = _by_quadrature(r, scale[hard], a, b, x[hard], t[hard], start)
    return np.maximum(found, 0.0)


def _by_quadrature(r, scale, a, b, x, t, start: int) -> np.ndarray:
    """The same as the mean over p of the purchases until a stop, for parameters too large for 2F1."""
    from scipy.special import betaincinv

    nodes, weights = np.polynomial.legendre.leggauss(N_NODES)
    nodes, weights = (nodes + 1) / 2, weights / 2
    counts, at = np.unique(x, return_inverse=True)
    p = betaincinv(a, b + counts[:, None] + start, nodes**4)[at].clip(
        1e-300
    )  # closer to p = 0, where most is
    bought = -np.expm1(-(r + x[:, None]) * np.log1p(p * (t / scale)[:, None])) / p
    return bought @ (weights * 4 * nodes**3)
