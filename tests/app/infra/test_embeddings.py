from pathlib import Path

import numpy as np

from app.infra.embeddings import WIDTH, load_minilm, remembered

SENTENCES = (
    "where is support on stock",
    "what are the key levels for stock",
    "write me a poem about cats",
)


def test_vectors_have_unit_length() -> None:
    vectors = load_minilm().embed(SENTENCES)
    assert vectors.shape == (3, WIDTH)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_likeness_is_of_meaning() -> None:
    support, levels, poem = load_minilm().embed(SENTENCES)
    assert support @ levels > support @ poem + 0.2


def test_a_sentence_has_the_same_vector_alone_and_among_others() -> None:
    together = load_minilm().embed(SENTENCES)
    alone = np.concatenate([load_minilm().embed([sentence]) for sentence in SENTENCES])
    assert np.allclose(together, alone, atol=1e-5)


def test_no_sentences_have_no_vectors() -> None:
    assert load_minilm().embed([]).shape == (0, WIDTH)


def test_remembered_vectors_are_read_and_not_computed_again(tmp_path: Path) -> None:
    first = remembered(SENTENCES, tmp_path)
    [kept] = tmp_path.iterdir()
    marked = first.copy()
    marked[0, 0] = 7
    np.save(kept, marked)
    assert remembered(SENTENCES, tmp_path)[0, 0] == 7
    assert remembered(SENTENCES[:2], tmp_path).shape == (2, WIDTH)


def test_a_broken_file_is_computed_again(tmp_path: Path) -> None:
    first = remembered(SENTENCES, tmp_path)
    [kept] = tmp_path.iterdir()
    kept.write_bytes(b"not an array")
    assert np.allclose(remembered(SENTENCES, tmp_path), first)


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    assert remembered(SENTENCES, file / "below").shape == (3, WIDTH)
