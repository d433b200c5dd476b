"""Claims of the catalogue as claims of the record: data sheets of accelerators, awards.

Owns which rows of the catalogue name which product or firm of a text. Refuses to change a number:
claims keep their ids, values, dates and sources.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from waferway.atlas.catalogue import Catalogue
from waferway.evidence.claims import Claim

__all__ = ["from_catalogue"]

# Product as texts name it: rows of the catalogue that may be meant by it.
PRODUCTS = {
    "v100": "nvidia-v100", "a100": "nvidia-a100-40 nvidia-a100-80", "a800": "nvidia-a800",
    "h100": "nvidia-h100-sxm nvidia-h100-pcie nvidia-h100-nvl", "h800": "nvidia-h800",
    "h200": "nvidia-h200", "h20": "nvidia-h20", "b100": "nvidia-b100", "b200": "nvidia-b200",
    "gb200": "nvidia-gb200 nvidia-gb200-superchip", "b300": "nvidia-b300", "gb300": "nvidia-gb300",
    "rubin": "nvidia-rubin", "l4": "nvidia-l4", "l40": "nvidia-l40", "mi250x": "amd-mi250x",
    "mi300a": "amd-mi300a", "mi300x": "amd-mi300x", "mi308x": "amd-mi308x", "mi325x": "amd-mi325x",
    "mi350x": "amd-mi350x", "mi355x": "amd-mi355x", "tpu-v2": "google-tpu-v2",
    "tpu-v3": "google-tpu-v3", "tpu-v4": "google-tpu-v4", "tpu-v5e": "google-tpu-v5e",
    "tpu-v5p": "google-tpu-v5p", "tpu-v6e": "google-tpu-v6e", "tpu-v7": "google-tpu-v7",
    "trainium1": "amazon-trainium1", "trainium2": "amazon-trainium2",
    "trainium3": "amazon-trainium3", "inferentia2": "amazon-inferentia2",
    "maia-100": "microsoft-maia100", "maia-200": "microsoft-maia200", "gaudi2": "intel-gaudi2",
    "gaudi3": "intel-gaudi3",
}  # fmt: skip
# Quantity of the catalogue: metric and kind of the record.
_SHEET = {
    "memory_gb": ("memory", "memory"), "bandwidth_tb_s": ("bandwidth", "ratio"),
    "tdp_w": ("power", "power"), "memory_stacks": ("stack", "count"),
}  # fmt: skip
_RECIPIENTS = {
    "globalfoundries": "globalfoundries", "skhynix": "sk-hynix", "microchip": "microchip",
    "globalwafers": "globalwafers", "wolfspeed": "wolfspeed", "absolics": "absolics",
    "entegris": "entegris", "bosch": "bosch", "amkor": "amkor", "micron": "micron",
    "texas-instruments": "texas-instruments",
}  # fmt: skip


def from_catalogue(catalogue: Catalogue) -> Iterator[Claim]:
    """Claims of the record that rest on the catalogue.

    Parameters
    ----------
    catalogue : Catalogue

    Yields
    ------
    Claim

    Examples
    --------
    >>> from waferway.atlas.catalogue import catalogue
    >>> found = {c.claim_id: c for c in from_catalogue(catalogue())}
    >>> found["accelerator.intel-gaudi3.memory_gb"].subject
    'product:gaudi3'
    """
    rows = catalogue.table("accelerator")
    for product, names in PRODUCTS.items():
        for name in names.split():
            if name not in rows.index:
                continue
            for quantity, (metric, kind) in _SHEET.items():
                for claim in catalogue.claims("accelerator", name, quantity)[:1]:
                    yield claim.model_copy(
                        update={"subject": f"product:{product}", "metric": metric, "kind": kind}
                    )
            yield from _memory_type(rows.loc[name], product)
    awards = catalogue.table("award")
    for name, row in awards.iterrows():
        firm = _RECIPIENTS.get(row["recipient"])
        if firm is None or row["payer"] != "us-state":
            continue
        for claim in catalogue.claims("award", str(name), "amount")[:1]:
            yield claim.model_copy(
                update={"subject": f"org:{firm}", "metric": "subsidy", "kind": "money",
                        "qualifiers": {"place": "us"}, "valid_text": None, "valid_from": None,
                        "valid_to": None}
            )  # fmt: skip


def _memory_type(row: pd.Series, product: str) -> Iterator[Claim]:
    if not str(row["memory_type"]).startswith("HBM"):
        return
    since = str(row["known_from"])
    yield Claim(
        claim_id=f"accelerator.{row['name']}.memory_type", subject=f"product:{product}",
        metric="memory_type", kind="text", form="category", category=str(row["memory_type"]),
        modality="reported", grade=row["grade"], source_id=str(row["source_id"]),
        known_from=dt.date.fromisoformat(since) if since else None,
        locator=f"memory of {row['label']}", method="hand",
    )  # fmt: skip
