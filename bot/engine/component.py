"""What our trainable graph components share: their config, and a model kept in Rasa's model storage."""

import hashlib
from functools import lru_cache
from typing import Any, TypeVar

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.settings import ROOT
from bot.understanding.encoder import Vectors
from bot.understanding.text import clean, shorthand

Self = TypeVar("Self", bound="LearningComponent")
_FILE = "model.joblib"


class LearningComponent(GraphComponent):  # type: ignore[misc]
    """A component with one model, fitted in `train` and kept with `persist`."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self.config = config
        self._model_storage = model_storage
        self._resource = resource
        self.model: Any = None

    @classmethod
    def create(
        cls: type[Self],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        """See `GraphComponent`."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls: type[Self],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Self:
        """The component with the model that `persist` kept."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component.model = joblib.load(folder / _FILE)
        return component

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Rasa trains anew where this changes: it sees our components, not what they call."""
        return sources_fingerprint()

    def persist(self) -> Resource:
        """Keep the model; what `train` returns."""
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump(self.model, folder / _FILE)
        return self._resource


@lru_cache(maxsize=1)
def sources_fingerprint() -> str:
    """A hash of the code and data that the components use beside their own modules."""
    code = ROOT / "bot" / "understanding"
    files = [code / f"{name}.py" for name in ("text", "encoder", "model", "neighbours", "terms")]
    files.append(ROOT / "data" / "shorthand.yml")
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def words_of(message: Message) -> str:
    """The text of `message` as the models read it."""
    return shorthand().spell_out(clean(message.get(TEXT) or ""))


def vector_of(message: Message) -> Vectors:
    """The sentence vector that `SentenceEncoder` gave to `message`."""
    _, sentence = message.get_dense_features(TEXT)
    return sentence.features[0]  # type: ignore[no-any-return]


def is_command(message: Message) -> bool:
    """Whether `message` is a button's payload, which Rasa itself turns into an intent.

    The gate lets no such text in from outside.
    """
    return (message.get(TEXT) or "").startswith("/")
