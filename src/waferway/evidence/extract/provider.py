"""An optional model as a second reader, under the rule that a quote is exact or refused.

Owns the prompt, the reading of the answer and the refusal. Refuses fuzzy alignment: a quote must
stand in the text exactly once, or come with offsets at which it stands. Any callable from prompt
to JSON text will do; `endpoint` makes one for a server with the chat-completions interface.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlparse
from urllib.request import Request, urlopen

from pydantic import ValidationError

from waferway.errors import RangeError
from waferway.evidence.claims import Claim
from waferway.evidence.extract.extraction import claim_id

__all__ = ["Provider", "claims_from_model", "endpoint", "prompt_for"]

Provider = Callable[[str], str]

_FIELDS = (
    "subject metric kind form low value high unit approx modality valid_text attribution "
    "quote start end"
)


def prompt_for(text: str, lang: str) -> str:
    """What the model is asked.

    Examples
    --------
    >>> "exact substring" in prompt_for("12 GW", "en")
    True
    """
    return (
        "List every quantity and date the text claims, as JSON "
        '{"claims": [{...}]} with the fields ' + _FIELDS.replace(" ", ", ") + ". "
        "Money in ISO 4217, percent as % on 0-100, counted things as singular nouns. "
        "quote is an exact substring of the text, copied character by character; give start and "
        "end in code points if it occurs more than once. Product codes are no quantities. "
        f"Language: {lang}. Text:\n{text}"
    )


def claims_from_model(
    text: str,
    provider: Provider,
    lang: str,
    *,
    rules: Sequence[Claim] = (),
    source_id: str | None = None,
    name: str = "provider",
) -> list[Claim]:
    """Claims of the rules, and those of a model that are exact and new.

    Parameters
    ----------
    text : str
    provider : callable
        Prompt to JSON text.
    lang : str
    rules : sequence of Claim
        Claims already found; a claim of the model that overlaps one of them is dropped.
    source_id : str, optional
    name : str
        Name of the model, for `method`.

    Returns
    -------
    list of Claim
        In reading order. An answer that is no JSON adds nothing.

    Examples
    --------
    >>> answer = '{"claims": [{"quote": "12 GW", "value": 12, "unit": "GW", "kind": "power"},'
    >>> answer += ' {"quote": "13 GW", "value": 13, "unit": "GW", "kind": "power"}]}'
    >>> [c.quote for c in claims_from_model("It needs 12 GW.", lambda prompt: answer, "en")]
    ['12 GW']
    """
    try:
        answer = json.loads(provider(prompt_for(text, lang)))
    except json.JSONDecodeError:
        return list(rules)
    entries = answer.get("claims", []) if isinstance(answer, dict) else []
    found = list(rules)
    for entry in entries:
        claim = _claim(text, entry, lang, source_id, name) if isinstance(entry, dict) else None
        if claim is None:
            continue
        taken = any(
            (other.start or 0) < (claim.end or 0) and (claim.start or 0) < (other.end or 0)
            for other in found
        )
        if not taken:
            found.append(claim)
    return sorted(found, key=lambda claim: (claim.start or 0, claim.end or 0))


def _place(text: str, entry: dict[str, Any]) -> tuple[int, int] | None:
    quote = entry.get("quote")
    if not isinstance(quote, str) or not quote:
        return None
    start, end = entry.get("start"), entry.get("end")
    if isinstance(start, int) and isinstance(end, int) and text[start:end] == quote:
        return start, end
    first = text.find(quote)
    if first < 0 or text.find(quote, first + 1) >= 0:
        return None
    return first, first + len(quote)


def _claim(
    text: str, entry: dict[str, Any], lang: str, source_id: str | None, name: str
) -> Claim | None:
    place = _place(text, entry)
    if place is None:
        return None
    start, end = place
    number = re.search(r"\d[\d.,\s]*\d|\d|\S+", text[start:end])
    num_start, num_end = (start + number.start(), start + number.end()) if number else (start, end)
    low, value, high = entry.get("low"), entry.get("value"), entry.get("high")
    form = entry.get("form") or (
        "date" if entry.get("kind") == "date" else "point" if value is not None
        else "interval" if low is not None and high is not None
        else "at_least" if low is not None else "at_most"
    )  # fmt: skip
    method = f"model:{name}"
    metric = str(entry.get("metric") or entry.get("kind") or "unknown")
    fields = {
        "claim_id": claim_id("", start, end, metric + text[start:end], method),
        "subject": str(entry.get("subject") or "unresolved:unnamed"), "metric": metric,
        "kind": entry.get("kind") or "count", "form": form,
        "low": _text(low), "value": _text(value), "high": _text(high), "unit": entry.get("unit"),
        "approx": bool(entry.get("approx", False)), "modality": entry.get("modality") or "reported",
        "grade": "C", "valid_text": entry.get("valid_text"),
        "attribution": entry.get("attribution"),
        "source_id": source_id, "lang": lang, "start": start, "end": end, "num_start": num_start,
        "num_end": num_end, "quote": text[start:end], "method": method,
    }  # fmt: skip
    try:
        return Claim.model_validate(fields)
    except ValidationError:
        return None


def _text(number: object) -> str | None:
    return None if number is None else str(number)


def endpoint(url: str, model: str, *, key: str | None = None, timeout_s: float = 60.0) -> Provider:
    """A provider that asks a server with the chat-completions interface.

    Parameters
    ----------
    url : str
        Address of the completions resource, http or https.
    model : str
    key : str, optional
        Sent as bearer token; never stored or printed.
    timeout_s : float
        Above 0.

    Raises
    ------
    RangeError
        If the address is no http address or the time is not above 0.
    """
    if urlparse(url).scheme not in {"http", "https"}:
        raise RangeError(f"url is {url!r}; it must begin with http:// or https://")
    if timeout_s <= 0:
        raise RangeError(f"timeout_s is {timeout_s}; it must be above 0")

    def ask(prompt: str) -> str:
        body = {
            "model": model, "temperature": 0,
            "messages": [{"role": "user", "content": prompt}],
            "response_format": {"type": "json_object"},
        }  # fmt: skip
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        request = Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - scheme checked
        with urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
            return str(json.load(answer)["choices"][0]["message"]["content"])

    return ask
