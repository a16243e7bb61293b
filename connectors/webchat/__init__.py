"""Web chat: a citizen writes on our own page, or on the city's site that embeds it.

What arrives: text, photos and other files, the browser's position, and the buttons that replies offer. No account is needed.

Set-up: nothing. The account `[accounts.chat] channel = "webchat"` is there by default and the chat is the home page.
To show it on the city's own site as well:
1. name the site in hub.toml: `[http] embed_origins = ["https://cimahikota.go.id"]`;
2. put one line into its pages: `<script src="https://HUB/chat/widget.js" async></script>`.

Limits (ours): 10 files of at most 20 MB, 30 MB together; 8,000 characters of text.

The page, the history and the event stream live in `desk/`: the stored reply is the message, so sending has nothing to do.
Who knows a browser's session token reads its talk; rows and logs hold only the token's hash.
"""
