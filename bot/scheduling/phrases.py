"""What she says in any form: yes and no, and the words that steer it."""

import re
from enum import StrEnum

_END = r"[\s.!,?]*$"
_PLEASE = (
    r"(?:(?:ok(?:ay)?|um+|oh|hmm+|well|actually|sorry|please|pls|can we|can i|could we|could i|lets"
    r"|let's|let me|i want to|i wanna|i'd like to)[,\s]+)*"
)


def _whole(words: str) -> re.Pattern[str]:
    """Matches a message that is nothing but one of `words`."""
    return re.compile(
        rf"^\s*{_PLEASE}(?:{words})(?:[,\s]+(?:please|pls|thanks|thank you|now|then|sorry))*{_END}", re.IGNORECASE
    )


class Command(StrEnum):
    """What steers the form instead of answering it."""

    CANCEL = "cancel"
    PAUSE = "pause"
    BACK = "back"
    DECLINE = "decline"
    RESTART = "restart"


_THIS = (
    r"(?: it| this| that| the (?:form|request|appointment|booking|visit)| about (?:it|this|that)"
    r"| my (?:request|appointment|booking))?"
)
_COMMANDS = (
    (
        Command.RESTART,
        _whole(
            rf"(?:start|begin)(?:ing)?(?:{_THIS})? (?:over|again|afresh|from (?:the )?(?:start|beginning"
            rf"|scratch))|restart{_THIS}|from the (?:start|beginning|top)"
        ),
    ),
    (
        Command.CANCEL,
        _whole(
            rf"cancel{_THIS}|never ?mind{_THIS}|nvm|forget{_THIS}|quit{_THIS}|abort{_THIS}|drop{_THIS}"
            rf"|scrap{_THIS}|exit|get me out|"
            r"i(?:'ve| have)? changed my mind|i (?:do not|don'?t) want (?:to|it|this|that|an appointment"
            r"|to do this)(?: anymore| any more)?|"
            rf"don'?t (?:send|book){_THIS}|delete{_THIS}"
        ),
    ),
    (
        Command.PAUSE,
        _whole(
            r"stop|pause|bye(?:[ -]?bye)?|goodbye|good ?night|not now"
            r"|(?:maybe )?later|another time|(?:i(?:'ll| will) )?(?:come back|be back"
            r"|do (?:it|this) (?:later|another time)|finish (?:it |this )?later).{0,20}|"
            r"(?:i )?(?:have to|gotta|got to|need to|must) (?:go|run|stop)(?:[ ,].{0,30})?|brb|hold on"
            r"|one (?:sec|second|moment|minute)|give me a (?:sec|second|minute|moment)|"
            r"(?:the )?baby(?:'s| is)? (?:crying|awake|up|woke up).{0,20}"
        ),
    ),
    (
        Command.BACK,
        _whole(
            r"(?:go )?back(?: (?:one|a step|please|up|to the last (?:one|question)))?|(?:the )?(?:previous"
            r"|last|prior)(?: (?:one|question|step))?|undo|one back|step back|return to the previous.{0,12}"
        ),
    ),
    (
        Command.DECLINE,
        _whole(
            r"skip(?: (?:it|this|that|this one|that one))?|pass|next|no answer|none of your business"
            r"|(?:that'?s |it'?s )?(?:private|personal)|"
            r"(?:i(?:'d| would|d) )?(?:rather|prefer) (?:not|to not)(?: (?:to )?(?:say|tell|answer|share"
            r"|give).{0,25})?|"
            r"(?:i(?:'d| would|d) )?prefer not to(?: .{0,25})?|i(?:'d| would|d) rather (?:not|skip).{0,25}|"
            r"i (?:do not|don'?t|won'?t|will not) (?:want to |wanna )?(?:say|tell|answer|share|give).{0,25}"
            r"|not telling(?: you)?|leave (?:it )?(?:blank|empty)|do i have to(?: (?:say|answer"
            r"|tell you).{0,12})?"
        ),
    ),
)


def command(text: str) -> Command | None:
    """What `text` commands, if it is nothing but a command."""
    return next((name for name, pattern in _COMMANDS if pattern.match(text)), None)


_YES = _whole(
    r"(?:(?:y|ya|yes|yess+|yea|yeah|yep|yup|ok|okay|k|sure|fine|right|correct|perfect|great|good"
    r"|absolutely|definitely|certainly|of course|agreed?|i agree|i do|i consent|"
    r"sounds (?:good|right|great)|looks (?:good|right|correct|great)|all (?:good|right|correct)"
    r"|that'?s (?:fine|right|correct|ok|okay|it|good|perfect|all)|it is|it'?s (?:right|correct|fine"
    r"|good)|"
    r"send(?: it| this| that)?(?: in| off)?|submit(?: it)?|confirm(?:ed)?(?: it)?|go ahead|do it"
    r"|please do|you (?:can|may)|they (?:can|may)|everything(?: is|'s)? (?:right|correct|fine|good)"
    r"|go for it|yes (?:you|they) (?:can|may)|"
    r"(?:call|contact|text) me|no problem|works for me|book it)[,.!\s]*)+"
)
_NO = _whole(
    r"(?:n|no+|nope|nah|not? (?:really|yet|thanks|thank you)|don'?t|do not|i do(?:n'?t| not)(?: agree"
    r"| want that)?|never|no way|absolutely not|not ok(?:ay)?|wrong|it'?s wrong|that'?s (?:wrong"
    r"|not right|not correct)|incorrect|not (?:right|correct))(?:[,.!\s]+(?:no+|thanks|thank you"
    r"|please don'?t|don'?t|i do(?:n'?t| not)))*"
)


def yes_or_no(text: str) -> bool | None:
    """Whether `text` is a yes or a no and nothing else; None for anything less clear."""
    if _NO.match(text):
        return False
    return True if _YES.match(text) else None


_ANY = re.compile(
    r"\b(?:any ?time|when ?ever|any|either|both|doesn'?t matter|don'?t (?:care|mind)|no preference"
    r"|flexible|you (?:choose|pick)|up to you|all day|not picky|open)\b",
    re.IGNORECASE,
)


def leaves_it_open(text: str) -> bool:
    """Whether she says that it is all the same to her."""
    return bool(_ANY.search(text))


_STRANGE = re.compile(r"[\[\]*_<>`{}|\\^~#]+")


def tidy(text: str) -> str:
    """`text` on one line without marks that a page or a text message would read as something else."""
    return " ".join(_STRANGE.sub(" ", text).split()).strip(" ,;-")


_CUE = re.compile(
    r"\b(?:no,? wait|wait|actually|sorry|i meant|i mean|correction|change|chang(?:ed|ing)|instead"
    r"|wrong|not right|incorrect|fix|edit|update|make (?:it|that)|should (?:be|say)|oops|typo|mistake"
    r"|scratch that)\b",
    re.IGNORECASE,
)


def corrects(text: str) -> bool:
    """Whether she takes back something that she said."""
    return bool(_CUE.search(text))
