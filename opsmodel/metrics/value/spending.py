"""Gamma–Gamma: what a customer's average purchase will be, drawn towards everybody's.

A purchase of a customer is gamma distributed around a mean of their own, and the means differ by customer
(p, q, v). Amount and frequency are taken as independent.

Source: Fader & Hardie 2013, The Gamma-Gamma model of monetary value.
"""

import numpy as np


def log_likelihood(logs: np.ndarray, x, m) -> tuple[float, np.ndarray]:
    """The log-likelihood of customers with x repeat purchases of mean m, and its gradient by log p, q, v."""
    from scipy.special import digamma, gammaln

    p, q, v = np.exp(logs)
    total = v + m * x
    counts, at = np.unique(x, return_inverse=True)
    shape = p * counts
    by_count = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v) + shape * np.log(counts)
    log_total, log_m = np.log(total), np.log(m)
    value = float(np.sum(by_count[at] + (p * x - 1) * log_m - (p * x + q) * log_total))
    rises = digamma(shape + q)
    by_p = x * ((rises - digamma(shape) + np.log(counts))[at] + log_m - log_total)
    by_q = (rises - digamma(q) + np.log(v))[at] - log_total
    by_v = q / v - (p * x + q) / total
    return value, np.array([by_p.sum(), by_q.sum(), by_v.sum()]) * np.exp(logs)


def expected(p, q, v, x, m):
    """The mean of a customer's purchases to come; works on numbers, arrays and Ibis columns alike.

    With x = 0 it is everybody's mean, p v ÷ (q − 1), which exists for q above 1.
    """
    return p * (v + x * m) / (p * x + q - 1)
