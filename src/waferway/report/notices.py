"""What is inside a page besides our own: libraries with their authors and terms.

Owns the notices; the bundle that `vl-convert-python` gives carries no comments of its own.
"""

from __future__ import annotations

__all__ = ["FONTS", "NOTICES"]

FONTS = (
    "No font is inside this file: text is set in the reader's own system font. Drawings exported "
    "as PNG or PDF use Liberation Sans where no other is found (SIL Open Font License 1.1)."
)
_BSD = """Redistribution and use in source and binary forms, with or without modification, are \
permitted provided that the following conditions are met: (1) Redistributions of source code must \
retain the above copyright notice, this list of conditions and the following disclaimer. (2) \
Redistributions in binary form must reproduce the above copyright notice, this list of conditions \
and the following disclaimer in the documentation and/or other materials provided with the \
distribution. (3) Neither the name of the copyright holder nor the names of its contributors may \
be used to endorse or promote products derived from this software without specific prior written \
permission. THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY \
EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF \
MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE \
COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, \
EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE \
GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON \
ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR \
OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY \
OF SUCH DAMAGE."""
_ISC = """Permission to use, copy, modify, and/or distribute this software for any purpose with or \
without fee is hereby granted, provided that the above copyright notice and this permission notice \
appear in all copies. THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES \
WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN \
NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR \
ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF \
CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR \
PERFORMANCE OF THIS SOFTWARE."""
_MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this \
software and associated documentation files (the "Software"), to deal in the Software without \
restriction, including without limitation the rights to use, copy, modify, merge, publish, \
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the \
Software is furnished to do so, subject to the following conditions: The above copyright notice \
and this permission notice shall be included in all copies or substantial portions of the \
Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, \
INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE \
AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, \
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT \
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""

NOTICES: tuple[tuple[str, str, str], ...] = (
    (
        "Vega, Vega-Lite, Vega-Embed, Vega-Tooltip, Vega-Interpreter, Vega-Themes and the vega-* "
        "parts they are made of",
        "Copyright 2013-2025 University of Washington Interactive Data Lab and contributors; "
        "BSD-3-Clause",
        _BSD,
    ),
    (
        "D3: d3-array, -color, -dispatch, -dsv, -force, -format, -geo, -geo-projection, "
        "-hierarchy, -interpolate, -path, -quadtree, -scale, -scale-chromatic, -shape, -time, "
        "-time-format, -timer, -delaunay; delaunator; internmap; topojson-client; semver",
        "Copyright 2010-2024 Mike Bostock; delaunator: Mapbox and contributors; semver: Isaac Z. "
        "Schlueter and contributors; ISC",
        _ISC,
    ),
    (
        "lodash.debounce, fast-json-patch, json-stringify-pretty-compact, "
        "fast-json-stable-stringify",
        "Copyright OpenJS Foundation and other contributors; Joachim Wester; Simon Lydell; "
        "Evgeny Poberezkin and James Halliday; MIT",
        _MIT,
    ),
    (
        "Coastlines: Natural Earth 1:110m",
        "Public domain; by way of world-atlas, copyright Michael Bostock; ISC. Boundaries are no "
        "political statement.",
        "",
    ),
)  # fmt: skip
"""What is inside, whose it is under which terms, and the text of the terms."""
