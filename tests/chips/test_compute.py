"""Performance: equivalents, kernels, training, fleets, serving, against measurements."""

import csv

import numpy as np
import pytest

from waferway import chips
from waferway.chips import fleet, roofline, serving
from waferway.chips.roofline import Accelerator, Roofline, matmul_work
from waferway.chips.serving import Serving
from waferway.chips.state import tech_state
from waferway.chips.training import Layout, Transformer, training_step
from waferway.errors import RangeError

A100 = Accelerator("a100", 312e12, 2.039e12, power_w=400, memory_bytes=80e9, link_bytes_s=300e9)


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data / "chip-economics-checks"


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def law_of_claims():
    return chips.kernel_law(A100)


@pytest.fixture(scope="module")
def kernels(folder):
    """Products of Llama-2-70B on A100: flops, bytes, seconds."""
    out = []
    for row in rows(folder / "vidur_llama2_70b_kernels_a100.csv"):
        m, w = float(row["num_tokens"]), float(row["num_tensor_parallel_workers"])
        for column, k, n in (
            ("attn_pre_proj_median_ms", 8192, 10240 / w),
            ("attn_post_proj_median_ms", 8192 / w, 8192),
            ("mlp_up_proj_median_ms", 8192, 57344 / w),
            ("mlp_down_proj_median_ms", 28672 / w, 8192),
        ):
            flops, moved = matmul_work(m, k, n)
            out.append((float(flops), float(moved), float(row[column]) / 1e3))
    return np.array(out).T


def error_of(law, chip, kernels, where=slice(None)):
    flops, moved, seconds = (part[where] for part in kernels)
    return roofline.mean_absolute_error(roofline.kernel_time_s(chip, law, flops, moved), seconds)


def test_kernels_calibrated_on_a_third(kernels):
    assert kernels.shape == (3, 4176)
    train = np.random.default_rng(0).random(4176) < 0.3
    fitted = roofline.fit_roofline(A100, *kernels[:, train], prior=Roofline(0.7, 0.8, 5e-6, 2.0))
    assert error_of(fitted, A100, kernels, ~train) <= 0.08
    plain = Roofline(1.0, 1.0, 0.0, np.inf)
    flops, moved, seconds = kernels
    faster = np.mean(roofline.kernel_time_s(A100, plain, flops, moved) / seconds - 1)
    assert faster == pytest.approx(-0.34, abs=0.02)  # the plain roofline is 34 % too fast


SPLITS = {
    "attention": lambda kind, m, w: kind < 2,
    "mlp": lambda kind, m, w: kind >= 2,
    "few workers": lambda kind, m, w: w <= 2,
    "many workers": lambda kind, m, w: w > 2,
    "few tokens": lambda kind, m, w: m <= 512,
    "many tokens": lambda kind, m, w: m > 512,
}


@pytest.mark.parametrize("name", SPLITS)
def test_kernels_carry_over_to_products_of_another_sort(kernels, folder, name):
    """Calibrated on one part, judged on all the rest: within 12 % mean error."""
    given = list(rows(folder / "vidur_llama2_70b_kernels_a100.csv"))
    m, w = (
        np.repeat([float(row[column]) for row in given], 4)
        for column in ("num_tokens", "num_tensor_parallel_workers")
    )
    train = SPLITS[name](np.arange(len(m)) % 4, m, w)
    fitted = roofline.fit_roofline(A100, *kernels[:, train], prior=Roofline(0.7, 0.8, 5e-6, 2.0))
    assert error_of(fitted, A100, kernels, ~train) <= 0.12


def test_the_shipped_law_is_that_fit(kernels):
    assert error_of(law_of_claims(), A100, kernels) <= 0.07
    fitted = roofline.fit_roofline(A100, *kernels, prior=law_of_claims())
    np.testing.assert_allclose(fitted.vector(), law_of_claims().vector(), atol=0.12)


