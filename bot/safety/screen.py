"""The danger screen: reviewed phrases and the rules of their context. Pure, under a millisecond."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.safety.lexicon import Entry, Finder, Found, Lexicon
from bot.safety.spelling import Speller, without_pauses, word_set
from bot.safety.verdict import NOTHING, Level, Verdict

_HARMLESS, _UNLESS = "harmless", "unless"

_NEGATIONS = word_set(
    "not never no none dont didnt doesnt isnt arent aint wasnt wont wouldnt havent hasnt hadnt without nor neither "
    "denies denied denying"
)
_NEGATION_REACH = 5  # words before the phrase
# "I don't know if I want to die", "it won't stop": these negate something else.
_NOT_NEGATING_BEFORE = frozenset({"why", "sure", "if", "whether", "can", "could", "maybe"})
_NOT_NEGATING_AFTER = word_set(
    "just only sure know understand care stop stopping leave go let one matter help shake joking kidding jk lying lie "
    "trust"
)
_CLAUSE_ENDS = word_set("but because cause bc cuz and so though although yet then")
_AFTER_NO = word_set(
    "no more real actual active thoughts thought signs sign of about other new heavy bad severe plan plans urge urges "
    "desire history intention intent longer way"
)
_AFTER_AN_ANSWER = word_set(
    "i im ive id ill he hes she shes they my the cant cannot want wanna wants thinking took tok taken having feeling "
    "baby babys wont going gonna planning help call had been just wishing a hit hurt gf wife mommy bp someone "
    "it"
)
# A new subject begins a new clause ("no i want to die") unless the verb before it carries the negation over.
_SUBJECTS = word_set("i im ive id ill he hes she shes they theyre my")
_CARRY_OVER = word_set("think believe mean meant feel say saying said that worried")

_REQUESTS = word_set("help tell please call send")
_QUESTION_REACH = 5  # words before the phrase: "what if i ...", "will my wife look ..."

_SELF = word_set("i im ive id ill me my myself mine")
_OTHERS = word_set(
    "she shes her herself hers he hes him himself wife wifes girlfriend gf daughter sister friend friends bestie "
    "partner patient patients pt client mom mother mommy husband hubby niece cousin coworker neighbor neighbour "
    "roommate they them stepdaughter dil sil grandma"
)
_BABY = word_set("baby babys newborn infant toddler son kid child lo twin twins")

_YEARS = "|".join(["1998", *(str(year) for year in range(2005, 2025))])
_AGES = "|".join(str(age) for age in range(13, 46))  # from 13: "at 12" is more often an hour
_MANY = "|".join([*map(str, range(5, 31)), "five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty"])
_OLD_YEARS = "|".join(map(str, range(1998, 2020)))
_TEENS = "|".join([*map(str, range(13, 20)), "fifteen|sixteen|seventeen|eighteen|nineteen"])
_SPELLED_PAST = (
    "years|yrs|decade|decades|months ago|back",
    "in the past",
    "in|during my? high|middle|grad? school|college|university",
    f"back in high|college|school|{_YEARS}",
    f"in {_YEARS}",
    "when i was a? teen|teenager|kid|younger|young|child|girl|little|pregnant",
    "when i was fifteen|sixteen|seventeen|eighteen|nineteen",
    f"when i was {_AGES}|in",
    f"at {_AGES}",
    "as a teen|teenager|kid|child|baby",
    "had|was|were|got|nearly|needed ... ... with|after|at my first|last|second|oldest|older|previous|twins",
    "had my first|oldest|twins",
    "i|he|she|we|ive used to",
    "last year|summer|winter|spring|fall",
    "long time ago",
    "none|nothing since",
    "clean _ years|months",
)
# Many years back.
_SPELLED_LONG_AGO = (
    f"{_MANY} years|yrs|year ago|back|now",
    "decade|decades ago|back",
    "in|during my? high|middle school",
    "in college|university",
    f"back? in {_OLD_YEARS}",
    "as a teen|teenager|kid|child",
    "when i was a? teen|teenager|kid|child|little",
    f"when i was {_TEENS}",
    f"at {_TEENS}",
)
# Before what it is a history of; elsewhere in the sentence it explains what is there today.
_SPELLED_HISTORY = ("history of", "family history")
_HISTORY_REACH = 6  # words before the phrase
# The birth was months ago; what she tells of is not.
_SPELLED_BIRTH = ("birth|baby|delivered|delivery|section|born|son|daughter|twins ... ... months ago",)
# "All fine now", "can I still have it" tell of today, and yet not of danger.
_SPELLED_OVER = (
    "none|nothing since",
    "still allowed|possible|ok|okay|eligible|able|do|have|take|get|use|treat|qualify|good",
    "well|fine|ok|okay|normal|healthy|better|healed|recovered|cleared|good|great|stable|happy|safe|off now|today",
)
_PRESENT = word_set(
    "now again still today tonight currently lately anymore back recently rn starting since been cant keep keeps wont"
)

_TELLS_NOW = word_set("have has im am ive having is are feel just")

_QUESTION = word_set(
    "can could does do will would is are has have did how what whats which any why when who should might may "
    "evidence risk risks signs difference study studies likely chance chances"
)
_TREATMENT = word_set(
    "ketamine ket spravato esketamine treatment therapy infusion infusions drip lozenge lozenges tablets dose session "
    "drug medicine spray ppd depression anesthesia ect trials trial research cause causes causing"
)
_HYPOTHETIC = (
    "will|would|could|might|may|can i|my|it|she|he|we|they|you",
    "what if i|my|it|they|you|someone|he|she",
    "what happens if",
    "i read",
    "i heard that|it|about|of|ketamine|you|people",
    "worried|nervous|scared about",
    "the idea of",
    "chance ... i",
    "in case",
)
_EVIDENCE = word_set("im ive am been since having")
# "Is it normal to hear voices" tells of oneself, though it asks.
_CONFESSIONS = (
    "is it normal|ok|common|weird|bad",
    "anyone|anybody|any else|other|moms|mothers",
    "am i",
    "do other",
    "how do i",
)
_SENTENCE_ENDS = frozenset(".?!;")
_CLAUSE_MARKS = frozenset(".?!;,")
_FILLERS = word_set("so and but also or hi hey hello ok okay well question quick")


@dataclass(frozen=True)
class _Hit:
    entry: Entry
    start: int
    end: int

    @property
    def level(self) -> Level:
        return Level.DANGER if self.entry.level == "danger" else Level.CONCERN


class Screen:
    """Sees the danger that the lexicon names; knows nothing else."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._speller = Speller(lexicon.vocabulary(), lexicon.spellings)
        self._finder = Finder((key, lexicon.pattern(phrase)) for key, phrases in _keyed(lexicon) for phrase in phrases)
        self._past = _finder(lexicon, _SPELLED_PAST)
        self._long_ago = _finder(lexicon, _SPELLED_LONG_AGO)
        self._history = _finder(lexicon, _SPELLED_HISTORY)
        self._birth = _finder(lexicon, _SPELLED_BIRTH)
        self._over = _finder(lexicon, _SPELLED_OVER)
        self._hypothetic = _finder(lexicon, _HYPOTHETIC)
        self._confessions = _finder(lexicon, _CONFESSIONS)

    def read(self, text: str) -> Verdict:
        """The danger in `text`: the gravest hit, of equals the first, of those at one place the longest."""
        verdict, joined = self._read(text), without_pauses(text)
        if joined == text:
            return verdict
        # "..." may end a sentence or not: what either reading shows counts.
        second = self._read(joined)
        if not verdict.level and not second.level:
            return verdict if verdict.calm else second
        return max(second, verdict, key=lambda read: read.level)

    def _read(self, text: str) -> Verdict:
        words = self._speller.words(text)
        hits, excused = self._hits(words)
        if not hits:
            return Verdict(calm=True) if excused else NOTHING
        worst = _worst(hits)
        is_past = self._is_past(words, worst)
        return Verdict(
            worst.level,
            worst.entry.kind,
            _about_other(words, worst.start, worst.end),
            is_past,
            ("screen",),
            plain=worst.entry.plain and not is_past,
        )

    def _hits(self, words: list[str]) -> tuple[list[_Hit], bool]:
        """The phrases that count, and whether there were others that a rule excuses."""
        found = self._finder.find(words)
        harmless = [span for span in found if span.key == _HARMLESS]
        hits: list[_Hit] = []
        numbered = [(span, span.key) for span in found if isinstance(span.key, int)]
        for span, number in numbered:
            excused = harmless + [other for other in found if other.key == (_UNLESS, number)]
            hit = _Hit(self._lexicon.entries[number], span.start, span.end)
            if not _overlaps(span, excused) and not self._is_calm(words, hit):
                hits.append(hit)
        return hits, len(hits) < len(numbered)

    def _is_calm(self, words: list[str], hit: _Hit) -> bool:
        entry = hit.entry
        return (
            (entry.negatable and _negated(words, hit.start))
            or (self._is_past(words, hit) and (entry.only_now or self._is_history(words, hit)))
            or (entry.askable and self._is_asked(words, hit))
        )

    def _is_history(self, words: list[str], hit: _Hit) -> bool:
        """Whether it lies many years back and is told for the sake of a question: "... at 17. Does it rule me out?"."""
        start, end = _bounds(words, hit.start, hit.end, _SENTENCE_ENDS)
        if not self._long_ago.find(words[start:end]):
            return False
        first = next((word for word in words[end + 1 :] if word not in _FILLERS), "")
        return "?" in words[end:] or first in _QUESTION

    def _is_past(self, words: list[str], hit: _Hit) -> bool:
        sentence = _sentence(words, hit.start, hit.end)
        # "I have chest pain, last year was fine": the verb at the phrase counts.
        if any(word in _TELLS_NOW for word in words[max(0, hit.start - 2) : hit.end]):
            return False
        births = self._birth.find(sentence)
        is_history = bool(self._history.find(words[max(0, hit.start - _HISTORY_REACH) : hit.end]))
        past = [span for span in self._past.find(sentence) if not _overlaps(span, births)]
        if not is_history and not past:
            return False
        over = {place for span in [*self._over.find(sentence), *past] for place in range(span.start, span.end)}
        return not any(word in _PRESENT for place, word in enumerate(sentence) if place not in over)

    def _is_asked(self, words: list[str], hit: _Hit) -> bool:
        """Whether the sentence asks of the thing in general, or its clause of what might be, not of today."""
        start, end = _bounds(words, hit.start, hit.end, _SENTENCE_ENDS)
        sentence = words[start:end]
        if self._confessions.find(sentence):
            return False
        if not any(word in _SELF | _OTHERS | _BABY for word in sentence):
            return _is_question(words, start, end)
        start, end = _bounds(words, hit.start, hit.end, _CLAUSE_MARKS)
        if any(word in _EVIDENCE for word in words[start:end]):
            return False
        before = words[max(start, hit.start - _QUESTION_REACH) : hit.start]
        # "Can you help me my baby is choking" asks for help, not about choking.
        if any(word in _REQUESTS for word in before):
            return False
        return bool(self._hypothetic.find([*before, *words[hit.start : hit.end]]))


