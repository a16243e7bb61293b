"""X (Twitter): the city's account, which citizens mention in public.

What arrives
    Every post that mentions the account, with long text, photos, videos, the place that was shared, and the post it answers. Posts of one
    author within one thread are one conversation and one complaint. Own posts and retweets are kept and set aside (`service`); so are
    other government accounts and their help desks (the profile's `government_accounts`, and X's grey mark). Of the rest the profile's
    `admission` decides: a post that talks to the account and reads as a complaint gets its number at once, others wait for a person.
    Saved searches (`queries`) bring posts that do not mention the account; these always wait for a person.

Set-up
    1. Sign in at https://console.x.com with the city's account, make a project and an app, and give the app "Read and write".
    2. Copy five secrets into the environment (or secrets folder):
       SATUPINTU__ACCOUNTS__X_KOTA__BEARER_TOKEN, …__CONSUMER_KEY, …__CONSUMER_SECRET, …__ACCESS_TOKEN, …__ACCESS_TOKEN_SECRET
    3. In hub.toml:
       [accounts.x_kota]
       channel = "x"
       username = "cimahikota"
       monthly_reads = 10_000   # what was bought from X
    4. `run.py check`, then `run.py serve`. Without the last four secrets the account reads, and answers nobody.

Limits (https://docs.x.com/x-api/fundamentals/rate-limits, https://docs.x.com/x-api/users/get-mentions)
    A post has 280 letters; a mention timeline reaches back 800 posts, a search seven days. Reads cost money: `monthly_reads` is spread
    over the month, at most a day ahead; when it is used up the health page says so and until when. An answer carries the number and the
    link, nothing else, once a day for each author and thread. X lets an app answer only posts that mention its account, so a complaint
    that was found by a search may stay unanswered. X refuses the same text twice, so a lost answer can safely be sent again.
"""
