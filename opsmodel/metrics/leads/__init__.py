"""Leads: whom to call next, what that is likely to bring, and who is left alone to find out.

A lead is a contact who has not bought; a customer due again, or out of rhythm, is called for another reason.
"""

from opsmodel.metrics.leads.classifier import model, model_history
from opsmodel.metrics.leads.holdout import balance, hold_out
from opsmodel.metrics.leads.looking_back import backtest, calibration, precision
from opsmodel.metrics.leads.rhythm import due_again, in_rhythm, win_back
from opsmodel.metrics.leads.scoring import history, score
from opsmodel.metrics.leads.standing import overview

__all__ = [
    "backtest",
    "balance",
    "calibration",
    "due_again",
    "history",
    "hold_out",
    "in_rhythm",
    "model",
    "model_history",
    "overview",
    "precision",
    "score",
    "win_back",
]
