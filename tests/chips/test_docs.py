"""The reference page of design files names every key that is read."""

from pathlib import Path

from waferway.chips.design_file import KEYS

PAGE = Path(__file__).parents[2] / "docs" / "chips" / "design-files.md"


def test_every_key_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    for keys in KEYS.values():
        for key in keys.values():
            assert f"| `{key.name}` | {key.unit} | {'yes' if key.required else ''} |" in text


def test_the_example_on_the_page_is_a_design():
    from waferway import chips

    example = PAGE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    design = chips.parse_design(example)
    assert chips.cost(design, 2026, draws=0, tornado=False).total_usd > 1000
