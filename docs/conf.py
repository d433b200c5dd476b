"""How the documentation is built; warnings are errors (`make docs`)."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import waferway  # noqa: E402

project = "waferway"
author = "The waferway contributors"
copyright = "The waferway contributors; text and code Apache-2.0, data CC BY 4.0"
version = release = waferway.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "mathml",  # beside this file: formulas as MathML, without script
    "generated",  # beside this file: reference pages written from the code
]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_build", "reference/generated"]

myst_dmath_allow_space = False  # two prices in one line are no formula
myst_enable_extensions = ["dollarmath", "amsmath", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"waferway {release}"
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
pygments_style = "default"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc sections say types with units and shapes
napoleon_google_docstring = False
napoleon_numpy_docstring = True
napoleon_use_rtype = False
napoleon_use_param = False
napoleon_use_ivar = True
napoleon_custom_sections = ["Source"]
