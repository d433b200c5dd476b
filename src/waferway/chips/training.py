"""Time of a training step of a transformer under a stated parallel layout.

Owns the sum of compute, memory traffic, collectives, pipeline bubble and optimiser. Refuses to
search for the best layout, and to explain fleets whose layout is unknown (`waferway.chips.fleet`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from waferway.chips.roofline import Accelerator, Roofline
from waferway.errors import RangeError

__all__ = ["Layout", "StepTime", "Transformer", "training_step"]

Recompute = Literal["full", "selective", "none"]


@dataclass(frozen=True)
class Transformer:
    """A decoder of equal layers; KV heads and gated layers are for serving."""

    name: str
    hidden: int
    layers: int
    heads: int
    vocabulary: int
    sequence: int
    feed_forward: float = 4.0
    kv_heads: int | None = None
    gated: bool = False

    def __post_init__(self) -> None:
        for field in ("hidden", "layers", "heads", "vocabulary", "sequence"):
            if not getattr(self, field) > 0:
                raise RangeError(f"{field} of {self.name} must be above 0")

    @property
    def kv_share(self) -> float:
        """Key-value heads over query heads."""
        return (self.kv_heads or self.heads) / self.heads

    @property
    def layer_parameters(self) -> float:
        """Weights of one layer."""
        attention = (2 + 2 * self.kv_share) * self.hidden**2
        return attention + (3 if self.gated else 2) * self.feed_forward * self.hidden**2

    @property
    def parameters(self) -> float:
        """Weights of all layers and of one embedding.

        Examples
        --------
        >>> round(Transformer("gpt3", 12288, 96, 96, 51200, 2048).parameters / 1e9, 1)
        174.6
        """
        return self.layers * self.layer_parameters + self.vocabulary * self.hidden


@dataclass(frozen=True)
class Layout:
    """How a model is spread over chips.

    Attributes
    ----------
    tensor, pipeline, data : int
        Ways of parallelism; their product is the number of chips.
    global_batch, micro_batch : int
        Sequences per step, and per pass through the pipeline.
    interleave : int
        Model chunks per pipeline stage; shortens the bubble.
    recompute : str
        Activations computed again in the backward pass: all, attention core only, none.
    sequence_parallel : bool
        Whether norms and dropouts are split over the tensor group too.
    """

    tensor: int = 1
    pipeline: int = 1
    data: int = 1
    global_batch: int = 1
    micro_batch: int = 1
    interleave: int = 1
    recompute: Recompute = "none"
    sequence_parallel: bool = True

    @property
    def chips(self) -> int:
        """Number of chips."""
        return self.tensor * self.pipeline * self.data

    @property
    def micro_batches(self) -> int:
        """Passes through each pipeline in a step."""
        per_pass = self.data * self.micro_batch
        if self.global_batch % per_pass:
            raise RangeError(
                f"global_batch {self.global_batch} is no multiple of data x micro_batch {per_pass}"
            )
        return self.global_batch // per_pass


@dataclass(frozen=True)
class StepTime:
    """Seconds of one step by cause; they add up to `total_s`."""

    compute_s: float
    memory_s: float
    tensor_links_s: float
    bubble_s: float
    data_links_s: float
    optimiser_s: float
    model_flops: float

    @property
    def total_s(self) -> float:
        """The whole step."""
        return (
            self.compute_s
            + self.memory_s
            + self.tensor_links_s
            + self.bubble_s
            + self.data_links_s
            + self.optimiser_s
        )

    def utilisation(self, chip: Accelerator, layout: Layout) -> float:
        """Model FLOPs (recomputation not counted) over what the chips' peak allows."""
        return self.model_flops / (self.total_s * layout.chips * chip.peak_flops)


# Traffic of the parts of a layer that are not matrix products, in values read or written per
# element in the forward pass: norms, dropouts and residuals; splits, activation and projections;
# softmax, its dropout and the products around it. Counted from the operators of a layer as
# PyTorch runs them unfused; two bytes each.
NORM_VALUES, SPLIT_VALUES, SCORE_VALUES = 8.0, 14.0, 6.0
OPTIMISER_BYTES = 20.0  # per weight and step: gradient, two moments, master copy, weight


