"""Words that break programs, for tests: what a bored, careless or hostile person types. No test of its own.

`UNREADABLE` may never be stored; `AWKWARD` is text like any other and is stored letter by letter, or refused in words.
"""

from __future__ import annotations

NUL = "\x00"
SURROGATE = "\ud800"  # half a character: no database and no page can hold it
UNREADABLE = {
    "NUL": f"Bri{NUL}gid",
    "a control sign": "Bri\x07gid",
    "a line break": "Brigid\nBcc: all@example.org",
    "a carriage return": "Brigid\r\nSubject: x",
    "a line separator": "Brigid\u2028Test",
    "half a character": f"Bri{SURROGATE}gid",
    "right-to-left override": "Bri\u202egid",
    "a direction mark": "\u200fBrigid",
    "an isolate": "\u2066Brigid\u2069",
    "a soft hyphen": "Bri\u00adgid",
    "a byte order mark": "\ufeffBri\ufeffgid",
    "bytes that were no text": "Bri\ufffdgid",
    "a private sign": "Bri\ue000gid",
    "no character at all": "Bri\uffffgid",
}
AWKWARD = {
    "markup": "<script>alert(1)</script>",
    "an attribute": '"><img src=x onerror=alert(1)>',
    "a single quote": "O'Brien' onfocus='alert(1)",
    "an entity": "&lt;b&gt; &amp; &#39;",
    "a comment": "<!-- --> ]]> <![CDATA[",
    "SQL": "Robert'); DROP TABLE bookings_patient;--",
    "more SQL": "' OR 1=1 UNION SELECT NULL--",
    "a template": "{{ settings.SECRET_KEY }} {% debug %}",
    "a filler": "[[manage_link]] [[fact:price]]",
    "a format": "%s %n %(name)s {0} {name!r} ${HOME}",
    "a formula": '=HYPERLINK("http://evil.example","x")',
    "another formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "a shell": "`id` $(id) ; id | id && id",
    "a path": "../../../../etc/passwd",
    "JSON": '{"$gt": "", "__proto__": {"x": 1}}',
    "escapes": "\\ud800 \\x00 %00 %ed%a0%80 &#0;",
    "a long number": "99999999999999999999",
    "a negative number": "-1",
    "not a number": "NaN",
    "infinity": "1e999",
    "null": "null",
    "a bad date": "31 2 2027",
    "an emoji": "Brigid \U0001f9b5\U0001f3fd",
    "a family": "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "right to left": "بريجيد",
    "Chinese": "布里吉德",
    "marks on marks": "Z" + "\u0351\u036b\u0343\u036a\u0302" * 12,
    "two ways to write e": "Bre\u0301nda Brénda",
    "Turkish dots": "İıIi ß ﬀ",
    "wide digits": "０２０７９４６００００",
}
LONG = {"10 kB": "a" * 10_000, "10 kB of markup": "<b>" * 3_400, "10 kB of four bytes": "\U0001f9b5" * 2_500}
HUGE = "a" * 1_000_000
EVERYTHING = {**UNREADABLE, **AWKWARD, **LONG}
# One of each kind, for places where every one of them would only take longer.
SOME = {
    what: EVERYTHING[what]
    for what in (
        "NUL",
        "half a character",
        "a line break",
        "an attribute",
        "SQL",
        "a long number",
        "10 kB of markup",
    )
}
# What may not stand in any page as it is: each is harmless only when it is escaped.
LIVE = ("<script>alert(1)", "<img src=x", "onfocus='alert", "<b><b>", "<!-- --> ]]>")
