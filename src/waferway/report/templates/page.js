// Draws the figures of this page again, with tooltips. The page is whole without it.
(() => {
  "use strict";
  const root = document.documentElement;
  const specs = JSON.parse(document.getElementById("specs").textContent);
  const refuse = () => Promise.reject(new Error("this page loads nothing"));
  const options = {
    ast: true, actions: false, defaultStyle: false, renderer: "svg", hover: false,
    loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
    tooltip: { disableDefaultStyle: true, theme: "page" },
  };
  const phone = matchMedia("(max-width: 35rem)");
  const figures = [...document.querySelectorAll("figure[data-chart]")];

  async function draw(figure) {
    const spec = specs[figure.dataset.chart][phone.matches ? "narrow" : "wide"];
    const old = figure.querySelector(".drawn");
    const place = old.cloneNode(false);
    place.hidden = false;
    const mode = spec.$schema.includes("/vega-lite/") ? "vega-lite" : "vega";
    try {
      await vegaEmbed(place, spec, { ...options, mode });
    } catch (fault) {
      console.error(figure.dataset.chart, fault);
      return; // the still picture stays
    }
    // The picture as a whole has a name and a description; its marks need none of their own.
    for (const part of place.querySelectorAll("[role],[aria-roledescription]")) {
      part.removeAttribute("role");
      part.removeAttribute("aria-roledescription");
    }
    place.querySelector("svg").setAttribute("aria-hidden", "true");
    old.replaceWith(place);
    figure.classList.add("live");
  }

  async function drawAll() {
    delete root.dataset.ready;
    // Those in view come first; the others follow, so that the page answers at once.
    const seen = (f) => f.getBoundingClientRect().top < innerHeight;
    for (const figure of [...figures].sort((a, b) => seen(b) - seen(a))) {
      await draw(figure);
      await new Promise((go) => setTimeout(go));
    }
    performance.measure("drawn"); // from the start of the page until all is drawn
    root.dataset.ready = "all";
  }

  phone.addEventListener("change", drawAll);
  drawAll();
})();
