"""Reading documents and extracting their claims: the function behind `waferway evidence extract`.

Owns files in and records out. Refuses the command line itself, which only calls these.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waferway.errors import Faults, Place
from waferway.evidence.claims import Claim
from waferway.evidence.extract.extraction import claims_in
from waferway.evidence.extract.language import detect, known
from waferway.evidence.extract.provider import Provider, claims_from_model

__all__ = ["Document", "Extraction", "extract", "read_documents"]


@dataclass(frozen=True)
class Document:
    """One text as stored.

    Parameters
    ----------
    name : str
        File name, or any name a report can show.
    text : str
    lang : str
        One of the eight languages.
    published : str or None
        Day or month.
    """

    name: str
    text: str
    lang: str
    published: str | None = None


@dataclass(frozen=True)
class Extraction:
    """Claims of several documents.

    Parameters
    ----------
    documents : tuple of Document
    claims : tuple of Claim
        In the order of documents and of reading; `source_id` is the name of the document.
    """

    documents: tuple[Document, ...]
    claims: tuple[Claim, ...]

    def of(self, name: str) -> list[Claim]:
        """Claims of one document."""
        return [claim for claim in self.claims if claim.source_id == name]

    def to_json(self) -> dict[str, Any]:
        """One object: ``{"claims": [...]}`` with every field of the schema."""
        return {"claims": [claim.model_dump(mode="json") for claim in self.claims]}

    def __str__(self) -> str:
        """One line a claim: quote, value, unit, subject, metric, time."""
        lines = []
        for document in self.documents:
            lines.append(f"{document.name} ({document.lang})")
            for claim in self.of(document.name):
                value = spoken(claim)
                time = f" [{claim.valid_text}]" if claim.valid_text and claim.kind != "date" else ""
                lines.append(
                    f"  {claim.start}-{claim.end} {claim.quote!r}: {value}{time} "
                    f"{claim.subject} {claim.metric} ({claim.modality})"
                )
        return "\n".join(lines)


def spoken(claim: Claim) -> str:
    """A claim's value in words: `10 to 20 USD`, `at most 1.4 GW`, `2027-Q3`.

    Examples
    --------
    >>> from waferway.evidence.extract.extraction import claims_in
    >>> spoken(claims_in("capped at 1.4 GW")[0])
    'at most 1.4 GW'
    """
    if claim.form == "date":
        return claim.valid_text or "an unknown date"
    low, value, high = (
        None if number is None else f"{number:,f}"
        for number in (claim.low, claim.value, claim.high)
    )
    about = "about " if claim.approx else ""
    unit = claim.unit or ""
    if value is not None:
        return f"{about}{value} {unit}".strip()
    if low is not None and high is not None:
        return f"{about}{low} to {high} {unit}".strip()
    return f"at least {low} {unit}" if low is not None else f"at most {high} {unit}"


def read_documents(
    files: Iterable[str | Path], *, lang: str | None = None, published: str | None = None
) -> list[Document]:
    """Read text files as they are stored (UTF-8, newlines untouched).

    Raises
    ------
    InputError
        With every file that is missing or no UTF-8.
    """
    faults = Faults()
    documents: list[Document] = []
    names: set[str] = set()
    for entry in files:
        path = Path(entry)
        try:
            text = path.read_bytes().decode("utf-8")
        except OSError as error:
            faults.add(Place(str(path)), f"cannot be read: {error.strerror}")
            continue
        except UnicodeDecodeError as error:
            faults.add(
                Place(str(path)),
                f"not UTF-8: byte {error.start} is {text_of(error)}",
                suggestion="store the text as UTF-8",
            )
            continue
        name = path.name if path.name not in names else str(path)
        names.add(name)
        documents.append(Document(name, text, known(lang) if lang else detect(text), published))
    faults.raise_any("no claims were extracted")
    return documents


def text_of(error: UnicodeDecodeError) -> str:
    """The byte that is no UTF-8, in hexadecimal."""
    return f"0x{error.object[error.start]:02x}"


def extract(
    files: Sequence[str | Path],
    *,
    lang: str | None = None,
    published: str | None = None,
    provider: Provider | None = None,
) -> Extraction:
    """Claims of text files.

    Parameters
    ----------
    files : sequence of path
    lang : str, optional
        Language of all files; detected for each if not given.
    published : str, optional
        Date of all files (day or month), against which dates without a year are read.
    provider : callable, optional
        Model provider: prompt in, JSON text out. Its claims are added where the rules found
        nothing; a claim whose quote is not in the text at exactly one place is refused.

    Returns
    -------
    Extraction

    Raises
    ------
    InputError
        If files cannot be read; all of them at once.
    RangeError
        If `lang` or `published` cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "note.txt"
    ...     _ = path.write_text("Power is capped at 1.4 GW.", encoding="utf-8")
    ...     print(extract([path]).claims[0].quote)
    1.4 GW
    """
    documents = read_documents(files, lang=lang, published=published)
    claims: list[Claim] = []
    for document in documents:
        found = claims_in(
            document.text, lang=document.lang, published=document.published, source_id=document.name
        )
        if provider is not None:
            found = claims_from_model(document.text, provider, document.lang, rules=found,
                                      source_id=document.name)  # fmt: skip
        claims += found
    return Extraction(tuple(documents), tuple(claims))


def dumps(extraction: Extraction) -> str:
    """The JSON object of an extraction as text."""
    return json.dumps(extraction.to_json(), ensure_ascii=False, indent=1)
