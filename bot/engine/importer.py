"""What Rasa trains on: its own files, the curated FAQ, the words of danger and of the forms, for one clinic."""

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter

from bot.clinic import Clinic
from bot.faq.compile import Response, compile_faq, fill_response, rules, utter, variations
from bot.faq.library import library
from bot.faq.notices import ERASURE, compile_notices
from bot.faq.topic import Words
from bot.safety.lines import line_facts
from bot.safety.words import crisis_words_of
from bot.scheduling.words import responses as appointment_responses
from bot.settings import settings

OF_THE_GATE = frozenset({"fail_safe", "unavailable", "unreadable"})  # said without Rasa


def crisis_responses(clinic: Clinic) -> dict[str, list[Response]]:
    """The responses to danger, by name, with a variation for each situation."""
    return {
        utter(key): [
            response
            for situation, said in words.variants().items()
            for response in variations(
                Words(**said.model_dump()),
                metadata={"type": "danger", **({"when": {situation: True}} if situation else {})},
            )
        ]
        for key, words in crisis_words_of(clinic).items()
        if key not in OF_THE_GATE
    }


class ClinicImporter(RasaFileImporter):
    """Rasa's files, with the answers of the clinic that `NIGHTLIGHT_CLINIC` names compiled in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clinic = Clinic.load(settings().clinic)

    def get_domain(self) -> Domain:
        """The domain of `domain.yml`, every placeholder filled, with a response for each topic and danger."""
        structure = super().get_domain().as_dict()
        facts = self._clinic.facts() | line_facts(self._clinic.country)
        spoken = {
            name: [fill_response(response, facts) for response in responses]
            for name, responses in structure["responses"].items()
        }
        spoken |= compile_faq(library(), self._clinic) | crisis_responses(self._clinic)
        spoken |= compile_notices(ERASURE, facts)
        spoken |= appointment_responses(self._clinic, facts)
        known = {next(iter(i)) if isinstance(i, dict) else i for i in structure["intents"]}
        topics = [intent for intent in library() if intent not in known]
        return Domain.from_dict({**structure, "intents": structure["intents"] + topics, "responses": spoken})

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """The rules and stories of `data/`, with one rule for each topic."""
        written = super().get_stories(exclusion_percentage)
        steps = YAMLStoryReader().read_from_parsed_yaml({"version": "3.1", "rules": rules(library())})
        return written.merge(StoryGraph(steps))