def _is_question(words: Sequence[str], start: int, end: int) -> bool:
    """Whether the sentence begins like a question, or names the treatment and ends with its mark."""
    first = next((word for word in words[start:end] if word not in _FILLERS), "")
    asks = end < len(words) and words[end] == "?"
    return first in _QUESTION or (asks and any(word in _TREATMENT for word in words[start:end]))


def _worst(hits: Sequence[_Hit]) -> _Hit:
    """The gravest, then the first; but a longer one over the same words says more precisely what it is."""
    first = max(hits, key=lambda hit: (hit.level, -hit.start, hit.end))
    rivals = [hit for hit in hits if hit.level == first.level and hit.start < first.end and first.start < hit.end]
    return max(rivals, key=lambda hit: (hit.end - hit.start, -hit.start))


def _keyed(lexicon: Lexicon) -> list[tuple[object, Sequence[str]]]:
    keyed: list[tuple[object, Sequence[str]]] = [(_HARMLESS, lexicon.harmless)]
    for number, entry in enumerate(lexicon.entries):
        keyed += [(number, entry.match), ((_UNLESS, number), entry.unless)]
    return keyed


def _finder(lexicon: Lexicon, phrases: Sequence[str]) -> Finder:
    return Finder(("", lexicon.pattern(phrase)) for phrase in phrases)


