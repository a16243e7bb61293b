"""Telegram: a bot that citizens write to, in private or in a group that addresses it.

What arrives
    Text, captions, photos in full size, documents, voice, audio, video, animations, locations, venues, contacts,
    albums (`Inbound.group`), edits (`edit_of`), the commands /start /lapor /status /bantuan /baru /batal and buttons.
    In groups only what addresses the bot: a command, a mention, a reply to the bot. The rest is kept and set aside
    (`service`): stickers, channel posts, joins and other service messages, what other bots or the own account say, unknown kinds.

Set-up
    1. Talk to @BotFather: /newbot, then copy the token into the environment:
       SATUPINTU__ACCOUNTS__KOMINFO_BOT__TOKEN=123456:ABC…
    2. In hub.toml:
       [accounts.kominfo_bot]
       channel = "telegram"
       mode = "poll"            # no public address needed; "webhook" where http.public_url is an https address
    3. `run.py check`, then `run.py serve`. At start the hub sets or removes the webhook and the command menu by itself.
    For groups: leave the privacy mode of @BotFather on; the bot then sees only what addresses it.

Limits (https://core.telegram.org/bots/api, https://core.telegram.org/bots/faq)
    A reply has at most 4,096 characters; a button's command 64 bytes; a file that the bot can fetch 20 MB, larger ones are
    noted without their bytes; updates are kept by Telegram for 24 hours; about 30 messages a second, one a second and chat.
    `sendMessage` knows no key: a lost answer leaves a reply uncertain, and it is not sent again by itself.
    In a group only the item of an album that carries the mention is addressed; the others are kept and set aside.
"""