def test_a_few_kernels_leave_the_prior_in_charge(kernels):
    prior = Roofline(0.6, 0.8, 5e-6, 1.5)
    fitted = roofline.fit_roofline(A100, *kernels[:, :1], prior=prior)
    np.testing.assert_allclose(fitted.vector(), prior.vector(), atol=0.5)


def test_another_software_stack_stays_within_a_third(folder):
    """Products measured elsewhere on the same kind of chip: large ones within 30 %."""
    for row in (folder / "llmcompass_matmul_a100.csv").read_text().splitlines():
        m, k, n, time, _ = (part.strip() for part in row.split(","))
        work = matmul_work(float(m), float(k), float(n))
        if float(work[0]) < 1e11:
            continue
        got = float(roofline.kernel_time_s(A100, law_of_claims(), *work))
        assert abs(got / (float(time.removesuffix("ms")) / 1e3) - 1) < 0.5, row


def test_transfer_keeps_a_chip_of_equal_power_per_flop():
    twin = Accelerator("twin", 624e12, 4e12, power_w=800)
    law = law_of_claims()
    same = roofline.transfer(law, A100, twin, power_exponent=0.2)
    assert same.compute_efficiency == pytest.approx(law.compute_efficiency)
    unknown = Accelerator("unknown", 1e15, 4e12)
    assert roofline.transfer(law, A100, unknown, power_exponent=0.2) == law
    eight = Accelerator("eight", 1248e12, 4e12, power_w=800, bits=8)
    assert roofline.transfer(law, A100, eight, power_exponent=0.2) == same


def test_roofline_limits():
    law = Roofline(0.5, 0.5, 1e-6, np.inf)
    assert float(roofline.kernel_time_s(A100, law, 156e12, 0.0)) == pytest.approx(1.000001)
    soft = Roofline(0.5, 0.5, 0.0, 2.0)
    both = float(roofline.kernel_time_s(A100, soft, 156e12, 1.0195e12))
    assert both == pytest.approx(np.sqrt(2))
    with pytest.raises(RangeError):
        Accelerator("none", 0.0, 1.0)
    with pytest.raises(RangeError):
        roofline.fit_roofline(A100, [1.0], [1.0], [0.0], prior=law)


# Models and layouts of Korthikanti et al. 2022, table 3: hidden, layers, heads; pipeline,
# global batch, micro batch, interleaving; eight-way tensor parallel throughout.
MEGATRON = {
    "megatron-22B": (Transformer("22B", 6144, 48, 64, 51200, 2048), 1, 4, 4, 1),
    "turing-530B": (Transformer("530B", 20480, 105, 128, 51200, 2048), 35, 280, 1, 3),
}


def test_megatron_batch_times(folder):
    share = tech_state(2024).value("training:tensor-parallel", "link_share")
    errors = []
    for row in rows(folder / "megatron_batch_time_visible.csv"):
        model, pipeline, batch, micro, interleave = MEGATRON[row["model"]]
        full = row["recompute"] == "full"
        layout = Layout(
            8, pipeline, 1, batch, micro, interleave, "full" if full else "selective", not full
        )
        step = training_step(model, layout, A100, law_of_claims(), link_efficiency=share)
        errors.append(abs(step.total_s / float(row["measured_s"]) - 1))
    assert np.mean(errors) <= 0.05 and max(errors) <= 0.089, errors


