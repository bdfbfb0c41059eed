"""Design: from findings to plays, and from plays to a plan with dates, people, prices and money."""
