// One figure of the report followed to its cells. Data come from the page itself; nothing is fetched, and text
// enters the page as text alone. Without this script every figure stands as it is.
(async () => {
  "use strict";
  const source = document.getElementById("tra-cuu-so-lieu");
  const isPacked = source && source.type !== "application/json";
  if (!source || !window.HTMLDialogElement || (isPacked && !window.DecompressionStream)) return;
  const unpacked = (text) => new Response(new Blob([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))])
    .stream().pipeThrough(new DecompressionStream("deflate"))).text();
  const data = JSON.parse(isPacked ? await unpacked(source.textContent) : source.textContent);
  const say = (name, places = {}) =>
    (data.words[name] || name).replace(/\{(\w+)\}/g, (_, key) => places[key]);
  const numbers = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 4 });
  const ratios = new Intl.NumberFormat("vi-VN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const percents = new Intl.NumberFormat("vi-VN", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const show = (value) =>
    value === null || value === undefined ? "—" : typeof value === "number" ? numbers.format(value) : value;
  const range = (low, high) => (low === null ? "—" : low === high ? show(low) : `${show(low)}–${show(high)}`);
  const target = (kind, key, scope) => `#tra/${kind}/${encodeURIComponent(key)}/${encodeURIComponent(scope)}`;
  const placeOf = new Map(data.schools.map(([id], place) => [id, place]));

  function make(name, options = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(options)) {
      if (value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }
  const link = (text, to) => make("a", { href: to }, text);

  function table(heads, rows, foot) {
    const align = (place) => (heads[place][1] ? "right" : "left");
    const cells = (row, first) =>
      row.map((cell, place) =>
        make(place === 0 ? "th" : "td", { class: align(place), scope: place === 0 ? "row" : undefined },
          cell instanceof Node ? cell : show(cell)));
    return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": heads[0][0] },
      make("table", { class: "data" },
        make("thead", {}, make("tr", {}, ...heads.map(([head], place) =>
          make("th", { scope: "col", class: align(place) }, head)))),
        make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells(row)))),
        foot ? make("tfoot", {}, make("tr", {}, ...cells(foot))) : null));
  }

  function facts(pairs) {
    const shown = pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined);
    return make("dl", { class: "trace-facts" },
      ...shown.flatMap(([name, value]) => [make("dt", {}, name),
        ...[].concat(value).map((line) => make("dd", {}, line instanceof Node ? line : show(line)))]));
  }

  const cellOf = (field, place) =>
    (field.off && field.off[place]) || (field.at && field.at[data.schools[place][2]]) || "";

  // The cells of the parts that a total was added up from, the name of their sheet once; none where one is not shown.
  function partCells(field, place) {
    const parts = ((field.p && field.p[data.schools[place][2]]) || []).map((id) => data.fields[id]);
    const cells = parts.map((part) => (part ? cellOf(part, place) : ""));
    if (!cells.length || cells.includes("")) return "";
    const sheetOf = (cell) => cell.slice(0, cell.lastIndexOf("!") + 1);
    return cells.map((cell, at) => at && sheetOf(cell) === sheetOf(cells[0]) ? cell.slice(sheetOf(cell).length) : cell).join(" + ");
  }

  // One answer: its value or state, the cells that hold it, what was assumed. A total that the report adds up anew
  // stands in no cell of its own: its parts are named, and what the school wrote beside. Points are drawn from what the
  // school wrote (`isStated`).
  function answer(fieldId, place, isStated) {
    const field = data.fields[fieldId];
    if (!field) return null;
    const state = field.s && field.s[place];
    const isAsked = field.v[place] !== null || state;
    const note = field.n && field.n[place];
    const rebuilt = isStated ? undefined : field.r && field.r[place];
    const own = cellOf(field, place);
    const cell = rebuilt !== undefined ? partCells(field, place) : own;
    return {
      label: field.t, isAsked, isRebuilt: rebuilt !== undefined,
      value: rebuilt !== undefined ? show(rebuilt)
        : field.v[place] === null ? (state ? data.states[state] || state : "—") : show(field.v[place]),
      number: rebuilt !== undefined ? rebuilt : typeof field.v[place] === "number" ? field.v[place] : null,
      cell: isAsked && state !== "not_submitted" ? cell : "",
      note: rebuilt !== undefined ? say("added_up", { stated: show(field.v[place]), cell: own }) : note ? `${data.notes[note[0]] || note[0]}${note[1] ? ` (${say("written")}: ${note[1]})` : ""}` : "",
    };
  }

  const schoolsOf = (scope) => data.schools.map((school, place) => [place, ...school])
    .filter(([, id, , level]) => scope === "all" || scope === level || scope === id);
  const scopeName = (scope) => scope === "all" ? say("whole")
    : data.levels[scope] || (placeOf.has(scope) ? data.schools[placeOf.get(scope)][1] : scope);
  const schoolLink = (id) => link(data.schools[placeOf.get(id)][1], target("truong", id, id));
  const fileLine = (place) => [say("file"), data.schools[place][4] || say("no_file")];

  // How sure it is; nothing where the edition does not say.
  const marked = (one) => (one.mark ? [[say("mark"), one.mark]] : []);
  const views = {
    // Every item of one group at one school; their sum beside the score that is published, of placed points as well.
    diem(groupId, schoolId) {
      const place = placeOf.get(schoolId);
      const group = data.groups[groupId];
      const score = (data.scores[schoolId] || {})[groupId];
      if (place === undefined || !score) return null;
      const lines = (data.ledger[schoolId] || []).filter((line) => (!group || line[1] === groupId) && data.items[line[0]]);
      const sums = [2, 3].map((at) => lines.reduce((sum, line) => sum + line[at], 0));
      const rows = lines.map(([item, , low, high, most, origin, reason]) => {
        const name = link(`${item} ${data.items[item].t}`, target("tieu-muc", item, schoolId));
        return [name, range(low, high), most, data.origins[origin] || origin, data.reasons[reason] || reason];
      });
      const heads = [[say("item")], [say("points"), 1], [say("max"), 1], [say("origin")], [say("reason")]];
      const isSame = Math.abs(sums[0] - score[0]) < 1e-6 && Math.abs(sums[1] - score[1]) < 1e-6;
      return [`${data.schools[place][1]}: ${group ? group.t : ""}`,
        facts([[say("published"), range(score[0], score[1])], [say("level"), score[2]],
          [say("conditions"), score[3]], fileLine(place), ["", group ? group.note : ""], ["", isSame ? "" : say("differs")]]),
        table(heads, rows, [say("total"), range(sums[0], sums[1]), lines.reduce((sum, line) => sum + line[4], 0), "", ""])];
    },
    // One criterion: what its items gave each school, lowest and highest.
    "tieu-chi"(criterionId, scope) {
      const criterion = data.criteria[criterionId];
      if (!criterion) return null;
      const sums = [0, 0, 0];
      const rows = [];
      for (const [, id] of schoolsOf(scope)) {
        const lines = (data.ledger[id] || []).filter((line) => criterion.in.includes(line[0]));
        if (!data.scores[id] || !lines.length) continue;
        const own = [2, 3, 4].map((at) => lines.reduce((sum, line) => sum + line[at], 0));
        own.forEach((points, at) => { sums[at] += points; });
        rows.push([schoolLink(id), range(own[0], own[1]), own[2]]);
      }
      return [`${criterionId} ${criterion.t}: ${scopeName(scope)}`,
        facts([[say("item"), criterion.in.map((id) => link(`${id} ${data.items[id].t}`, target("tieu-muc", id, scope)))]]),
        table([[say("school")], [say("points"), 1], [say("max"), 1]], rows,
          [say("total"), range(sums[0], sums[1]), sums[2]])];
    },
    // One item: its rule, and at one school its inputs with their cells; over many schools their points.
    "tieu-muc"(itemId, scope) {
      const item = data.items[itemId];
      if (!item) return null;
      const rule = [[say("rule"), item.rule], [say("legal"), item.legal], [say("rule_id"), item.id],
        ...marked(item)];
      if (!placeOf.has(scope)) {
        const rows = [];
        for (const [, id] of schoolsOf(scope)) {
          const line = (data.ledger[id] || []).find((one) => one[0] === itemId);
          if (line) rows.push([link(data.schools[placeOf.get(id)][1], target("tieu-muc", itemId, id)),
            range(line[2], line[3]), line[4], data.origins[line[5]], data.reasons[line[6]]]);
        }
        return [`${itemId} ${item.t}`, facts(rule),
          table([[say("school")], [say("points"), 1], [say("max"), 1], [say("origin")], [say("reason")]], rows)];
      }
      const place = placeOf.get(scope);
      const line = (data.ledger[scope] || []).find((one) => one[0] === itemId);
      if (!line) return null;
      const [, , low, high, most, origin, reason, own, computedLow, computedHigh, verified, ruling] = line;
      const inputs = item.in.map((name) => answer(name, place, true)).filter(Boolean);
      return [`${data.schools[place][1]}: ${itemId} ${item.t}`,
        facts([[say("points"), `${range(low, high)} / ${show(most)}`], [say("origin"), data.origins[origin]],
          [say("reason"), data.reasons[reason]], [say("own"), own],
          [say("computed"), computedLow === null ? "" : range(computedLow, computedHigh)],
          [say("verified"), verified], [say("ruling"), ruling], fileLine(place), ...rule]),
        make("h3", {}, say("inputs")),
        table([[say("question")], [say("value")], [say("cell")], [say("note")]],
          inputs.map((one) => [one.label, one.value, one.cell, one.note]))];
    },
    // Sums divided by sums, school by school.
    "ti-le"(ratioId, scope) {
      const ratio = data.ratios[ratioId];
      if (!ratio) return null;
      let above = 0, below = 0, counted = 0;
      const part = (value, names, place) => {
        const cells = names.map((name) => answer(name, place)).filter(Boolean);
        return make("span", {}, show(value), make("small", {}, cells.map((one) => one.cell).filter(Boolean).join(" + ")));
      };
      const addedUp = (names, place) => names.map((name) => answer(name, place))
        .filter((one) => one && one.isRebuilt).map((one) => `${one.label}: ${one.note}`);
      const asked = schoolsOf(scope).filter(([place]) => ratio.rows[place]);
      const rows = asked.map(([place, id]) => {
        const [state, numerator, denominator] = ratio.rows[place];
        if (state === "counted") { above += numerator; below += denominator; counted += 1; }
        return [schoolLink(id), part(numerator, ratio.num, place), part(denominator, ratio.den, place),
          state === "counted" ? figure(ratio, numerator, denominator) : "—",
          [say(`state_${state}`), ...addedUp([...ratio.num, ...ratio.den], place)].join("; ")];
      });
      return [`${ratio.t}: ${scopeName(scope)}`,
        facts([[say("numerator"), ratio.num.map(titleOf).join(" + ")], [say("denominator"), ratio.den.map(titleOf).join(" + ")],
          [say("counted"), `${counted}/${asked.length}`], ...marked(ratio)]),
        table([[say("school")], [say("numerator"), 1], [say("denominator"), 1], [say("result"), 1], [say("note")]], rows,
          [say("total"), above, below, below ? figure(ratio, above, below) : "—", ""])];
    },
    // One question of the form over the schools that are asked it.
    "so-lieu"(fieldId, scope) {
      const field = data.fields[fieldId];
      if (!field) return null;
      let sum = 0, counted = 0;
      const answers = schoolsOf(scope).map(([place, id]) => [id, answer(fieldId, place)])
        .filter(([, one]) => one.isAsked);
      const rows = answers.map(([id, one]) => {
        if (one.number !== null) { sum += one.number; counted += 1; }
        return [schoolLink(id), one.value, one.cell, one.note];
      });
      const isSummed = ["count", "money"].includes(field.k);
      return [`${field.t}: ${scopeName(scope)}`,
        facts([[say("counted"), `${counted}/${answers.length}`], ["", field.r ? say("rebuilt") : ""]]),
        table([[say("school")], [say("value"), 1], [say("cell")], [say("note")]], rows,
          isSummed ? [say("total"), sum, "", ""] : undefined)];
    },
    // The state of one task at each school.
    "nhiem-vu"(taskId, scope) {
      const task = data.tasks[taskId];
      if (!task) return null;
      const counts = new Map();
      const rows = [];
      for (const [place, id] of schoolsOf(scope)) {
        const one = answer(task.field, place);
        if (!one || !one.isAsked) continue;
        counts.set(one.value, (counts.get(one.value) || 0) + 1);
        rows.push([schoolLink(id), one.value, one.cell, one.note]);
      }
      return [`${taskId} ${task.t}: ${scopeName(scope)}`,
        facts([...marked(task), ...counts]),
        table([[say("school")], [say("status")], [say("cell")], [say("note")]], rows)];
    },
    // Everything one school answered.
    truong(schoolId) {
      const place = placeOf.get(schoolId);
      if (place === undefined) return null;
      const [id, name, level, commune] = data.schools[place];
      const scores = Object.entries(data.scores[id] || {}).map(([group, [low, high, standing]]) =>
        data.groups[group] ? [data.groups[group].t, link(`${range(low, high)} (${standing})`, target("diem", group, id))] : ["", ""]);
      const rows = Object.keys(data.fields).map((fieldId) => answer(fieldId, place))
        .filter((one) => one.isAsked).map((one) => [one.label, one.value, one.cell, one.note]);
      return [`${name} (${id})`, facts([[data.levels[level], commune], fileLine(place), ...scores]),
        make("h3", {}, say("all_data")),
        table([[say("question")], [say("value")], [say("cell")], [say("note")]], rows)];
    },
  };
  const titleOf = (fieldId) => (data.fields[fieldId] ? data.fields[fieldId].t : fieldId);
  const figure = (ratio, above, below) => ratio.u === "percent"
    ? `${percents.format((above * ratio.x) / below)}%` : ratios.format((above * ratio.x) / below);

  const title = make("h2", { id: "tra-cuu-ten", tabindex: "-1" });
  const body = make("div", { class: "trace-body" });
  const back = make("button", { type: "button", class: "trace-back" }, say("back"));
  const close = make("button", { type: "button" }, say("close"));
  const dialog = make("dialog", { class: "trace", "aria-labelledby": "tra-cuu-ten" },
    make("div", { class: "trace-head" }, title, make("div", { class: "trace-buttons" }, back, close)), body);
  document.body.append(dialog);
  const trail = [];

  function open(hash, isBack) {
    const [, kind, key, scope] = hash.slice(1).split("/").map(decodeURIComponent);
    const view = views[kind] && views[kind](key, scope);
    if (!view) return false;
    if (!isBack) trail.push(hash);
    back.hidden = trail.length < 2;
    title.textContent = view[0];
    body.replaceChildren(...view.slice(1));
    if (!dialog.open) dialog.showModal();
    body.scrollTop = 0;
    title.focus();
    return true;
  }
  back.addEventListener("click", () => { trail.pop(); open(trail[trail.length - 1], true); });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { trail.length = 0; });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest && event.target.closest('a[href^="#tra/"]');
    if (anchor && open(anchor.getAttribute("href"))) event.preventDefault();
  });
  const follow = () => { if (location.hash.startsWith("#tra/")) open(location.hash); };
  window.addEventListener("hashchange", follow);

  // The search: every school, item, ratio, task and question by its words, tones as they are typed.
  const home = document.getElementById("tra-cuu");
  if (home) {
    const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase();
    const entries = [
      ...data.schools.map(([id, name, , commune]) => [`${name} – ${id}, ${commune}`, say("kind_school"), target("truong", id, id)]),
      ...Object.entries(data.items).map(([id, item]) => [`${id} ${item.t}`, say("kind_item"), target("tieu-muc", id, "all")]),
      ...Object.entries(data.ratios).map(([id, ratio]) => [ratio.t, say("kind_ratio"), target("ti-le", id, "all")]),
      ...Object.entries(data.tasks).map(([id, task]) => [`${id} ${task.t}`, say("kind_task"), target("nhiem-vu", id, "all")]),
      ...Object.entries(data.fields).map(([id, field]) => [field.t, say("kind_field"), target("so-lieu", id, "all")]),
    ].map(([text, kind, to]) => [text, kind, to, fold(text)]);
    const most = 12;
    const input = make("input", { type: "search", id: "tra-cuu-tim", autocomplete: "off", "aria-describedby": "tra-cuu-goi-y" });
    const list = make("ul", { class: "trace-hits" });
    const count = make("p", { role: "status", class: "small" });
    input.addEventListener("input", () => {
      const words = fold(input.value).split(/\s+/).filter(Boolean);
      const hits = words.length ? entries.filter((entry) => words.every((word) => entry[3].includes(word))) : [];
      list.replaceChildren(...hits.slice(0, most).map(([text, kind, to]) =>
        make("li", {}, link(text, to), " ", make("small", {}, kind))));
      count.textContent = !words.length ? "" : !hits.length ? say("no_hits")
        : hits.length > most ? say("more_hits", { count: hits.length - most }) : say("found", { count: hits.length });
    });
    home.append(make("label", { for: "tra-cuu-tim" }, say("search")), input,
      make("p", { id: "tra-cuu-goi-y", class: "small" }, say("search_hint")), count, list);
  }
  follow();
})();
