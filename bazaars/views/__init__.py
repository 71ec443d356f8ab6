"""Pages: ``public`` (everybody), ``participant`` and ``answering`` (the vendor), ``events`` (preparing),
``ceremony`` (the draw), ``after``.
"""