def _overlaps(span: Found, others: Sequence[Found]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _bounds(words: Sequence[str], start: int, end: int, marks: frozenset[str]) -> tuple[int, int]:
    """From where to where the words reach around `start` and `end` without one of `marks` between."""
    while start > 0 and words[start - 1] not in marks:
        start -= 1
    while end < len(words) and words[end] not in marks:
        end += 1
    return start, end


def _sentence(words: Sequence[str], start: int, end: int) -> Sequence[str]:
    start, end = _bounds(words, start, end, _SENTENCE_ENDS)
    return words[start:end]


def _is_determiner(words: Sequence[str], place: int, start: int) -> bool:
    """Whether the "no" at `place` belongs to the phrase ("no thoughts of ..."), and is no answer ("no i want ...")."""
    return words[start] not in _AFTER_AN_ANSWER and all(word in _AFTER_NO for word in words[place + 1 : start])


def _about_other(words: Sequence[str], start: int, end: int) -> bool:
    """Whether the one in danger is somebody else: the nearest person named in or before the phrase."""
    if any(word in _SELF for word in words[start:end]):
        return False
    subject = next((word for word in reversed(words[:end]) if word in _SELF | _OTHERS), None)
    if subject is None:
        return any(word in _OTHERS for word in _sentence(words, start, end))
    return subject in _OTHERS


def _negated(words: Sequence[str], start: int) -> bool:
    """Whether a negation stands shortly before `start`, in the same clause."""
    new_subject = False
    for place in range(start - 1, max(-1, start - 1 - _NEGATION_REACH), -1):
        word = words[place]
        if not word[0].isalnum() or word in _CLAUSE_ENDS:
            return False
        if word in _NEGATIONS:
            before = words[place - 1] if place else ""
            after = words[place + 1] if place + 1 < start else ""
            if word == "no" and not _is_determiner(words, place, start):
                return False
            carried = not new_subject or bool(_CARRY_OVER.intersection(words[place:start]))
            return carried and before not in _NOT_NEGATING_BEFORE and after not in _NOT_NEGATING_AFTER
        new_subject = new_subject or word in _SUBJECTS
    return False


@lru_cache(maxsize=1)
def screen() -> Screen:
    """The screen of this process; building it takes a moment."""
    english_screen = Screen(Lexicon.load())
    english_screen.read("warm up")
    return english_screen
