// What the page tells beside its widgets. Its address, where the desk is a page of its own: it says what to open, and holds what is looked at.

// What the widgets show by their look alone: which of a row of buttons is pressed, what a group and a page of the desk is.
function tellPressed() {
  for (const button of document.querySelectorAll(".termreview-desk .desk-switch button")) {
    const pressed = String(button.classList.contains("mod-active"));
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
  }
  for (const group of document.querySelectorAll(".termreview-desk .desk-switch")) tell(group, "group", group.querySelector("label")?.textContent);
  for (const tabs of document.querySelectorAll(".termreview-desk .desk-tabs")) {
    tell(tabs.querySelector("[role=tablist]"), "tablist", document.querySelector(".termreview-desk header h2")?.textContent);
    for (const page of tabs.querySelector(".widget-tab-contents, .jupyter-widget-tab-contents, .lm-StackedPanel")?.children ?? []) {
      if (!page.classList.contains("lm-mod-hidden")) tell(page, "tabpanel", tabs.querySelector("[role=tab][aria-selected=true]")?.textContent);
    }
  }
}

// What one part of the page is, and what it is called.
function tell(part, role, name) {
  if (!part || !name) return;
  if (part.getAttribute("role") !== role) part.setAttribute("role", role);
  if (part.getAttribute("aria-label") !== name.trim()) part.setAttribute("aria-label", name.trim());
}

function watchPressed() {
  const watcher = new MutationObserver(tellPressed);
  watcher.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
  tellPressed();
  return watcher;
}

// A mark of a chart is a link: a disc to its school, a bar to the schools that it counts.
function hearMarks(model) {
  const hear = (event) => {
    const mark = event.target.closest?.('.termreview-desk :is(a[href^="#school-"], a[href^="#only-"])');
    if (!mark) return;
    event.preventDefault();
    model.set("opened", "");
    model.set("opened", decodeURIComponent(mark.getAttribute("href").slice(1)));
    model.save_changes();
  };
  document.addEventListener("click", hear);
  return () => document.removeEventListener("click", hear);
}

function initialize({ model }) {
  const watcher = watchPressed(), deaf = hearMarks(model);
  const stop = followAddress(model);
  return () => { watcher.disconnect(); deaf(); stop?.(); };
}

function followAddress(model) {
  if (!document.body.dataset.voila) return;
  const keep = () => {
    const own = new URL(window.location.href);
    for (const [name, value] of Object.entries(model.get("kept"))) {
      if (value) own.searchParams.set(name, value);
      else own.searchParams.delete(name);
    }
    window.history.replaceState(null, "", own);
  };
  model.on("change:kept", keep);
  model.set("asked", Object.fromEntries(new URL(window.location.href).searchParams));
  model.save_changes();
  return () => model.off("change:kept", keep);
}

export default { initialize };
