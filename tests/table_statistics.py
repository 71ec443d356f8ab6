"""Tables as the server keeps them."""

from django.db import connection
from django.db.models import Model

# New entries of an inverted index wait in a list that every search reads through.
_TIDY = """
    SELECT gin_clean_pending_list(c.oid) FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_am AS a ON a.oid = c.relam WHERE i.indrelid = %s::regclass AND a.amname = 'gin'
"""


def learn(*models: type[Model]) -> None:
    """As the server does by itself a while after a large change: without it thousands of new rows count as
    none, and a question that takes a moment takes minutes. In a transaction, as the tables' owner.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        for model in models:
            cursor.execute(f"ANALYZE {model._meta.db_table}")
            cursor.execute(_TIDY, [model._meta.db_table])
        cursor.execute("SET LOCAL ROLE okoce_app")
