// Values typed down a column, as in a sheet: Enter and the arrows go from place to place, a copied column is pasted over several.

function render({ model, el }) {
  el.classList.add("value-column");

  function build() {
    const [placeHead, foundHead, valueHead] = model.get("heads");
    const cell = (kind, text) => Object.assign(document.createElement(kind), { textContent: text });
    const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
    table.append(Object.assign(document.createElement("caption"), { textContent: model.get("title") }));
    for (const text of [placeHead, foundHead, valueHead]) head.append(Object.assign(cell("th", text), { scope: "col" }));
    for (const [key, place, found] of model.get("rows")) {
      const row = body.insertRow(), input = document.createElement("input");
      input.dataset.key = key;
      input.setAttribute("aria-label", `${valueHead}: ${place}, ${found}`);
      input.value = model.get("values")[key] ?? "";
      row.append(Object.assign(cell("th", place), { scope: "row" }), cell("td", found), document.createElement("td"));
      row.lastChild.append(input);
    }
    el.replaceChildren(table);
  }

  const inputs = () => [...el.querySelectorAll("input")];
  const handOver = () => {
    const values = Object.fromEntries(inputs().filter((input) => input.value.trim()).map((input) => [input.dataset.key, input.value.trim()]));
    if (JSON.stringify(values) === JSON.stringify(model.get("values"))) return;
    model.set("values", values);
    model.save_changes();
  };

  el.addEventListener("change", handOver);
  el.addEventListener("keydown", (event) => {
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = inputs(), place = all.indexOf(event.target);
    if (!step || place < 0) return;
    event.preventDefault();
    all[place + step]?.focus();
    all[place + step]?.select();
    if (!all[place + step]) handOver();
  });
  el.addEventListener("paste", (event) => {
    const lines = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "").split("\n");
    const all = inputs(), place = all.indexOf(event.target);
    if (lines.length < 2 || place < 0) return;
    event.preventDefault();
    lines.slice(0, all.length - place).forEach((line, number) => { all[place + number].value = line.split("\t")[0].trim(); });
    all[Math.min(place + lines.length, all.length) - 1].focus();
    handOver();
  });
  model.on("change:rows", build);
  model.on("change:values", () => inputs().forEach((input) => { if (input !== document.activeElement) input.value = model.get("values")[input.dataset.key] ?? ""; }));
  build();
}

export default { render };
