"""Pages: ``public`` (everybody), ``participant``, ``events`` (preparing), ``ceremony`` (the draw)."""
