"""How days, times, money and numbers are written for a person; never reads a clock, a setting or a locale."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

# Written out, because strftime's names follow the server's locale and its unpadded numbers differ by system.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SIGNS = {"GBP": "£", "EUR": "€"}
_DIALLING_CODES = {"GB": "44", "IE": "353"}
_WORKING_DAY = 8  # desk hours, 9am to 5pm


def day(on: date) -> str:
    """A day in the words of a heading.

    >>> day(date(2027, 3, 2))
    'Tuesday 2 March'
    """
    return f"{_WEEKDAYS[on.weekday()]} {on.day} {_MONTHS[on.month - 1]}"


def day_year(on: date) -> str:
    """A day that may lie far off.

    >>> day_year(date(2027, 3, 2))
    'Tuesday 2 March 2027'
    """
    return f"{day(on)} {on.year}"


def calendar_day(on: date) -> str:
    """A date nobody asks the weekday of: a birthday, a flight.

    >>> calendar_day(date(1958, 3, 27))
    '27 March 1958'
    """
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def clock(at: time, minutes: bool = False) -> str:
    """A time as the clock on the wall shows it; with `minutes`, as on buttons, full hours keep theirs.

    One night in autumn the clock shows an hour twice; the second time (`fold`) says which it is.

    >>> clock(time(10, 15)), clock(time(14)), clock(time(12)), clock(time(0, 30))
    ('10:15am', '2pm', '12pm', '12:30am')
    >>> clock(time(9), minutes=True), clock(time(12, 45), minutes=True)
    ('9:00am', '12:45pm')
    >>> clock(time(1, 30)), clock(time(1, 30, fold=1))
    ('1:30am', '1:30am (after the clocks go back)')
    """
    past = f":{at.minute:02}" if at.minute or minutes else ""
    which = " (after the clocks go back)" if at.fold else ""
    return f"{at.hour % 12 or 12}{past}{'am' if at.hour < 12 else 'pm'}{which}"


def clock_at(at: datetime, zone: str, minutes: bool = False) -> str:
    """An instant (aware) as the clock on the wall of that zone shows it.

    >>> from datetime import UTC
    >>> clock_at(datetime(2027, 7, 1, 13, 40, tzinfo=UTC), "Europe/London")
    '2:40pm'
    """
    return clock(_local(at, zone).time(), minutes)


def moment(at: datetime, zone: str) -> str:
    """An instant (aware) as the day and the wall time of that zone; name the place beside it.

    >>> from datetime import UTC
    >>> moment(datetime(2027, 3, 2, 10, 15, tzinfo=UTC), "Europe/Dublin")
    'Tuesday 2 March, 10:15am'
    >>> moment(datetime(2027, 6, 30, 23, 30, tzinfo=UTC), "Europe/London")
    'Thursday 1 July, 12:30am'
    """
    local = _local(at, zone)
    return f"{day(local)}, {clock(local.time())}"


def money(amount: Decimal, currency: str) -> str:
    """A price in "GBP" or "EUR"; pence and cents only when there are some.

    >>> money(Decimal("395.00"), "GBP"), money(Decimal("1580"), "GBP"), money(Decimal("12.5"), "EUR")
    ('£395', '£1,580', '€12.50')
    """
    return _SIGNS[currency] + f"{amount:,.2f}".removesuffix(".00")


def duration(minutes: int) -> str:
    """How long something takes.

    >>> duration(30), duration(60), duration(90), duration(121)
    ('30 minutes', '1 hour', '1 hour 30 minutes', '2 hours 1 minute')
    """
    hours, rest = divmod(minutes, 60)
    parts = [_counted(hours, "hour")] if hours else []
    return " ".join([*parts, _counted(rest, "minute")] if rest or not hours else parts)


def hours_age(hours: float) -> str:
    """How long somebody has waited, from working hours; 8 of them are a day. What is not full is not counted.

    >>> hours_age(0.4), hours_age(1), hours_age(7.9), hours_age(8), hours_age(20)
    ('under 1 hour', '1 hour', '7 hours', '1 day', '2 days')
    """
    if hours < 1:
        return "under 1 hour"
    if hours < _WORKING_DAY:
        return _counted(int(hours), "hour")
    return _counted(int(hours // _WORKING_DAY), "day")


def phone_tel(display: str, country: str) -> str:
    """What a phone dials for a number as we print it; `country` ("GB", "IE") is where it belongs.

    >>> phone_tel("0800 783 6106", "GB"), phone_tel("01 293 7839", "IE"), phone_tel("+353 1 293 7839", "GB")
    ('+448007836106', '+35312937839', '+35312937839')
    >>> phone_tel("00353 1 293 7839", "IE"), phone_tel("+44 (0)20 7946 0000", "GB")
    ('+35312937839', '+442079460000')
    """
    text = display.strip().replace("(0)", "")
    digits = "".join(sign for sign in text if sign in "0123456789")
    if text.startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+{_DIALLING_CODES[country]}{digits.removeprefix('0')}"


def reference(letters: str) -> str:
    """A reference in two groups, easy to say; case and gaps do not matter.

    >>> reference("7K4M2P"), reference(" 7k4 m2p"), reference("CH7K4M2P")
    ('7K4 M2P', '7K4 M2P', 'CH7K 4M2P')
    """
    plain = "".join(letters.split()).upper()
    half = len(plain) // 2
    return f"{plain[:half]} {plain[half:]}"


def list_words(words: Sequence[str], last: str = "and") -> str:
    """Several things in one sentence.

    >>> list_words(["Amersham", "Maidenhead", "Dublin"]), list_words(["a scan", "a review"], last="or")
    ('Amersham, Maidenhead and Dublin', 'a scan or a review')
    >>> list_words(["London"]), list_words([])
    ('London', '')
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _local(at: datetime, zone: str) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("An instant needs a time zone; without one the server's own would be taken.")
    return at.astimezone(ZoneInfo(zone))
