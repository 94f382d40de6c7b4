"""PDF files without scripts, hidden files and author.

A parser of hostile files, written in C++, works in a process of its own: with little memory and
little time, and without our environment. What it cannot do there is refused.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from enum import IntEnum
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from announcer.domain.attachment import UnfitFile
from announcer.domain.errors import N_
from announcer.render.picture import bare_jpeg

#: Bytes that the process may use, and seconds: a hundred times what an ordinary file of 10 MB needs.
MEMORY = 1_000_000_000
SECONDS = 10


class Fault(IntEnum):
    """How the process ends where a file cannot be taken."""

    #: Python's own for any exception: the file is broken or too large when unpacked.
    BROKEN = 1
    LOCKED = 3
    RUNS = 4
    CONTAINS = 5
    SIGNED = 6


_SENTENCES = {
    Fault.BROKEN: N_("Bilagan ”{name}” går inte att läsa som pdf. Skriv ut den till en ny pdf."),
    Fault.LOCKED: N_(
        "Bilagan ”{name}” är låst eller krypterad. Spara en pdf utan lösenord och skydd."
    ),
    Fault.RUNS: N_(
        "Bilagan ”{name}” innehåller något som körs när den öppnas, som skript. Skriv ut den till en ny pdf."
    ),
    Fault.CONTAINS: N_("Bilagan ”{name}” har andra filer inuti. Bifoga dem var för sig."),
    Fault.SIGNED: N_(
        "Bilagan ”{name}” är elektroniskt underskriven, och underskriften skulle brytas. Bifoga en kopia utan underskrift."
    ),
}
#: Actions that run or send something (ISO 32000-2 table 201).
_RUNNING = {
    *("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/RichMediaExecute"),
    *("/Movie", "/Sound"),
}
#: Keys of any object that tell about its maker, or act by themselves (ISO 32000-2 14.3, 14.5, 12.6.3).
_TELLING = ("/PieceInfo", "/LastModified", "/Thumb", "/AA")
#: Properties in XMP that say what the file is, and not whose; PDF/A and PDF/UA need them.
_KEPT_XMP = (
    "{http://www.aiim.org/pdfa/ns/",
    "{http://www.aiim.org/pdfua/ns/",
    "{http://purl.org/dc/elements/1.1/}title",
    "{http://purl.org/dc/elements/1.1/}language",
)


class _Refused(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def clean_pdf(raw: bytes) -> bytes:
    """The file with its title only, and without the metadata of its photographs.

    Raises `UnfitFile` for what is locked, runs, holds files, is signed, or cannot be read.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=raw,
            capture_output=True,
            timeout=SECONDS * 2,
            env={key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnfitFile(_SENTENCES[Fault.BROKEN]) from None
    if done.returncode == 0:
        return done.stdout
    known = done.returncode in _SENTENCES
    raise UnfitFile(_SENTENCES[Fault(done.returncode) if known else Fault.BROKEN])


def main() -> int:
    """Clean standard input to standard output; a `Fault` where that cannot be."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sys.stdout.buffer.write(_cleaned(sys.stdin.buffer.read()))
    except pikepdf.PasswordError:
        return Fault.LOCKED
    except _Refused as refused:
        return refused.fault
    return 0


def _cleaned(raw: bytes) -> bytes:
    with pikepdf.open(BytesIO(raw)) as pdf:
        if pdf.is_encrypted:
            raise _Refused(Fault.LOCKED)
        if not len(pdf.pages):
            raise _Refused(Fault.BROKEN)
        for one in list(_reachable(pdf)):
            _look(one)
            _forget(one, keep_metadata=one.objgen == pdf.Root.objgen)
        _forget_author(pdf)
        out = BytesIO()
        # As it was: PDF/A-1 allows no object streams.
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.preserve)
        return out.getvalue()


def _reachable(pdf: Pdf) -> Iterator[Object]:
    """Every dictionary and stream that the file still uses."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [pdf.trailer]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Object) and one.is_indirect:
            if one.objgen in seen:
                continue
            seen.add(one.objgen)
        if isinstance(one, Array):
            waiting.extend(one.as_list())
        elif isinstance(one, (Dictionary, Stream)):
            yield one
            waiting.extend(value for _, value in one.items())


def _look(one: Object) -> None:
    """Raise `_Refused` for an object that runs, holds a file, or is a signature."""
    if str(one.get("/S", "")) in _RUNNING or "/JS" in one or "/XFA" in one:
        raise _Refused(Fault.RUNS)
    if str(one.get("/Subtype", "")) in {"/RichMedia", "/Movie", "/Screen"}:
        raise _Refused(Fault.RUNS)
    if "/EF" in one or "/EmbeddedFiles" in one:
        raise _Refused(Fault.CONTAINS)
    if "/ByteRange" in one:  # ISO 32000-2 table 255: a signature over exactly these bytes
        raise _Refused(Fault.SIGNED)


def _forget(one: Object, *, keep_metadata: bool) -> None:
    for key in (*_TELLING, *(() if keep_metadata else ("/Metadata",))):
        if key in one:
            del one[key]
    if isinstance(one, Stream) and one.get("/Filter") == Name.DCTDecode:
        with suppress(UnfitFile):  # a broken picture inside shows as broken, as before
            parameters = one.get("/DecodeParms")
            one.write(bare_jpeg(one.read_raw_bytes()), filter=Name.DCTDecode)
            if parameters is not None:
                one["/DecodeParms"] = parameters


def _forget_author(pdf: Pdf) -> None:
    """Keep the title; a file may open at a page of its own, and at nothing else."""
    old = pdf.trailer.get("/Info")
    title = old.get("/Title") if isinstance(old, Dictionary) else None
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    if isinstance(title, pikepdf.String):
        pdf.trailer["/Info"] = pdf.make_indirect(Dictionary(Title=title))
    opens = pdf.Root.get("/OpenAction")
    if isinstance(opens, Dictionary) and opens.get("/S") != Name.GoTo:
        del pdf.Root["/OpenAction"]
    if "/Metadata" in pdf.Root:
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
            for key in list(xmp):
                if not key.startswith(_KEPT_XMP):
                    del xmp[key]


if __name__ == "__main__":
    sys.exit(main())
