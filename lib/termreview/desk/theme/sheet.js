// One table of the desk. Python gives columns and rows; DataTables (the copy that itables carries) draws, sorts and filters
// them; the view (search, order, filters) and the rows in sight go back, so that Python groups and exports what is shown.

const PLACE = "termreviewSheetLibrary";

// One table of the page carries the library for all of them; the others wait for it.
async function library(model) {
  while (!window[PLACE] && !model.get("_library")) await new Promise((done) => setTimeout(done, 30));
  if (!window[PLACE]) {
    const script = new Blob([model.get("_library")], { type: "text/javascript" });
    window[PLACE] = import(URL.createObjectURL(script)).then(({ default: DataTable }) => {
      // What is missing stands last, whichever way the numbers run.
      const run = (sign) => (a, b) => (a === null ? (b === null ? 0 : 1) : b === null ? -1 : sign * (a < b ? -1 : a > b ? 1 : 0));
      DataTable.type("sheet", { order: { asc: run(1), desc: run(-1) } });
      return DataTable;
    });
  }
  return window[PLACE];
}

// Letters without marks: a search is found with them or without.
const folded = (text) => String(text ?? "").normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

function printed(column, value) {
  if (value === null || value === undefined) return column.kind === "text" ? "" : "—";
  if (column.kind === "date") return value.split("-").reverse().join("/");
  if (column.kind !== "number") return value;
  const digits = { minimumFractionDigits: column.digits ?? 0, maximumFractionDigits: column.digits ?? 2 };
  return new Intl.NumberFormat("vi-VN", digits).format(value);
}

const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

// Points as people write them, "42,5–64,5": sorted by the first number.
function leading(value) {
  const number = parseFloat(String(value ?? "").replace(/\./g, "").replace(",", "."));
  return Number.isNaN(number) ? null : number;
}

function cell(column, words) {
  return (value, type) => {
    if ((type === "sort" || type === "type") && column.side === "right" && column.kind !== "number") return leading(value);
    if (type === "sort" || type === "type") return value === "" || value === undefined ? null : column.kind === "number" || value === null ? value : folded(value);
    if (type === "filter") return column.kind === "number" ? value ?? "" : printed(column, value);
    if (type === "copy") return column.kind === "number" ? (value === null ? "" : String(value).replace(".", ",")) : printed(column, value).replace(/^—$/, "");
    if (column.tags?.[value]) return `<span class="tag tag-${escaped(column.tags[value])}">${escaped(value)}</span>`;
    if (!column.opens || value === null) return escaped(printed(column, value));
    return `<button type="button" class="sheet-open" title="${escaped(words.open ?? "")}">${escaped(printed(column, value))}</button>`;
  };
}

function heads(column) {
  const filter = column.kind === "number" ? ["searchNumber"] : column.kind === "choice" ? [] : [column.kind === "date" ? "searchDateTime" : "searchText"];
  const list = column.kind === "choice" ? [{ extend: "searchList", ajaxOnly: false, orthogonal: "filter" }] : [];
  return [["orderAsc", "orderDesc", "spacer", ...filter, ...list]];
}

// The view by names of columns: it holds whichever columns stand beside each other.
function viewOf(state, columns, search) {
  const filters = {};
  for (const [place, own] of Object.entries(state.columnControl ?? {})) {
    const input = own.searchInput, kept = {};
    if (input && (input.value !== "" || ["empty", "notEmpty"].includes(input.logic))) Object.assign(kept, { type: input.type, logic: input.logic, value: input.value });
    if (own.searchList?.length) kept.list = own.searchList;
    if (Object.keys(kept).length && columns[place]) filters[columns[place].id] = kept;
  }
  // The library keeps a column that has a name by its name, which here is its id.
  const order = (state.order ?? []).map(([place, way]) => [columns[place]?.id ?? place, way]).filter(([id, way]) => way && columns.some((column) => column.id === id));
  return { search, order, filters };
}

function stateOf(view, columns) {
  const place = Object.fromEntries(columns.map((column, number) => [column.id, number]));
  const control = {};
  for (const [id, own] of Object.entries(view.filters ?? {})) {
    if (!(id in place)) continue;
    control[place[id]] = {};
    if (own.logic) control[place[id]].searchInput = { logic: own.logic, type: own.type, value: own.value };
    if (own.list) control[place[id]].searchList = own.list;
  }
  const order = (view.order ?? []).filter(([id]) => id in place).map(([id, way]) => [place[id], way]);
  return { time: Date.now(), order, columnControl: control };
}

