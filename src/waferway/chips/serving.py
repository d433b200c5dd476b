"""Tokens per second of a model in service: prefill and decode, memory limits, cost.

Owns the time of a decode step, of a prompt, and the batch that memory and a latency target
allow. Refuses queueing: throughput is of a saturated server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.chips.roofline import Accelerator, Roofline
from waferway.chips.training import Transformer
from waferway.errors import RangeError

__all__ = [
    "Serving",
    "ServingRates",
    "cost_per_million_tokens_usd",
    "cost_per_training_flop_usd",
    "decode_step_s",
    "nodes_needed",
    "serve",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Serving:
    """How a model is served.

    Attributes
    ----------
    model : Transformer
    prompt_tokens, output_tokens : float
        Mean per request.
    chips : int
        Tensor-parallel group that holds one copy.
    weight_bytes, cache_bytes : float
        Per weight, and per value of the key-value cache.
    active_share : float
        Share of the weights that one token uses (experts); 1 for a dense model.
    step_limit_s : float
        Longest decode step (time between tokens of one request); infinity without a target.
    memory_share : float
        Share of the memory that weights and cache may fill.
    overlap : bool
        Whether reading the cache runs beside the matrix products (one maximum) or after them.
    """

    model: Transformer
    prompt_tokens: float
    output_tokens: float
    chips: int = 1
    weight_bytes: float = 1.0
    cache_bytes: float = 1.0
    active_share: float = 1.0
    step_limit_s: float = np.inf
    memory_share: float = 0.9
    overlap: bool = False

    def __post_init__(self) -> None:
        if not (self.prompt_tokens >= 0 and self.output_tokens > 0 and self.chips >= 1):
            raise RangeError("prompt_tokens at least 0, output_tokens above 0, chips at least 1")
        if not 0 < self.active_share <= 1 or not 0 < self.memory_share <= 1:
            raise RangeError("active_share and memory_share are above 0 to 1")

    @property
    def weights(self) -> float:
        """Bytes of one copy of the weights."""
        return self.model.parameters * self.weight_bytes

    @property
    def cache_per_token(self) -> float:
        """Bytes of keys and values that one token leaves."""
        width = self.model.hidden * self.model.kv_share
        return 2 * self.model.layers * width * self.cache_bytes

    @property
    def cache_per_request(self) -> float:
        """Mean bytes of a request: the prompt and half of its output."""
        return self.cache_per_token * (self.prompt_tokens + self.output_tokens / 2)

    @property
    def passing_bytes(self) -> float:
        """Bytes that norms, residuals, splits and activations of one token move, all layers.

        Values read or written per token and layer, two bytes each: 8 hidden widths around norms
        and residuals, 4 around the split of queries, keys and values, 3 (gated) or 2 feed-forward
        widths around the activation.
        """
        around = 3 if self.model.gated else 2
        values = 12 + around * self.model.feed_forward
        return 2 * self.model.layers * self.model.hidden * values

    @property
    def flops_per_token(self) -> float:
        """Forward FLOPs of one token without attention scores."""
        return 2 * self.model.parameters * self.active_share


@dataclass(frozen=True)
class ServingRates:
    """What a group of chips serves, saturated.

    Attributes
    ----------
    batch : float
        Requests decoded together; 0 where the weights do not fit.
    decode_step_s, prefill_s : float
        Time of one decode step, and of the prompt of one request.
    output_tokens_s : float
        Generated tokens per second of the group, prompts included in its time.
    prefill_tokens_s : float
        Prompt tokens per second of a group that does nothing else.
    decode_tokens_s : float
        Generated tokens per second of a group that does nothing else.
    limit : str
        What limits the batch: ``memory``, ``latency`` or ``weights do not fit``.
    """

    batch: float
    decode_step_s: float
    prefill_s: float
    output_tokens_s: float
    prefill_tokens_s: float
    decode_tokens_s: float
    limit: str


def _collective_s(serving: Serving, chip: Accelerator, tokens: Any, link_efficiency: float) -> Any:
    """Two all-reduces per layer of two bytes per value."""
    if serving.chips == 1:
        return 0.0 * np.asarray(tokens)
    if not chip.link_bytes_s > 0:
        raise RangeError(f"link_bytes_s of {chip.name} is needed for a group of chips")
    sent = 2 * 2 * serving.model.hidden * (serving.chips - 1) / serving.chips
    per_token = 2 * serving.model.layers * sent / (link_efficiency * chip.link_bytes_s)
    return per_token * np.asarray(tokens, float)


def decode_step_s(
    serving: Serving,
    chip: Accelerator,
    law: Roofline,
    batch: ArrayLike,
    *,
    link_efficiency: float,
) -> Array:
    """Time of one decode step at a batch, s.

    ``max((weights + cache) / (W e_b), FLOPs / (P e_c)) + collectives``; without overlap the
    cache is read, and the operators that are no matrix products run, after these.

    Parameters
    ----------
    serving : Serving
        The model, the chips that share it, and lengths of prompt and answer.
    chip : Accelerator
    law : Roofline
        Calibrated on the chip, or transferred to it.
    batch : array, requests, at least 1
    link_efficiency : float, above 0 to 1
        Of collectives between the chips.

    Returns
    -------
    array, s

    Examples
    --------
    >>> llama = Transformer("llama2-70b", 8192, 80, 64, 32000, 4096, 3.5, 8, gated=True)
    >>> chip = Accelerator("h200", 1979e12, 4.8e12, 700, 141e9, 450e9, 8)
    >>> law = Roofline(0.66, 0.86, 7e-6, 1.35)
    >>> step = decode_step_s(Serving(llama, 294, 294), chip, law, 1.0, link_efficiency=0.3)
    >>> round(float(step) * 1e3, 1)
    16.7
    """
    requests = np.asarray(batch, float)
    wide = serving.chips * law.bandwidth_efficiency * chip.bandwidth_bytes_s
    peak = serving.chips * law.compute_efficiency * chip.peak_flops
    read = serving.weights / wide
    cache = requests * serving.cache_per_request / wide
    passing = requests * serving.passing_bytes / wide
    compute = requests * serving.flops_per_token / peak
    links = _collective_s(serving, chip, requests, link_efficiency)
    if serving.overlap:
        return np.asarray(np.maximum(read + cache, compute) + links)
    return np.asarray(np.maximum(read, compute) + cache + passing + links)


def serve(
    serving: Serving,
    chip: Accelerator,
    law: Roofline,
    *,
    link_efficiency: float,
    software: float = 1.0,
) -> ServingRates:
    """Rates of a saturated group of chips.

    Parameters
    ----------
    serving : Serving
    chip : Accelerator
        Needs `memory_bytes`; `link_bytes_s` where the group has several chips.
    law : Roofline
    link_efficiency : float
        Share of the link rate that the small messages of decoding reach; the claim
        ``serving:decode``, ``link_share``, where none is measured.
    software : float
        Measured over modelled throughput of the chip's family; 1 without calibration.

    Returns
    -------
    ServingRates
    """
    if not chip.memory_bytes > 0:
        raise RangeError(f"memory_bytes of {chip.name} is needed for serving")
    room = serving.chips * chip.memory_bytes * serving.memory_share - serving.weights
    peak = serving.chips * law.compute_efficiency * chip.peak_flops
    prefill = serving.prompt_tokens * serving.flops_per_token / peak + float(
        _collective_s(serving, chip, serving.prompt_tokens, link_efficiency)
    )
    if not serving.overlap:
        wide = serving.chips * law.bandwidth_efficiency * chip.bandwidth_bytes_s
        prefill += serving.prompt_tokens * serving.passing_bytes / wide
    if room < serving.cache_per_request:
        return ServingRates(0.0, np.inf, prefill, 0.0, 0.0, 0.0, "weights do not fit")
    batch, limit = room / serving.cache_per_request, "memory"

    def step(requests: float) -> float:
        return float(decode_step_s(serving, chip, law, requests, link_efficiency=link_efficiency))

    if step(batch) > serving.step_limit_s:
        limit = "latency"
        low, high = 0.0, batch
        for _ in range(60):  # the step grows with the batch
            middle = (low + high) / 2
            low, high = (middle, high) if step(middle) <= serving.step_limit_s else (low, middle)
        batch = low
    if batch < 1:
        return ServingRates(0.0, step(1.0), prefill, 0.0, 0.0, 0.0, limit)
    each = step(batch)
    per_request = serving.output_tokens * each / batch + prefill
    prompt_rate = serving.prompt_tokens / prefill if prefill else 0.0
    return ServingRates(
        batch,
        each / software,
        prefill / software,
        software * serving.output_tokens / per_request,
        software * prompt_rate,
        software * batch / each,
        limit,
    )


def nodes_needed(tokens_per_day: float, tokens_per_s_per_node: float) -> float:
    """Nodes that a daily volume keeps busy.

    Examples
    --------
    The two halves of a published service: 226.9 nodes against 226.75 stated.

    >>> round(nodes_needed(608e9, 73_700) + nodes_needed(168e9, 14_800), 1)
    226.9
    """
    if not tokens_per_s_per_node > 0:
        raise RangeError("tokens_per_s_per_node must be above 0")
    return tokens_per_day / 86_400 / tokens_per_s_per_node


def cost_per_million_tokens_usd(usd_per_hour: ArrayLike, tokens_per_s: ArrayLike) -> Array:
    """Cost of a million tokens at an hourly cost of the group, USD.

    Examples
    --------
    >>> round(float(cost_per_million_tokens_usd(16.0, 14_800.0)), 3)
    0.3
    """
    rate = np.asarray(tokens_per_s, float)
    if (rate <= 0).any():
        raise RangeError("tokens_per_s must be above 0")
    return np.asarray(np.asarray(usd_per_hour, float) / 3600 / rate * 1e6)


def cost_per_training_flop_usd(usd_per_hour: ArrayLike, flops_per_s: ArrayLike) -> Array:
    """Cost of 1e21 FLOPs of training at an hourly cost per chip, USD.

    Examples
    --------
    >>> round(float(cost_per_training_flop_usd(2.0, 4e14)), 2)
    1388.89
    """
    rate = np.asarray(flops_per_s, float)
    if (rate <= 0).any():
        raise RangeError("flops_per_s must be above 0")
    return np.asarray(np.asarray(usd_per_hour, float) / 3600 / rate * 1e21)