def test_step_parts_and_layouts():
    model = MEGATRON["megatron-22B"][0]
    law = law_of_claims()
    one = training_step(model, Layout(8, 2, 1, 16, 1), A100, law, link_efficiency=0.6)
    many = training_step(
        model, Layout(8, 2, 2, 32, 1), A100, law, link_efficiency=0.6, network_bytes_s=25e9
    )
    assert many.data_links_s > 0 == one.data_links_s
    assert many.compute_s == pytest.approx(one.compute_s)
    none, selective, full = (
        training_step(model, Layout(8, 1, 1, 4, 4, 1, how), A100, law, link_efficiency=0.6).total_s
        for how in ("none", "selective", "full")
    )
    assert none < selective < full
    assert 0.3 < one.utilisation(A100, Layout(8, 2, 1, 16, 1)) < 0.75
    for bad in (
        lambda: Layout(8, 1, 3, 4, 1).micro_batches,
        lambda: training_step(model, Layout(8, 1, 2, 4, 1), A100, law, link_efficiency=0.6),
        lambda: Transformer("none", 0, 1, 1, 1, 1),
    ):
        with pytest.raises(RangeError):
            bad()


PEAK_8BIT = {  # dense 8-bit peak as the hardware table lists it: floating point, else integer
    "TPU-trillium": 918e12,
    "TPU-v5p": 918e12,
    "NVIDIA Blackwell GPU (B200-SXM-180GB)": 4500e12,
    "NVIDIA H100-SXM5-80GB": 1979e12,
}


@pytest.fixture(scope="module")
def gpt3(folder):
    systems = {}
    for row in rows(folder / "mlperf_training_gpt3_v41_visible.csv"):
        systems.setdefault(row["system"], []).append(row)
    runs = []
    for group in systems.values():
        first = group[0]
        n, batch = int(first["n_accel"]), int(first["global_batch"])
        peak = PEAK_8BIT[first["accelerator"]]
        whole = np.median(
            [
                6 * 175e9 * float(r["tokens_trained_at_last_eval"]) / float(r["run_s"]) / n
                for r in group
            ]
        )
        runs.append(fleet.FleetRun(first["accelerator"], peak, n, batch, whole, True))
        if all(r["median_step_s"] for r in group):
            step = np.median([float(r["median_step_s"]) for r in group])
            rate = 6 * 175e9 * batch * float(first["seq_len"]) / step / n
            runs.append(fleet.FleetRun(first["accelerator"], peak, n, batch, rate))
    return runs


def fleet_error(law, run):
    got = law.flops_per_chip(
        run.family, run.peak_flops, run.chips, run.global_batch, whole_run=run.whole_run
    )
    return abs(float(got) / run.flops_per_chip - 1)


def test_measured_rates_are_those_of_the_reference_page(gpt3):
    # H100 256 / 512: 936 / 906 step, 856 / 829 run; B200 1,899 and 1,705; v5p 378 / 344;
    # Trillium 404 / 393
    got = sorted(round(run.flops_per_chip / 1e12) for run in gpt3)
    assert got == [344, 378, 393, 404, 829, 856, 906, 936, 1705, 1899]


def test_gpt3_throughput_over_scale(gpt3):
    law = fleet.fit_fleet(gpt3)
    assert max(fleet_error(law, run) for run in gpt3) <= 0.03
    for scale in {(run.family, run.chips) for run in gpt3}:
        rest = [run for run in gpt3 if (run.family, run.chips) != scale]
        if scale[0] in {run.family for run in rest}:  # the other scale of the family is known
            held = fleet.fit_fleet(rest)
            for run in gpt3:
                if (run.family, run.chips) == scale:
                    assert fleet_error(held, run) <= 0.10, run


def test_gpt3_throughput_of_an_uncalibrated_chip(gpt3):
    for family in PEAK_8BIT:
        held = fleet.fit_fleet([run for run in gpt3 if run.family != family])
        for run in gpt3:
            if run.family == family:
                assert fleet_error(held, run) <= 0.20, run


def test_the_shipped_fleet_law_is_that_fit(gpt3):
    law, get = fleet.fit_fleet(gpt3), tech_state(2024).value
    assert get("training:fleet", "utilisation") == pytest.approx(law.prior_utilisation, rel=0.02)
    assert get("training:fleet", "overhead") == pytest.approx(law.overhead, rel=0.05)
    assert get("training:fleet", "run_share") == pytest.approx(law.run_share, rel=0.01)