async function render({ model, el }) {
  const DataTable = await library(model);
  const words = model.get("words");
  const id = `sheet-${Math.random().toString(36).slice(2)}`;
  el.classList.add("sheet");
  el.innerHTML = `<div class="sheet-bar"><label class="sheet-search"><span></span> <input type="search"></label><button type="button" class="desk-button sheet-copy"></button><p class="sheet-count" role="status" aria-live="polite"></p></div><div class="sheet-scroll" tabindex="0" role="region"></div>`;
  const box = el.querySelector("input"), count = el.querySelector(".sheet-count"), scroll = el.querySelector(".sheet-scroll"), copy = el.querySelector(".sheet-copy");
  el.querySelector(".sheet-search span").textContent = words.search;
  copy.textContent = words.copy;
  let table, pushed = "", waiting, plain = [], columns = [];

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const inSight = () => table.rows({ order: "applied", search: "applied" }).data().toArray();

  function say(text) { count.textContent = text; }

  function push() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const view = viewOf(table.state() ?? {}, columns, box.value.trim()), shown = inSight().map((row) => row[0]);
      pushed = JSON.stringify(view);
      // A view that nobody has changed here is not sent: it would overtake one that is just on its way to us.
      const { search = "", order = [], filters = {} } = model.get("view");
      if (JSON.stringify({ search, order, filters }) !== pushed) model.set("view", view);
      model.set("shown", shown);
      model.save_changes();
    }, 120);
  }

  function build() {
    const hadFocus = scroll.contains(document.activeElement) && document.activeElement !== scroll;
    if (table) table.destroy(true);
    columns = model.get("columns");
    const rows = model.get("rows"), view = model.get("view");
    const keys = columns.some((column) => column.finds_key);  // a school is found by its code, shown or not
    plain = rows.map((row) => folded([keys ? row[0] : "", ...row.slice(1).map((value, place) => printed(columns[place], value))].join(" \n ")));
    box.value = view.search ?? "";
    scroll.setAttribute("aria-label", model.get("title"));
    const titles = columns.map((column) => `<th scope="col">${escaped(column.title)}</th>`).join("");
    scroll.innerHTML = `<table id="${id}"><caption></caption><thead><tr>${titles}</tr></thead></table>`;
    scroll.querySelector("caption").textContent = model.get("title");
    table = new DataTable(scroll.querySelector("table"), {
      data: rows,
      columns: columns.map((column, place) => ({
        cellType: place ? "td" : "th",  // a screen reader says with each cell whose it is
        data: place + 1, type: "sheet", render: cell(column, words),
        className: column.kind === "number" || column.side === "right" ? "sheet-number" : "", width: column.width || null, columnControl: heads(column), name: column.id, orderSequence: ["asc", "desc", ""],
      })),
      paging: false, info: false, searching: true, layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: null },
      order: [], autoWidth: false, orderMulti: true, ordering: { indicators: true, handler: true },
      language: model.get("language"),
      stateSave: true, stateDuration: -1, stateSaveCallback: () => {}, stateLoadCallback: () => stateOf(view, columns),
    });
    for (const [place, head] of scroll.querySelectorAll("thead th").entries()) {
      head.setAttribute("aria-label", columns[place].title);  // said with each cell, without the names of the buttons
      for (const button of head.querySelectorAll("button")) button.setAttribute("aria-label", `${button.getAttribute("aria-label")}: ${columns[place].title}`);
    }
    table.search.fixed("words", (_, __, number) => folded(box.value).split(/\s+/).every((word) => plain[number].includes(word)));
    table.on("draw", () => { say(fill(words.count, { shown: inSight().length, all: rows.length })); push(); });
    table.draw();
    mark();
    if (hadFocus) (scroll.querySelector(".picked .sheet-open") ?? scroll).focus({ preventScroll: true });
  }

  box.addEventListener("input", () => table.draw());
  scroll.addEventListener("click", (event) => {
    const name = event.target.closest(".sheet-open");
    if (name) model.send({ picked: table.row(name.closest("tr")).data()[0] });
  });
  // From name to name by the arrows; Enter and the space bar pick, as they do with any button.
  scroll.addEventListener("keydown", (event) => {
    const name = event.target.closest(".sheet-open");
    if (!name) return;
    const names = [...scroll.querySelectorAll(".sheet-open")], here = names.indexOf(name);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined || !names[to]) return;
    event.preventDefault();
    names[to].focus();
  });

  // The row that is picked is marked, and in sight within its table; the page itself does not move.
  function mark() {
    const picked = model.get("picked"), hints = model.get("hints");
    table.rows().every(function () {
      const line = this.node(), key = this.data()[0], is = key === picked;
      if (!line) return;
      line.cells[0].scope = "row";
      line.classList.add("pick-row");
      line.classList.toggle("picked", is);
      const name = line.querySelector(".sheet-open");
      if (!name) return;
      name.title = hints[key] ?? words.open ?? "";
      if (is) name.setAttribute("aria-current", "true");
      else name.removeAttribute("aria-current");
      if (!is) return;
      const head = scroll.querySelector("thead")?.offsetHeight ?? 0;
      if (line.offsetTop - head < scroll.scrollTop) scroll.scrollTop = line.offsetTop - head;
      else if (line.offsetTop + line.offsetHeight > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = line.offsetTop + line.offsetHeight - scroll.clientHeight;
    });
  }

  copy.addEventListener("click", async () => {
    const clean = (text) => String(text).replace(/[\t\r\n]+/g, " ");
    const draw = columns.map((column) => cell(column, words));
    const rows = inSight();
    const lines = [columns.map((column) => clean(column.title)), ...rows.map((row) => draw.map((own, place) => clean(own(row[place + 1], "copy"))))];
    const text = lines.map((line) => line.join("\t")).join("\r\n");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      el.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      copy.focus();
    }
    say(fill(words.copied, { rows: rows.length, columns: columns.length }));
  });

  const again = () => build();
  const viewed = () => { if (JSON.stringify(model.get("view")) !== pushed) build(); };
  if (model.get("lines")) scroll.style.maxHeight = `${model.get("lines") * 2.1 + 3.6}em`;
  model.on("change:rows", again);
  model.on("change:picked", mark);
  model.on("change:view", viewed);
  build();
  return () => { clearTimeout(waiting); model.off("change:rows", again); model.off("change:picked", mark); model.off("change:view", viewed); table.destroy(true); };
}

// A table that no page shows yet carries the library all the same.
async function initialize({ model }) {
  if (model.get("_library")) await library(model);
}

export default { initialize, render };
