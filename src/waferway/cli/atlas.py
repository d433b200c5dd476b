"""`waferway atlas`: the shipped world listed, shown, checked, compared and exported.

Owns the declaration of these verbs; what they do is loaded on use.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from waferway.cli import say
from waferway.cli.showing import Force, JsonFlag, show, show_json

if TYPE_CHECKING:
    from waferway.atlas.gate import Verdict

__all__ = ["atlas"]

atlas = typer.Typer(help="The shipped world: claims, the network made of them, and a catalogue "
                    "of chips, plants, volumes and awards.", no_args_is_help=True)  # fmt: skip

Known = Annotated[str | None, typer.Option(help="As it could be known on that day.")]


@atlas.command("list")
def atlas_list(
    table: Annotated[str | None, typer.Argument(help="Table; default: all with counts.")] = None,
    known: Known = None,
    as_json: JsonFlag = False,
) -> None:
    """List what the atlas holds: tables of the network, then of the catalogue."""
    import waferway
    from waferway.atlas.catalogue_schema import CATALOGUE

    if table is None:
        from waferway.atlas import catalogue
        from waferway.atlas.knowledge import rests_on

        net, cat = waferway.world(known=known), catalogue(known)
        counts = {name: len(frame) for name, frame in net.tables.items() if len(frame)}
        counts |= {"claim": len(net.evidence), "source": len(net.evidence.sources)}
        inner = {name: len(frame) for name, frame in cat.tables.items()}
        inner |= {"claim": len(cat.evidence)}
        rests = rests_on(net)
        if as_json:
            show_json({**counts, "catalogue": inner, "rests_on": rests})
            return
        for name, count in counts.items():
            show(f"{name:<16}{count:>7}")
        show("\ncatalogue")
        for name, count in inner.items():
            show(f"  {name:<18}{count:>7}")
        total = sum(rests.values())
        show(f"\nwhat the {total} cited numbers of the network rest on")
        for name, count in rests.items():
            show(f"  {name:<18}{count:>7}{count / max(total, 1):>7.0%}")
        return
    if table in CATALOGUE:
        from waferway.atlas import catalogue

        frame = catalogue(known).table(table)
    else:
        frame = waferway.world(known=known).table(table)
    if as_json:
        show_json(frame.astype(object).where(frame.notna(), None).to_dict(orient="index"))
    else:
        for key, label in zip(frame.index, frame.get("label", frame.index), strict=True):
            show(f"{key:<40}{label if label != key else ''}".rstrip())


@atlas.command("show")
def atlas_show(
    table: Annotated[str, typer.Argument(help="Table, e.g. line or accelerator.")],
    key: Annotated[str, typer.Argument(help="Row, e.g. tsmc-cowos or nvidia-h100-sxm.")],
    known: Known = None,
    as_json: JsonFlag = False,
) -> None:
    """Show one row with the claims under each of its numbers."""
    from waferway.atlas.catalogue_schema import CATALOGUE

    found: dict[str, Any]
    if table in CATALOGUE:
        from waferway.atlas import catalogue
        from waferway.cli.evidence import describe_entry

        found = describe_entry(catalogue(known), table, key)
    else:
        import waferway
        from waferway.cli.evidence import describe_row

        found = describe_row(waferway.world(known=known), table, key)
    if as_json:
        show_json(found)
    else:
        show(found["text"])


@atlas.command("balance")
def atlas_balance(
    known: Annotated[str | None, typer.Option(help="As it could be known on that day.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Hold claims against totals: what moves, what clashes; exit code 1 if claims clash."""
    import waferway
    from waferway.atlas.balance import balance

    found = balance(waferway.world(known=known))
    if as_json:
        show_json(found.to_json())
    else:
        show(str(found))
    if found.conflicts:
        raise typer.Exit(1)


@atlas.command("audit")
def atlas_audit(
    folder: Annotated[
        Path | None, typer.Argument(help="Atlas folder; default: the shipped one.")
    ] = None,
    draw: Annotated[
        int, typer.Option(help="Print that many claims, drawn by --seed, to check by hand.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the draw.")] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Check every rule of the data gate; exit code 1 if one fails.

    Each number has unit, grade, dates and source, agrees with its claim, and fits what the
    others say; each fault has file, line and column. The shipped atlas is read together with the
    claims from which demand, hindcast, chips, finance and market compute.
    """
    from waferway.atlas.gate import check_folder
    from waferway.atlas.world import data_folder

    if draw:
        from waferway.atlas.audit import drawn_claims

        found = drawn_claims(folder or data_folder(), draw, seed)
        if as_json:
            show_json({"drawn": [c.model_dump(mode="json", exclude_none=True) for c in found]})
        for claim in () if as_json else found:
            show(f"{claim.claim_id}: {claim.central:.10g} {claim.unit} [{claim.grade}] "
                 f"{claim.source_id}; {claim.locator}")  # fmt: skip
        return
    verdict = check_folder(folder or data_folder())
    beside = {} if folder else _claims_beside_the_atlas()
    if as_json:
        said = {name: other.to_json() for name, other in beside.items()}
        passed = verdict.passed and all(other.passed for other in beside.values())
        show_json({**verdict.to_json(), "passed": passed, "beside": said})
    else:
        show(str(verdict))
        for name, other in beside.items():
            show(f"{name}: {other}")
    if not all(one.passed for one in (verdict, *beside.values())):
        raise typer.Exit(1)


def _claims_beside_the_atlas() -> dict[str, Verdict]:
    """What the gate says of the claims from which engines and studies compute, by package."""
    from importlib import resources

    from waferway.atlas.gate.claim_files import check_claims

    return {
        name: check_claims(Path(str(resources.files(f"waferway.{name}"))) / "data")
        for name in ("demand", "studies", "chips", "finance", "market")
    }


@atlas.command("diff")
def atlas_diff(
    old: Annotated[Path, typer.Argument(help="Atlas folder, for example an earlier export.")],
    new: Annotated[
        Path | None, typer.Argument(help="Atlas folder; default: the shipped one.")
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Plan both, and say what moved in the plan.")
    ] = False,
    gap: Annotated[float, typer.Option(help="Relative gap of those plans.")] = 5e-3,
    as_json: JsonFlag = False,
) -> None:
    """Say what a data release moved: in the data, and with --plan in the plan."""
    from waferway.atlas.difference import compare
    from waferway.atlas.world import data_folder

    later = new or data_folder()
    found = compare(old, later)
    content, text = found.to_json(), found.text()
    if plan:
        import waferway

        say("planning both releases")
        plans = [waferway.plan(waferway.read(folder), gap=gap) for folder in (old, later)]
        moved = waferway.diff(*plans)
        content["plan"] = moved.to_json()
        text = f"{text}\n\n{moved}"
    if as_json:
        show_json(content)
    else:
        show(text)


@atlas.command("export")
def atlas_export(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write.")] = Path(
        "waferway-atlas"
    ),
    form: Annotated[
        list[str] | None,
        typer.Option(help="csv, parquet, geojson or flat; may be repeated; default: all."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Atlas folder; default: the shipped one.")
    ] = None,
    force: Force = False,
    as_json: JsonFlag = False,
) -> None:
    """Write the atlas as CSV with its description, Parquet, GeoJSON and the flat table."""
    from waferway.atlas.export import FORMS, export
    from waferway.atlas.world import data_folder

    written = export(folder or data_folder(), out, form or FORMS, force=force)
    if as_json:
        show_json({"folder": str(out), "files": [str(path.relative_to(out)) for path in written]})
    else:
        say(f"wrote {out}: {len(written)} files")
