"""Twilio: SMS and WhatsApp. A number that citizens write to; Twilio calls the hub for every message and for every state of our answers.

What arrives
    Text (long SMS come joined), photos, voice, video and documents, WhatsApp locations with their label, the sender's WhatsApp name,
    quoted messages (`in_reply_to`), buttons. Set aside: STOP and its like (`opt_out`: no answer goes out until the citizen writes again),
    words that Twilio answers itself (`opt_in`, `opt_help`), stickers. START and HELP are commands. A form carries no time, so the
    moment of receipt counts. Twilio calls once and gives up when the hub is away: every `reconcile_minutes` the hub lists the messages
    since the last safe point, with an hour's overlap, and takes in what is missing (without name and location, which the list lacks).

Set-up
    1. Console Twilio (https://console.twilio.com): copy Account SID and Auth Token; the token goes into the environment or the
       secrets folder, never into hub.toml: secrets/accounts.wa.auth_token
    2. In hub.toml, one account a channel:
       [accounts.wa]
       channel = "whatsapp"     # or "sms"
       account_sid = "AC…"
       numbers = ["+62…"]       # or messaging_service_sid = "MG…" for a pool of numbers
    3. http.public_url must be the https address under which Twilio reaches the hub. At the number, or the WhatsApp sender, or the
       Messaging Service enter as "A message comes in": <public_url>/hooks/twilio/wa, method POST. Status callbacks need no entry.
    4. WhatsApp: have one template approved whose only variable {{1}} is the news ("Kabar laporan Anda: {{1}}"), and enter its
       Content SID as template_sid. Without one, answers later than 24 hours go the way that the city's `fallbacks` name.
    5. `run.py check`, then `run.py serve`. To rotate the token: put the old one into auth_tokens_old, the new one into auth_token.

Limits
    One answer has at most 1,600 characters (https://www.twilio.com/docs/messaging/api/message-resource); an SMS is paid by part of 160
    letters, or 70 where one letter is not GSM-7. WhatsApp takes free words for 24 hours after the citizen's last message, then templates
    only (https://www.twilio.com/docs/whatsapp/key-concepts#the-24-hour-window). Twilio knows no key for sending: after a lost answer an
    acknowledgement goes once more, any other reply waits for a person. `limit_a_day` and `limit_a_month` stop automatic answers;
    complaints come in all the same, and what officers write still goes out. Media: https://www.twilio.com/docs/messaging/api/media-resource
"""