def training_step(
    model: Transformer,
    layout: Layout,
    chip: Accelerator,
    law: Roofline,
    *,
    link_efficiency: float,
    network_bytes_s: float = 0.0,
) -> StepTime:
    """Time of one training step.

    Parameters
    ----------
    model, layout, chip : Transformer, Layout, Accelerator
        `chip.link_bytes_s` is needed where tensor is above 1.
    law : Roofline
        Of the chip's kernels; large kernels are assumed, so only its efficiencies count.
    link_efficiency : float
        Share of the link rate that collectives reach.
    network_bytes_s : float
        Between nodes, per chip; needed where data is above 1.

    Source
    ------
    Korthikanti et al. 2022 (FLOPs and layout); Narayanan et al. 2021 (interleaved bubble).

    Examples
    --------
    >>> a100 = Accelerator("a100", 312e12, 2.039e12, link_bytes_s=300e9)
    >>> model = Transformer("22B", 6144, 48, 64, 51200, 2048)
    >>> layout = Layout(tensor=8, global_batch=4, micro_batch=4, recompute="selective")
    >>> step = training_step(model, layout, a100, Roofline(0.745, 0.86, 7e-6, 1.35),
    ...     link_efficiency=0.6)
    >>> 1.0 < step.total_s < 1.2
    True
    """
    if layout.tensor > 1 and not chip.link_bytes_s > 0:
        raise RangeError(f"link_bytes_s of {chip.name} is needed for tensor parallelism")
    if layout.data > 1 and not network_bytes_s > 0:
        raise RangeError("network_bytes_s is needed for data parallelism")
    s, h, b, t = model.sequence, model.hidden, layout.micro_batch, layout.tensor
    tokens = b * s
    core_flops = 4 * tokens * s * h
    forward_flops = 2 * tokens * model.layer_parameters + core_flops
    score_bytes = 2 * SCORE_VALUES * b * model.heads * s * s / t
    forward_bytes = 2 * tokens * h * SPLIT_VALUES / t + score_bytes
    forward_bytes += 2 * tokens * h * NORM_VALUES / (t if layout.sequence_parallel else 1)
    exchange = 4 * 2 * tokens * h * (t - 1) / t  # two all-reduces (or their halves) of 2 bytes
    flops, moved, sent = 3 * forward_flops, 3 * forward_bytes, 2 * exchange
    if layout.recompute == "full":
        flops, moved, sent = flops + forward_flops, moved + forward_bytes, sent + exchange
    elif layout.recompute == "selective":
        flops, moved = flops + core_flops, moved + score_bytes
        if layout.sequence_parallel:
            sent += exchange / 2  # activations gathered once more
    stage = model.layers / layout.pipeline
    peak = law.compute_efficiency * chip.peak_flops
    wide = law.bandwidth_efficiency * chip.bandwidth_bytes_s
    compute = stage * flops / t / peak
    memory = stage * moved / wide
    links = stage * sent / (link_efficiency * chip.link_bytes_s) if t > 1 else 0.0
    passes = layout.micro_batches
    one = compute + memory + links
    logits = 6 * tokens * h * model.vocabulary
    weights = (stage * model.layer_parameters + model.vocabulary * h) / t
    reduce = 0.0
    if layout.data > 1:
        sent_bytes = 2 * 2 * weights * (layout.data - 1) / layout.data
        reduce = sent_bytes / (link_efficiency * network_bytes_s)
    model_flops = (3 * model.layers * forward_flops + logits) * layout.global_batch / b
    return StepTime(
        compute_s=passes * (compute + logits / t / peak),
        memory_s=passes * memory,
        tensor_links_s=passes * links,
        bubble_s=(layout.pipeline - 1) / layout.interleave * one,
        data_links_s=reduce,
        optimiser_s=weights * OPTIMISER_BYTES / wide,
        model_flops=model_flops,
    )
