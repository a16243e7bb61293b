"""The front desk: a letter, a phone call or a visitor, entered by an operator (on the desk's page, or on the command line).

What arrives: what the operator typed, with the citizen's name and how to reach them, and scans as files.

Set-up: nothing. The account `[accounts.desk] channel = "manual"` is there by default.

A week at once: a spreadsheet (CSV or XLSX, one row a letter or call) at /desk/entri/impor, or `run.py import-entries FILE --scans FOLDER`.
Every row is looked at first; `--yes` or the page's button enters the good ones. A row's key is its agenda number and year, else all that
it says, so importing twice doubles nothing. The headings that are understood stand in `desk/columns.py`; the page offers an example.

Limits (ours): 10 files; 20,000 characters of text. Nothing can be sent back by this channel: the citizen takes the printed receipt
(tanda terima) along, and opens /lacak with its number.
"""
