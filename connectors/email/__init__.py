"""E-mail: citizens write to the office's mailbox and are answered from its address.

What arrives: every mail of one folder, read or unread, with all its attachments (they lie in the kept raw bytes), also forwards by
operators (`staff`), bounces and automatic mails. Never answered are the last two, lists, no-reply addresses and ourselves.

Set-up
1. Make a mailbox of its own (pengaduan@cimahikota.go.id), switch IMAP on, and give the hub a password that only it uses: an app
   password where the provider asks for one (Google Workspace with 2-step verification, Zimbra, Zoho). Microsoft 365 takes no passwords
   any more, and Gmail need not: see "Without a password" below.
2. In hub.toml:

       [accounts.surel]
       channel = "email"
       address = "pengaduan@cimahikota.go.id"
       name = "Layanan Pengaduan Kota Cimahi"
       staff = ["@kominfo.cimahikota.go.id"]      # operators who forward citizens' mails
       since = 2026-01-01                          # leave older mails alone; without it the whole folder is read and answered
       after = "move"                              # nothing | seen | move: what becomes of a mail that the hub has safely
       done_folder = "Selesai"
       imap = { host = "mail.cimahikota.go.id", port = 993, tls = "ssl" }
       smtp = { host = "mail.cimahikota.go.id", port = 587, tls = "starttls" }

3. The password: `secrets/accounts.surel.password`, or SATUPINTU__ACCOUNTS__SUREL__PASSWORD.
   Without a password (Gmail, Microsoft 365): register an application at the provider (Google Cloud console with the scope
   https://mail.google.com/; Microsoft Entra with IMAP.AccessAsUser.All, SMTP.Send and offline_access), let somebody who may open the
   mailbox log in once, and give the hub what came of it, in place of the password:

       oauth = { provider = "microsoft", client_id = "…", tenant = "cimahikota.onmicrosoft.com" }

   with secrets/accounts.surel.oauth.refresh_token and secrets/accounts.surel.oauth.client_secret. A refresh token that the provider
   replaces is kept by the hub, encrypted; a new one in the settings counts before it.
4. `run.py check` logs in to both servers, changes nothing and says what to correct.

How it reads: the position is (UIDVALIDITY, UID); reading never marks a mail as read, and people may read, mark and file mails
meanwhile. New mail is seen at once where the server knows IDLE, else every `poll_seconds`. A mail is marked or moved only once the hub
has it durably. With `silence_hours` a mailbox without new mail for so long is told on the desk.

A renumbered folder (UIDVALIDITY) is read again from its start; a mail's key is its Message-ID with a hash of its
content, so nothing comes twice and a reused Message-ID hides nothing. A mail that the server cannot hand out is put aside for a person,
and the next one is read.

How it answers: plain text, threaded under the citizen's mail, marked `Auto-Submitted: auto-replied`, with a Message-ID that is the same
on every attempt. At most `answers_per_hour` and `answers_per_day` automatic answers to one address.

Limits (ours): `max_bytes` a mail, 30 MB; of a larger one the beginning with the words is kept and marked `too_large`. An address in
From can be forged: a mail that asks for answers elsewhere (Reply-To) is a talk of its own, and details of a complaint go only to
its address.

Sign-in: https://developers.google.com/gmail/imap/xoauth2-protocol (XOAUTH2), RFC 6749 (OAuth 2).
Standards: RFC 3501 and 2177 (IMAP, IDLE), RFC 6851 (MOVE), RFC 5321 (SMTP), RFC 3834 (automatic answers), https://www.rfc-editor.org/rfc/rfc3834.
Limits of Gmail: https://support.google.com/a/answer/166852 (sending), https://support.google.com/a/answer/1071518 (IMAP).
"""
