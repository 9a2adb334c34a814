"""The process that opens and recognises pictures: `python -m app.screenshots.readers.child`.

Decided: a process of its own, for its half gigabyte is given back when it ends, a picture that
breaks a decoder breaks only it, and neither recognition nor the search for tables in thousands of
words ever holds up the web process' loop. Frames of a
length and bytes come in by standard input, a frame of JSON and a frame of the clean picture go out.
"""

import json
import os
import resource
import sys
from typing import Any, BinaryIO

from app.core.errors import InvalidInput
from app.screenshots import documents
from app.screenshots.pictures import encode_clean, open_upright
from app.screenshots.reading import read_words

_LENGTH_BYTES = 4
_MEMORY = 4 * 1024**3


def main() -> None:
    # What libraries print must not get between the frames.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    from app.screenshots.readers.ocr import Recognition

    recognition = Recognition()
    while (content := read_frame(sys.stdin.buffer)) is not None:
        head, picture = _answer(recognition, content)
        write_frame(answers, json.dumps(head).encode())
        write_frame(answers, picture)
        answers.flush()


def _answer(recognition: Any, content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        upright = open_upright(content)
        picture, words = recognition.read(upright)
    except InvalidInput as error:
        return {"refused": error.message}, b""
    except MemoryError:
        return {"refused": "The picture needs more memory than reading it may take. Crop it."}, b""
    reading = documents.written(read_words(words))
    head = {"width": picture.width, "height": picture.height, "reading": reading}
    return head, encode_clean(picture)


def read_frame(source: BinaryIO) -> bytes | None:
    head = source.read(_LENGTH_BYTES)
    if len(head) < _LENGTH_BYTES:
        return None
    return source.read(int.from_bytes(head, "big"))


def write_frame(target: BinaryIO, content: bytes) -> None:
    target.write(len(content).to_bytes(_LENGTH_BYTES, "big") + content)


if __name__ == "__main__":
    main()
