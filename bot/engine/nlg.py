"""Which of the reviewed variations of a response is said: by channel, situation and date."""

from datetime import date
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import clock
from bot.clinic import clinic
from bot.faq.library import library
from bot.faq.options import asked, options

Response = dict[str, Any]
DID_YOU_MEAN = "utter_did_you_mean"
NONE_OF_THESE = {"title": "None of these", "payload": "/none_of_these"}


def fits(response: Response, situation: dict[str, bool], today: date) -> bool:
    """Whether `response` may be said in `situation` on the day `today`."""
    metadata = response.get("metadata") or {}
    wanted = metadata.get("when") or {}
    if any(not situation.get(name) for name in wanted):
        return False
    if "until" in metadata and today > date.fromisoformat(metadata["until"]):
        return False
    return "after" not in metadata or today > date.fromisoformat(metadata["after"])


def choose(responses: list[Response], channel: str, situation: dict[str, bool], today: date) -> Response | None:
    """The one to say: it fits, is for this channel if any is, and is the most particular.

    Of equals the first: two mothers who ask the same read the same.
    """
    fitting = [r for r in responses if fits(r, situation, today)]
    own = [r for r in fitting if r.get("channel") == channel] or [r for r in fitting if not r.get("channel")]
    return max(own, key=lambda r: len((r.get("metadata") or {}).get("when") or {}), default=None)


class ReviewedAnswers(TemplatedNaturalLanguageGenerator):  # type: ignore[misc]
    """Says the responses of the model. It chooses among them and never writes one."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        super().__init__(domain.responses if domain else {})

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> Response | None:
        """The variation of `utter_action` for this channel and message; None where there is none."""
        data = (tracker.latest_message.parse_data if tracker.latest_message else None) or {}
        today = clock.today(clinic().time_zone)
        found = choose(self.responses.get(utter_action, []), output_channel, data.get("situation") or {}, today)
        if found is None:
            return None
        response = self._fill_response(dict(found), tracker.current_slot_values(), **kwargs)
        if utter_action == DID_YOU_MEAN:
            response["buttons"] = [*options(data.get("options") or [], library(), asked()), NONE_OF_THESE]
        return response
