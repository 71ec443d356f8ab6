"""What a person who starts the servers can mend."""


class StartProblem(Exception):
    """Something outside the code stands in the way; the message says in one line how to mend it."""
