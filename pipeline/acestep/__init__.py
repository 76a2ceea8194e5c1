"""The band's wire: an ACE-Step 1.5 server in any of its dialects, through `httpx`."""