def test_utilisation_falls_with_scale():
    law = fleet.FleetLaw({"x": 0.5}, 0.45, 0.1, 0.2, 0.9)
    rates = law.flops_per_chip("x", 1e15, [64, 512, 4096, 32768], 4096)
    assert (np.diff(rates) < 0).all()
    with pytest.raises(RangeError):
        law.flops_per_chip("x", 1e15, 0, 4096)
    with pytest.raises(RangeError):
        fleet.fit_fleet([])


LINKS = 0.3
LLAMA = Transformer("llama2-70b", 8192, 80, 64, 32000, 4096, 3.5, 8, gated=True)
# Chips of MLPerf Inference v4.1, dense 8-bit peak, bandwidth, power, memory, link one way, group
SERVED = {
    "NVIDIA H100-SXM-80GB": (1979e12, 3.35e12, 700, 80e9, 450e9, 2),
    "NVIDIA H100-NVL-94GB": (1671e12, 3.938e12, 400, 94e9, 300e9, 2),
    "NVIDIA H100-PCIe-80GB": (1513e12, 2.04e12, 350, 80e9, 64e9, 2),
}


def modelled(name):
    peak, wide, power, memory, link, group = SERVED[name]
    chip = Accelerator(name, peak, wide, power, memory, link, 8)
    law = chips.kernel_law(chip)
    rates = serving.serve(Serving(LLAMA, 294.45, 294.45, group), chip, law, link_efficiency=LINKS)
    return rates.output_tokens_s / group


def test_mlperf_serving_of_chips_that_were_not_calibrated_on(folder):
    """No serving measurement enters; best offline submission per accelerator within 20 %."""
    best = {}
    for row in rows(folder / "mlperf_inference_v41_visible.csv"):
        if "compliance" in row["source_path"] or not row["tokens_per_s"]:
            continue
        if row["model"] == "llama2-70b-99.9" and row["scenario"] == "Offline":
            chips_used = int(row["accel_per_node"]) * int(row["nodes"])
            rate = float(row["tokens_per_s"]) / chips_used
            best[row["accelerator"]] = max(rate, best.get(row["accelerator"], 0.0))
    assert best["NVIDIA H100-SXM-80GB"] == pytest.approx(3066, abs=1)
    for name in SERVED:
        assert abs(modelled(name) / best[name] - 1) <= 0.20, name


def test_deepseek_nodes(folder):
    given = {
        row["quantity"]: float(row["value"])
        for row in rows(folder / "deepseek_v3_serving_visible.csv")
    }
    prefill = serving.nodes_needed(
        given["input tokens per day"], given["prefill throughput per node incl. cache hits"]
    )
    decode = serving.nodes_needed(
        given["output tokens per day"], given["decode throughput per node"]
    )
    assert prefill == pytest.approx(95.5, abs=0.05) and decode == pytest.approx(131.4, abs=0.05)
    assert prefill + decode == pytest.approx(given["average nodes"], rel=2e-3)


