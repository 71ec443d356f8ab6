"""Reads registration lists as offices really keep them and says, row by row, what is right and wrong.

Nothing in this package knows Django or the database: it turns a file into plain values, so that it
can run in a limited child process (``child.py``) and be proved against workbooks with a known truth.
The rules R1-R5 and the meaning of every code are in docs/registration-lists.md.

``guard`` looks at the file before anything is parsed, ``workbook`` and ``textfile`` read it,
``headers`` and ``layout`` find the people in it, ``checks`` and ``duplicates`` judge them,
``report`` adds up.
"""
