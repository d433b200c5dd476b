"""Extraction: documents in eight languages to claims with exact code points.

Owns the way from text to `Claim`. Refuses to judge claims: `waferway.evidence.reconcile` does.
"""

from waferway.evidence.extract.extraction import claims_in
from waferway.evidence.extract.files import Document, Extraction, extract, read_documents
from waferway.evidence.extract.language import LANGUAGES, detect
from waferway.evidence.extract.names import likeness
from waferway.evidence.extract.provider import endpoint

__all__ = [
    "LANGUAGES",
    "Document",
    "Extraction",
    "claims_in",
    "detect",
    "endpoint",
    "extract",
    "likeness",
    "read_documents",
]
