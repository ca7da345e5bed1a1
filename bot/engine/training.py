"""A model for the files as they are: found if it is there, trained and published if not."""

import hashlib
import logging
import shutil
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from bot.clinic import clinic_file
from bot.errors import NightlightError
from bot.settings import ROOT, Settings

log = logging.getLogger(__name__)
_TRAINED_ON = ("config.yml", "domain.yml", "uv.lock")
_FOLDERS = ("data", "bot/understanding", "bot/faq", "bot/safety")
_COMPONENTS = (
    "appointments",
    "check_in",
    "classifier",
    "component",
    "danger",
    "decision",
    "encoder",
    "importer",
    "policies",
)
_SUFFIXES = {".yml", ".py"}
KEPT_MODELS = 3


def fingerprint(settings: Settings) -> str:
    """A hash of everything that a model depends on: data, settings of the pipeline, code, the clinic file."""
    files = [ROOT / name for name in _TRAINED_ON] + [clinic_file(settings.clinic)]
    files += [ROOT / "bot" / "engine" / f"{name}.py" for name in _COMPONENTS]
    files.append(ROOT / "bot" / "scheduling" / "words.py")  # compiled into responses
    for folder in _FOLDERS:
        files += [p for p in (ROOT / folder).rglob("*") if p.suffix in _SUFFIXES]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def model_path(settings: Settings) -> Path:
    """Where the model for the files as they are is, or would be."""
    return settings.models / f"{Path(settings.clinic).stem}-{fingerprint(settings)}.tar.gz"


def train(settings: Settings) -> Path:
    """Train a model and put it at `model_path`, complete or not at all.

    Raises `NightlightError` if training fails or the model misses danger that it must catch.
    """
    from rasa.model_training import train as rasa_train

    from bot.engine.release import refuse_unsafe

    target = model_path(settings)
    settings.models.mkdir(parents=True, exist_ok=True)
    # Rasa speaks on standard output, which is for results.
    with redirect_stdout(sys.stderr), tempfile.TemporaryDirectory(dir=settings.models) as folder:
        result = rasa_train(
            domain=str(ROOT / "domain.yml"),
            config=str(ROOT / "config.yml"),
            training_files=[str(ROOT / "data")],
            output=folder,
            fixed_model_name="candidate",
        )
        if result.code != 0 or not result.model:
            raise NightlightError("The training failed; see the lines above.")
        refuse_unsafe(Path(result.model))
        shutil.move(result.model, target)
    _forget_old(settings, keep=target)
    return target


def _forget_old(settings: Settings, keep: Path) -> None:
    models = sorted(settings.models.glob("*.tar.gz"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in models[KEPT_MODELS:]:
        if old != keep:
            old.unlink()
