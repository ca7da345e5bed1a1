"""The texts of a topic: every one that some clinic says, on each channel."""

from collections.abc import Iterator, Sequence

from bot.clinic import Clinic, ModelOfCare
from bot.faq.checks.texts import SMS, WEB, Text, text
from bot.faq.findings import Finding, shown
from bot.faq.library import Entry
from bot.faq.topic import Words

_MODELS = {model.value for model in ModelOfCare}


def texts(entry: Entry, clinics: Sequence[Clinic]) -> Iterator[Text]:
    """Each text of `entry`, filled for the clinics that say it."""
    topic = entry.topic
    parts: dict[str, Words | None] = {
        "": Words(web=topic.web, sms=topic.sms),
        "more": topic.more,
        "in_clinic": topic.in_clinic,
        "in_clinic.more": topic.in_clinic and topic.in_clinic.more,
        "at_home": topic.at_home,
        "at_home.more": topic.at_home and topic.at_home.more,
        "afterwards": topic.afterwards,
        "afterwards.in_clinic": topic.afterwards and topic.afterwards.in_clinic,
        "afterwards.at_home": topic.afterwards and topic.afterwards.at_home,
    }
    for part, words in parts.items():
        for channel in (WEB, SMS):
            written = getattr(words, channel, None)
            if written:
                yield _text(entry, f"{part}.{channel}".strip("."), channel, written, clinics)


def _text(entry: Entry, key: str, channel: str, written: str, clinics: Sequence[Clinic]) -> Text:
    saying = [c for c in clinics if _says(entry, key, written, channel, c.model_of_care)] or _of_model(key, clinics)
    facts = [(clinic, clinic.facts()) for clinic in saying]
    return text(entry.path, entry.line(key), f"{entry.name}/{key}", channel, written, facts)


def _says(entry: Entry, key: str, written: str, channel: str, model: ModelOfCare) -> bool:
    """Whether a clinic of this model of care says the text, or a variation of its own in its place."""
    topic = entry.topic
    if "afterwards" in key:
        words = topic.after_expiry(model)
    else:
        words = topic.further(model) if "more" in key else topic.answer(model)
    return getattr(words, channel, None) == written


def _of_model(key: str, clinics: Sequence[Clinic]) -> list[Clinic]:
    """The clinics whose facts a text must fit that none of them says today: a third one may."""
    named = _MODELS & set(key.split("."))
    return [c for c in clinics if not named or c.model_of_care.value in named]


def channels(entry: Entry, clinics: Sequence[Clinic]) -> Iterator[Finding]:
    """A finding where a mother on one channel would be left without words, or given the other channel's."""
    for model in sorted({clinic.model_of_care for clinic in clinics}):
        parts = {"more": entry.topic.further(model), "afterwards": entry.topic.after_expiry(model)}
        for key, words in parts.items():
            for channel in (WEB, SMS):
                if words and not getattr(words, channel):
                    problem = f"{key}: no `{channel}` under {model.value}"
                    mend = f"Write `{channel}` under `{key}`."
                    yield Finding(shown(entry.path), entry.line(key), "channels", problem, mend)


def dates(entry: Entry, clinics: Sequence[Clinic]) -> Iterator[Finding]:
    """A finding for each clinic that lacks the date named by `until`."""
    name = entry.topic.until
    for clinic in clinics:
        if name and name not in clinic.dates:
            problem = f"until: {clinic.short_name} has no date `{name}`"
            mend = f"Add `{name}` under `dates` in its clinic file, or correct the name."
            yield Finding(shown(entry.path), entry.line("until"), "placeholder", problem, mend)