def test_batch_limits():
    chip = Accelerator("h200", 1979e12, 4.8e12, 700, 141e9, 450e9, 8)
    law = law_of_claims()
    free = serving.serve(Serving(LLAMA, 294, 294), chip, law, link_efficiency=LINKS)
    tight = serving.serve(
        Serving(LLAMA, 294, 294, step_limit_s=0.0175), chip, law, link_efficiency=LINKS
    )
    assert free.limit == "memory" and tight.limit == "latency"
    assert tight.batch < free.batch and tight.output_tokens_s < free.output_tokens_s
    step = serving.decode_step_s(
        Serving(LLAMA, 294, 294), chip, law, tight.batch, link_efficiency=LINKS
    )
    assert float(step) == pytest.approx(0.0175, rel=1e-6)
    heavy = serving.serve(
        Serving(LLAMA, 294, 294, weight_bytes=2.0), chip, law, link_efficiency=LINKS
    )
    assert heavy.limit == "weights do not fit" and heavy.output_tokens_s == 0.0
    together = serving.decode_step_s(
        Serving(LLAMA, 294, 294, overlap=True), chip, law, 100.0, link_efficiency=LINKS
    )
    apart = serving.decode_step_s(Serving(LLAMA, 294, 294), chip, law, 100.0, link_efficiency=LINKS)
    assert float(together) <= float(apart) + 1e-12
    for bad in (
        lambda: serving.serve(
            Serving(LLAMA, 1, 1), Accelerator("x", 1.0, 1.0), law, link_efficiency=LINKS
        ),
        lambda: serving.serve(
            Serving(LLAMA, 1, 1, chips=8),
            Accelerator("x", 1e15, 1e12, memory_bytes=80e9),
            law,
            link_efficiency=LINKS,
        ),
        lambda: Serving(LLAMA, -1, 1),
        lambda: serving.nodes_needed(1.0, 0.0),
        lambda: serving.cost_per_million_tokens_usd(1.0, 0.0),
        lambda: serving.cost_per_training_flop_usd(1.0, 0.0),
    ):
        with pytest.raises(RangeError):
            bad()


# Worth against H100 in the hardware table: 16-bit, 8-bit and bandwidth; A100 and MI300X of the
# reference page, Trainium2 and TPU v5p from the counts of Epoch AI.
WORTH = {
    "A100": ({"bf16": 312e12, "int8": 624e12}, 2.04e12, (0.315, 0.315, 0.609)),
    "MI300X": ({"bf16": 1307.4e12, "int8": 2614.9e12}, 5.3e12, (1.321, 1.321, 1.582)),
    "Trainium2": ({"bf16": 667e12, "fp8": 1299e12}, 2.9e12, (0.674, 0.656, 0.866)),
}


@pytest.mark.parametrize("name", WORTH)
def test_equivalents(name, small_text):
    from dataclasses import replace

    from waferway.chips.design import Compute

    dense, wide, wanted = WORTH[name]
    design = replace(chips.parse_design(small_text), compute=Compute(dense, wide))
    weights = chips.compute(design, 2024).equivalents
    got = [weights[f"h100e-{b}"] for b in ("16bit-dense", "8bit-dense", "bandwidth")]
    np.testing.assert_allclose(got, wanted, atol=1e-3)
    assert weights["h100e-measured"] is None  # missing is not zero


def test_measured_basis(shipped_design):
    h100 = chips.compute(shipped_design("h100-sxm"), 2024)
    assert all(weight == pytest.approx(1.0) for weight in h100.equivalents.values())
    mi300x = chips.compute(shipped_design("mi300x"), 2024)
    assert 0.92 <= mi300x.equivalents["h100e-measured"] <= 1.0
    assert mi300x.to_frame().set_index("measure").loc["serving, generated tokens", "value"] == (
        pytest.approx(3063, rel=0.05)
    )


def test_compute_without_rates_says_so(small_text):
    result = chips.compute(chips.parse_design(small_text), 2024)
    assert result.to_frame().empty and len(result.notes) == 4


def test_cost_per_token_and_per_training_flop(shipped_design):
    free = chips.compute(shipped_design("h100-sxm"), 2024).to_frame().set_index("measure")
    paid = chips.compute(shipped_design("h100-sxm"), 2024, usd_per_hour=2.0)
    rows = paid.to_frame().set_index("measure")
    tokens = free.loc["serving, generated tokens", "value"]
    million = rows.loc["serving, cost of a million generated tokens"]
    assert million["value"] == pytest.approx(2.0 / 3600 / tokens * 1e6)
    assert million["low"] < million["value"] < million["high"]
    rate = free.loc["training, 1024 chips", "value"]
    training = rows.loc["cost of 1e21 training FLOP, 1024 chips"]
    assert training["value"] == pytest.approx(2.0 / 3600 / rate * 1e21)
    assert len(rows) == len(free) + 5
