"""The wheel holds what it needs: data, templates, types; and works without the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_a_wheel_runs_from_an_empty_folder(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path),
         str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    for needed in (
        "atlas/data/claim.csv", "atlas/data/datapackage.json", "report/coastlines.csv",
        "report/templates/page.html", "report/borders.csv", "network/example.yaml", "py.typed",
    ):  # fmt: skip
        assert f"waferway/{needed}" in names, needed
    assert not [n for n in names if n.startswith(("tests/", "docs/", "benchmarks/"))]
    code = (
        "import waferway as ww, pathlib\n"
        f"assert pathlib.Path(ww.__file__).is_relative_to({str(tmp_path)!r}), ww.__file__\n"
        "net = ww.world()\n"
        "assert len(net.table('line')) >= 25 and len(net.evidence) > 1000\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site"), "PATH": ""},
    )  # fmt: skip
