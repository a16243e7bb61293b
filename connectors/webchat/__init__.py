"""Web chat: a citizen writes on our own page, or on the city's site that embeds it.

What arrives: text, photos and other files, the browser's position, and the buttons that replies offer. No account is needed.

Set-up: nothing. The account `[accounts.chat] channel = "webchat"` is there by default and the chat is the home page.
To show it on the city's own site as well:
1. name the site in hub.toml: `[http] embed_origins = ["https://cimahikota.go.id"]`;
2. put one line into its pages: `<script src="https://HUB/chat/widget.js" async></script>`. The tag may say how it looks there:
   `data-label="Lapor"`, `data-theme="light"` (or `dark`; else as the device), `data-color="#0a58ca"` (the accent; moved until it can be
   read), `data-side="left"`.
A script of such a site may also use /chat/messages, /chat/history, /chat/events and /chat/files by itself (CORS): it makes a token of at
least 22 random characters (A-Z a-z 0-9 _ -) and sends it in `X-Chat-Session`. Other sites get no permission; cookies never count for it.

Limits (ours): 10 files of at most 20 MB, 30 MB together; 8,000 characters of text; 30 messages a minute of one talk, 300 of one address.
Beyond 60 a minute of one address each message costs its browser about a second of work (`desk/proof.py`); citizens notice nothing of it.

The page, the history and the event stream live in `desk/`: the stored reply is the message, so sending has nothing to do.
Who knows a browser's session token reads its talk; rows and logs hold only the token's hash.
"""
