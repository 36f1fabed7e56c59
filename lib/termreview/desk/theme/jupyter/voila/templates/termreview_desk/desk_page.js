// What the page itself does beside the widgets: it says at once that nobody is behind it any more, and keeps what is
// half typed in this browser until it is saved. It must run before the widgets open their connection.
(function () {
  "use strict";
  const PREFIX = "termreview-desk|";
  const DAYS_KEPT = 7;
  const root = () => document.querySelector(".termreview-desk");
  const words = () => root()?.querySelector(".desk-words")?.dataset || document.getElementById("loading")?.dataset || {};
  const filled = (text, places) => text.replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);

  // ---- The connection

  const open = new Set();
  let isLeaving = false;
  let isDead = false;
  let isLost = false;
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(url, protocols) {
      super(url, protocols);
      if (!/\/api\/kernels\/[^/]+\/channels/.test(String(url))) { return; }
      this.addEventListener("open", () => { open.add(this); settle(); });
      this.addEventListener("close", () => { open.delete(this); setTimeout(settle, 300); });
      this.addEventListener("message", (event) => {
        if (isEnd(event.data)) { isDead = true; settle(); }
      });
    }
  };
  window.addEventListener("beforeunload", () => { isLeaving = true; });
  window.addEventListener("pageshow", () => { isLeaving = false; });

  // A kernel that died is started anew by the server, without anything that stood on this page.
  function isEnd(data) {
    if (typeof data !== "string" && !(data instanceof ArrayBuffer && data.byteLength < 4096)) { return false; }
    const text = typeof data === "string" ? data.slice(0, 4096) : new TextDecoder().decode(data);
    return /"msg_type":\s*"status"/.test(text) && /"execution_state":\s*"(restarting|autorestarting|dead)"/.test(text);
  }

  function settle() {
    if (isLeaving) { return; }
    const wasLost = isLost;
    isLost = isDead || open.size === 0;
    if (isDead) {
      say("dead", words().deadTitle, words().dead, words().reload, () => location.reload());
    } else if (isLost) {
      say("lost", words().lostTitle, words().lost, words().reload, () => location.reload());
    } else if (wasLost && banner()?.dataset.kind === "lost") {
      say("back", words().backTitle, words().back, words().close, hide);
    }
    document.body.classList.toggle("desk-lost", isLost);
  }

  // Clicks are not kept for later: what nobody can answer now must not happen by itself when somebody can again.
  document.addEventListener("click", (event) => {
    if (isLost && event.target.closest?.(".termreview-desk button, .termreview-desk [role=tab]")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      banner()?.focus();
    }
  }, true);

  const banner = () => document.getElementById("desk-connection");
  const hide = () => banner()?.remove();

  function say(kind, title, text, act, doIt, more) {
    if (banner()?.dataset.kind === kind) { return; }
    hide();
    const box = document.createElement("div");
    box.id = "desk-connection";
    box.dataset.kind = kind;
    box.tabIndex = -1;
    box.setAttribute("role", kind === "lost" || kind === "dead" ? "alert" : "status");
    const strong = document.createElement("strong");
    strong.textContent = title || "";
    const span = document.createElement("span");
    span.textContent = text || "";
    box.append(strong, span, button(act, doIt));
    if (more) { box.append(button(more[0], more[1])); }
    document.body.prepend(box);
  }

  function button(name, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = name || "OK";
    made.addEventListener("click", act);
    return made;
  }

  // ---- What is half typed

  const FIELDS = "textarea, input[type=text], select";
  const storeOf = (key) => (key.startsWith(PREFIX + "author") ? sessionStorage : localStorage);

  function read(key) {
    try { return JSON.parse(storeOf(key).getItem(key)) || null; } catch { return null; }
  }

  function write(key, draft) {
    try {
      if (draft) { storeOf(key).setItem(key, JSON.stringify(draft)); } else { storeOf(key).removeItem(key); }
    } catch { /* a browser that keeps nothing: the desk works all the same */ }
  }

  // The answer to an earlier click draws the fields anew. What is typed meanwhile stays until it is handed over, and
  // belongs to the form that stands there by then.
  const typing = new Map(); // by field: the draft's name and what it held before
  const isTyping = (field) => typing.has(field);

  function hold(event) {
    const field = event.target;
    if (!event.isTrusted || isTyping(field) || !field.matches?.("textarea, input[type=text]") || !root()?.contains(field)) { return; }
    const native = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
    const key = keyOf(formOf(field)), kept = { key, before: key && read(key), native };
    Object.defineProperty(field, "value", {
      configurable: true, get() { return native.get.call(this); }, set(value) { kept.refused = value; },
    });
    typing.set(field, kept);
  }

  function letGo(event) {
    const field = event.target, kept = typing.get(field);
    if (!kept) { return; }
    typing.delete(field);
    delete field.value;
    // Left as it was found, nothing is handed over: then what the desk wrote meanwhile stands.
    if (event.type === "focusout" && kept.refused !== undefined) { field.value = kept.refused; }
  }
  document.addEventListener("input", hold, true);
  document.addEventListener("change", letGo, true);
  document.addEventListener("focusout", letGo, true);

  const formOf = (field) => field.closest(".desk-form, .desk-bar-line");
  const titleOf = (form) => form?.querySelector("[data-draft]") || (form?.matches(".desk-bar-line") ? form : null);
  const keyOf = (form) => {
    const title = titleOf(form);
    if (!title) { return ""; }
    return PREFIX + (title.dataset.draft || "author|" + (words().office || ""));
  };
  const fieldsOf = (form) => [...form.querySelectorAll(FIELDS)].filter(
    (field) => form.matches(".desk-form") || field.matches("[list]"));
  // By their order, which is fixed: the name above a field says what it is for just now.
  const nameOf = (form, field) => field.tagName.toLowerCase() + fieldsOf(form).indexOf(field);
  const valueOf = (field) => (field.tagName === "SELECT" ? field.selectedOptions[0]?.textContent || "" : field.value);

  let isGiving = false;

  function keep({ target: field }) {
    if (isGiving || !field.matches?.(FIELDS) || !field.closest(".termreview-desk")) { return; }
    const form = formOf(field), key = keyOf(form);
    if (!key || !fieldsOf(form).includes(field)) { return; }
    const draft = read(key) || { fields: {} };
    draft.at = Date.now();
    draft.title = titleOf(form).dataset.draft ? titleOf(form).dataset.title : "";
    draft.fields[nameOf(form, field)] = valueOf(field);
    const isEmpty = Object.values(draft.fields).every((value) => !value.trim() || value === "\u2014");
    write(key, isEmpty ? null : draft);
  }
  document.addEventListener("input", keep, true);
  document.addEventListener("change", keep, true);

  function giveBack(form) {
    const key = keyOf(form), draft = read(key);
    if (!draft) { return; }
    let isGiven = false;
    isGiving = true;
    for (const field of fieldsOf(form)) {
      const value = draft.fields[nameOf(form, field)];
      if (value === undefined || value === valueOf(field) || isTyping(field)) { continue; }
      if (field.tagName === "SELECT") {
        const place = [...field.options].findIndex((option) => option.textContent === value);
        if (place < 0) { continue; }
        field.selectedIndex = place;
      } else {
        field.value = value;
      }
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      isGiven = true;
    }
    isGiving = false;
    const title = titleOf(form);
    if (banner()?.dataset.kind === "drafts" && title.dataset.draft) { hide(); }
    if (isGiven && title.dataset.draft) {
      const note = document.createElement("span");
      note.className = "draft-back";
      note.textContent = words().givenBack || "";
      title.append(" ", note);
    }
  }

  function move(field, key) {
    const kept = typing.get(field);
    if (kept.key === key) { return; }
    if (kept.key) { write(kept.key, kept.before); }
    Object.assign(kept, { key, before: read(key) });
    keep({ target: field });
  }

  const seen = new WeakMap(); // by the place of a form: the draft that was given back there last
  let isTold = false;

  function look() {
    const desk = root();
    if (!desk || isLost) { return; }
    for (const line of desk.querySelectorAll("[data-saved]")) {
      const key = PREFIX + line.dataset.saved;
      if (line.dataset.saved && read(key)) { write(key, null); }
    }
    for (const form of desk.querySelectorAll(".desk-form, .desk-bar-line")) {
      const key = keyOf(form);
      if (key && seen.get(form) !== titleOf(form)?.dataset.draft + key) {
        seen.set(form, titleOf(form)?.dataset.draft + key);
        fieldsOf(form).filter(isTyping).forEach((field) => move(field, key));
        giveBack(form);
      }
    }
    if (!isTold && desk.querySelector(".desk-words")) {
      isTold = true;
      tellDrafts();
    }
  }

  function tellDrafts() {
    const mine = PREFIX + words().office + "|", titles = [], keys = [];
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).sort()) {
      const draft = read(key);
      if (!draft || Date.now() - draft.at > DAYS_KEPT * 86400000) { write(key, null); continue; }
      if (key.startsWith(mine)) { titles.push(draft.title); keys.push(key); }
    }
    if (!titles.length || banner()) { return; }
    const shown = titles.slice(0, 3).join("; ") + (titles.length > 3 ? "; …" : "");
    const text = filled(words().drafts, { count: titles.length, titles: shown });
    const forget = () => { keys.forEach((key) => write(key, null)); hide(); };
    say("drafts", words().draftsTitle, text, words().close, hide, [words().forget, forget]);
  }

  let isWaiting = false;
  new MutationObserver(() => {
    if (isWaiting) { return; }
    isWaiting = true;
    setTimeout(() => { isWaiting = false; look(); }, 0);
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-saved"] });
})();
