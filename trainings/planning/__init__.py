"""Plans the sessions of a phase (tahap). Pure: plain values in, plain values out, no database.

``problem`` says what is asked, ``validity`` what a plan must keep (it shares nothing with the planner),
``checks`` counts whether it can be done at all, ``greedy`` makes a plan at once, ``counted`` proves the
earliest last day, ``repair`` changes a plan as little as possible, ``grouping`` makes the groups.
"""
