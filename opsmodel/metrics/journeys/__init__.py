"""How a customer gets from step to step: the parts that `funnel` puts together."""
