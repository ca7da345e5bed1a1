"""When we may begin to text: the hours in which nobody is woken, by her own clock.

Federal rules for marketing say 8 am to 9 pm; the Texas rule (SB 140, since 1 September 2025) is stricter: 9 am to
9 pm from Monday to Saturday, noon to 9 pm on Sunday. What we begin is no marketing; it keeps the stricter one all the
same. What she writes is answered at any hour.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clinic import CLOSES, OPENS

OPENS_ON_SUNDAY = time(12)
SUNDAY = 6


def is_open(moment: datetime, time_zone: str) -> bool:
    """Whether we may begin to text at that moment; `time_zone` is hers (an IANA name)."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return _opens(local) <= local.time() < CLOSES


def next_open(moment: datetime, time_zone: str) -> datetime:
    """The first moment from `moment` on in which we may begin to text: `moment` itself, or the next opening."""
    if is_open(moment, time_zone):
        return moment
    local = moment.astimezone(ZoneInfo(time_zone))
    day = local.date() if local.time() < _opens(local) else local.date() + timedelta(days=1)
    # Built from the day and the clock, not by adding hours: a night may have 7 or 9 of them.
    opens = OPENS_ON_SUNDAY if day.weekday() == SUNDAY else OPENS
    return datetime.combine(day, opens, ZoneInfo(time_zone)).astimezone(moment.tzinfo)


def _opens(local: datetime) -> time:
    return OPENS_ON_SUNDAY if local.weekday() == SUNDAY else OPENS
