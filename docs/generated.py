"""Reference pages written from the code when the documentation is built.

Owns nothing of its own: tables come from the declarations of the network, results from those of
the planner, commands from the Typer application, names from the face of the package.
"""

import inspect
import json
from pathlib import Path

FOLDER = Path(__file__).parent / "reference" / "generated"


def results() -> str:
    """Tables of a plan: columns and units."""
    from waferway.planning.results import COLUMNS, UNITS

    lines = []
    for name, columns in COLUMNS.items():
        units = UNITS[name]
        lines += [f"## {name}", "", "| column | unit |", "|---|---|"]
        lines += [
            f"| `{column}` | {f'`{units[column]}`' if column in units else 'name'} |"
            for column in columns.split()
        ]
        lines.append("")
    return "\n".join(lines)


def json_keys() -> str:
    """Keys of the JSON that commands print and of the manifest of a plan, by example."""
    import waferway

    plan = waferway.plan(example())
    summary = plan.summary().to_json()
    parts = ["## manifest.json of a plan folder", "", *_keys(plan.manifest)]
    parts += ["## waferway summary --json", "",
              "`waferway plan --json` prints the same keys, `folder`, and `manifest` as above.",
              "", *_keys(summary)]  # fmt: skip
    parts += ["## waferway verify --json", "", *_keys(_object(plan.verify().to_json()))]
    return "\n".join(parts)


def _object(content):
    return json.loads(content) if isinstance(content, str) else content


def _keys(content: dict) -> list[str]:
    lines = ["| key | kind | keys within |", "|---|---|---|"]
    for key, value in content.items():
        inner = value[0] if isinstance(value, list) and value else value
        within = ", ".join(f"`{k}`" for k in inner) if isinstance(inner, dict) else ""
        lines.append(f"| `{key}` | {_kind(value)} | {within} |")
    return [*lines, ""]


def _kind(value: object) -> str:
    kinds = {bool: "true or false", int: "number", float: "number", str: "text", list: "list",
             dict: "object", type(None): "null or text"}  # fmt: skip
    return kinds.get(type(value), type(value).__name__)


def example():
    """The small network that `waferway network new` writes."""
    from importlib.resources import files

    import waferway

    return waferway.read(files("waferway.network") / "example.yaml")


def schema() -> str:
    """The JSON Schema of network files."""
    from waferway.network.editor import json_schema

    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def commands() -> str:
    """Every command with its arguments and options."""
    import typer

    from waferway.cli.commands import app

    parts: list[str] = []
    _command(typer.main.get_command(app), "waferway", parts)
    return "\n".join(parts)


def _command(command, path: str, parts: list[str]) -> None:
    import click

    inner = getattr(command, "commands", None)
    if inner is None or path == "waferway":
        said = (command.help or "").strip()
        parts += [f"## {path}", "", said, ""]
        rows = []
        for p in command.params:
            if p.param_type_name == "argument":
                name = p.name.upper() if p.required else f"[{p.name.upper()}]"
            else:
                name = ", ".join([*p.opts, *p.secondary_opts])
            default = p.default if isinstance(p.default, str | int | float | Path) else None
            shown = "required" if p.required else "" if default in (None, False) else f"`{default}`"
            rows.append(f"| `{name}` | {shown} | {(getattr(p, 'help', '') or '').strip()} |")
        if rows:
            parts += ["| argument or option | default | meaning |", "|---|---|---|", *rows, ""]
    if inner is not None:
        for name in command.list_commands(click.Context(command)):
            _command(inner[name], f"{path} {name}", parts)


def face() -> str:
    """Public names, each with its docstring."""
    import waferway

    parts = []
    for name in sorted(waferway.__all__, key=str.lower):
        if name.startswith("__"):
            continue
        module, attribute = waferway._FACE[name]
        if attribute is None:
            parts += [f"## waferway.{name}", "", *_module(module)]
            continue
        found = getattr(__import__(module, fromlist=[attribute]), attribute)
        directive = "autoclass" if inspect.isclass(found) else "autofunction"
        parts += [f"## waferway.{name}", "", *_directive(directive, f"{module}.{attribute}")]
    return "\n".join(parts)


def _module(module: str) -> list[str]:
    import importlib

    made = importlib.import_module(module)
    lines = [(inspect.getdoc(made) or "").split("\n\n")[0].replace("\n", " "), ""]
    public = [n for n in getattr(made, "__all__", []) if not inspect.ismodule(getattr(made, n))]
    if public:
        lines += ["| name | meaning |", "|---|---|"]
        for name in public:
            found = getattr(made, name)
            said = inspect.getdoc(found) if callable(found) else ""
            first = (said or "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
            lines.append(f"| `{name}` | {_plain(first)} |")
        lines.append("")
    return lines


def _plain(text: str) -> str:
    return text.replace("``", "`").replace("<", "&lt;").replace("[", "\\[")


def _directive(directive: str, target: str) -> list[str]:
    options = [":no-index-entry:"] + ([":members:"] if directive == "autoclass" else [])
    indented = "\n".join(f"   {o}" for o in options)
    return ["```{eval-rst}", f".. {directive}:: {target}", indented, "```", ""]


PAGES = {
    "results.md": results, "json.md": json_keys, "network.schema.json": schema,
    "commands.md": commands, "face.md": face,
}  # fmt: skip


def write(_app, _config) -> None:
    """Write every page; unchanged pages keep their time, so builds stay quick."""
    from waferway.network.reference import reference_page

    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in {**PAGES, "network.md": reference_page}.items():
        path, text = FOLDER / name, page()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app):
    app.connect("config-inited", write)
    return {"parallel_read_safe": True}
