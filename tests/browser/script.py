"""What the engine of these tests says. Imported as `browser.script`."""

from bot.engine.channels.outbound import ANSWER, DANGER, FORM, NOTICE, Outbound
from served import Scripted

FIVE = ("Is it legal?", "How fast it works", "Who watches the baby", "Breastfeeding", "Driving")
DISCLOSURE = "I am an automated assistant, not a person and not a clinician."
LEAD = "Do not drive until the next day."
STEPS = tuple(f"Paragraph {number} of the answer. " + "It goes on with some more words. " * 9 for number in range(1, 5))
SOURCES = (
    {"title": "A study", "year": "2024", "address": "example.org/study"},
    {"title": "A label", "year": "2023", "address": "example.org/label"},
)
CALL = "Please talk to a person now: [call 988](tel:988) or [text 988](sms:988). In danger, [call 911](tel:911)."
EVIL = '<img src=x onerror="document.title=1"><script>document.title=2</script>[x](javascript:alert(1)) **bold**'


def script() -> Scripted:
    """An engine with an answer of each kind."""
    related = (("How to prepare", "/prepare"), ("Side effects", "/effects"))
    long = Outbound(
        ANSWER, "\n\n".join((LEAD, *STEPS)), "utter_faq_driving", related, SOURCES, "draft", topic="driving"
    )
    says = {
        "/greet": [
            Outbound(NOTICE, f"Hello. {DISCLOSURE}", "utter_greet", tuple((t, f"/{n}") for n, t in enumerate(FIVE)))
        ],
        "long": [long],
        "short": [Outbound(ANSWER, "A short answer.", "utter_faq_cost", review="draft", topic="cost")],
        "danger": [Outbound(DANGER, CALL, "utter_crisis_self_harm", kind="crisis_self_harm")],
        "violence": [Outbound(DANGER, CALL, "utter_crisis_domestic_violence", kind="crisis_domestic_violence")],
        "name": [Outbound(FORM, "What name should they ask for?", "utter_appointment_ask_name")],
        "phone": [Outbound(FORM, "Which number can they call?", "utter_appointment_ask_phone")],
        "wrong": [
            Outbound(
                FORM, "That number has too few digits. Which number can they call?", "utter_appointment_phone_missing"
            )
        ],
        "evil": [Outbound(ANSWER, EVIL, "utter_faq_evil")],
    }
    for number, title in enumerate(FIVE):
        says[f"/{number}"] = [Outbound(ANSWER, f"An answer to {title!r}", f"utter_{number}", related, topic="cost")]
    return Scripted(says)
