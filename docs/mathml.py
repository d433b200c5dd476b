"""Formulas as MathML, which browsers draw themselves: no script, no font, nothing fetched.

Owns the HTML form of formulas. The conversion is latex2mathml's; where that is not installed,
the TeX source is shown as code. See docs/decisions/formulas-as-mathml.md.
"""

import html
import re

try:
    from latex2mathml.converter import convert
except ModuleNotFoundError:
    convert = None


def markup(tex: str, display: bool) -> str:
    """One formula as HTML.

    Raises
    ------
    ValueError
        If a command is not understood; better than a formula that says something else.
    """
    if convert is None:
        element = "pre" if display else "code"
        return f"<{element}>{html.escape(tex)}</{element}>"
    made = convert(tex, display="block" if display else "inline")
    unknown = re.findall(r">(\\[A-Za-z]+)<", made)
    if unknown:
        raise ValueError(f"latex2mathml does not know {', '.join(unknown)} in: {tex}")
    return made


def visit_inline(self, node):
    from docutils import nodes

    self.body.append(markup(node.astext(), display=False))
    raise nodes.SkipNode


def visit_block(self, node):
    from docutils import nodes

    made = markup(node.astext(), display=True)
    self.body.append(f'<div class="math" style="overflow-y: hidden">{made}</div>')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
