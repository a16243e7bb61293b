"""The front desk: a letter, a phone call or a visitor, entered by an operator (on the desk's page, or on the command line).

What arrives: what the operator typed, with the citizen's name and how to reach them, and scans as files.

Set-up: nothing. The account `[accounts.desk] channel = "manual"` is there by default.

Limits (ours): 10 files; 20,000 characters of text. Nothing can be sent back by this channel: the citizen takes the printed receipt
(tanda terima) along, and opens /lacak with its number.
"""
