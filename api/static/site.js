// Makes pages livelier; each of them works without it. Nothing typed is kept anywhere, and every word comes from the page.

// Fields that a person left empty stay out of the address, so that a search can be shared as a short link.
document.addEventListener("formdata", (event) => {
  const data = event.formData;
  for (const name of new Set(data.keys())) {
    const given = data.getAll(name).filter((value) => value !== "");
    data.delete(name);
    for (const value of given) data.append(name, value);
  }
}, true);

// Whoever pays by the byte gets the plain page.
const savesData = Boolean(navigator.connection?.saveData) || matchMedia("(prefers-reduced-data: reduce)").matches;

// Suggestions while typing: a combobox with a list, as the ARIA practices describe it.
const TYPING_PAUSE_MS = 150;
const ANSWERS_KEPT = 50;

class Suggestions {
  #box; #list; #said; #timer; #request; #answers = new Map(); #chosen = -1; #typed = "";

  constructor(box) {
    this.#box = box;
    this.#list = document.createElement("ul");
    this.#list.id = `${box.id}-sugerencias`;
    this.#list.className = "suggestions";
    this.#list.hidden = true;
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", box.dataset.suggestLabel);
    this.#said = document.createElement("span");
    this.#said.className = "hidden";
    this.#said.setAttribute("role", "status");
    box.parentElement.append(this.#list, this.#said);
    const told = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.#list.id };
    for (const [name, value] of Object.entries(told)) box.setAttribute(name, value);
    box.addEventListener("input", (event) => { if (!event.isComposing) this.#wait(); });
    box.addEventListener("compositionend", () => this.#wait());
    box.addEventListener("keydown", (event) => this.#press(event));
    box.addEventListener("blur", () => this.#close());
    // Pressing on a suggestion must not take the focus from the box before it counts.
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#take(option);
    });
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#typed = this.#box.value;
    if (this.#typed.trim().length < 2) { this.#close(); return; }
    this.#timer = setTimeout(() => this.#ask(this.#typed), TYPING_PAUSE_MS);
  }

  async #ask(text) {
    this.#request = new AbortController();
    try {
      let found = this.#answers.get(text);
      if (!found) {
        const address = `${this.#box.dataset.suggest}?${new URLSearchParams({ q: text })}`;
        const answer = await fetch(address, { signal: this.#request.signal });
        if (!answer.ok) { this.#close(); return; }
        found = (await answer.json()).items;
        if (this.#answers.size >= ANSWERS_KEPT) this.#answers.delete(this.#answers.keys().next().value);
        this.#answers.set(text, found);
      }
      if (text === this.#typed && document.activeElement === this.#box) this.#show(found);
    } catch {
      // Given up for a later text, or no network: the box stays a box.
    }
  }

  #show(found) {
    this.#list.replaceChildren(...found.map((item, place) => this.#option(item, place)));
    this.#choose(-1);
    this.#open(found.length > 0);
    const { suggestNone, suggestOne, suggestMany } = this.#box.dataset;
    const many = suggestMany.replace("{n}", found.length);
    this.#said.textContent = found.length === 0 ? suggestNone : found.length === 1 ? suggestOne : many;
  }

  #option(item, place) {
    const option = document.createElement("li");
    option.id = `${this.#list.id}-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.text = item.text;
    const text = document.createElement("span");
    text.textContent = item.text;
    const beside = document.createElement("span");
    beside.className = "suggestion-beside";
    const { suggestRecord, suggestRecords } = this.#box.dataset;
    const counted = item.count === 1 ? suggestRecord : suggestRecords;
    beside.textContent = item.name ?? counted.replace("{n}", item.count.toLocaleString("en"));
    option.append(text, " ", beside);
    return option;
  }

  #press(event) {
    const isOpen = !this.#list.hidden;
    const count = this.#list.children.length;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && !isOpen && count) this.#open(true);
    else if (event.key === "ArrowDown" && isOpen) this.#choose(this.#chosen + 1 < count ? this.#chosen + 1 : -1);
    else if (event.key === "ArrowUp" && isOpen) this.#choose(this.#chosen < 0 ? count - 1 : this.#chosen - 1);
    else if (event.key === "Escape" && isOpen) { this.#box.value = this.#typed; this.#close(); }
    else if (event.key === "Enter" && isOpen && this.#chosen >= 0) this.#take(this.#list.children[this.#chosen]);
    else if (event.key === "Enter") { clearTimeout(this.#timer); this.#request?.abort(); return; }
    else return;
    event.preventDefault();
  }

  #choose(place) {
    this.#chosen = place;
    for (const [other, option] of [...this.#list.children].entries()) option.setAttribute("aria-selected", String(other === place));
    const option = this.#list.children[place];
    if (option) this.#box.setAttribute("aria-activedescendant", option.id);
    else this.#box.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  #take(option) {
    this.#box.value = this.#typed = option.dataset.text;
    this.#close();
    this.#box.form.requestSubmit();
  }

  #open(isOpen) {
    this.#list.hidden = !isOpen;
    this.#box.setAttribute("aria-expanded", String(isOpen));
  }

  #close() {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#open(false);
    this.#choose(-1);
    this.#said.textContent = "";
  }
}

// Results that follow the filters: the page itself is fetched, and its parts put in place of those shown.
class LiveResults {
  #form; #said; #request; #shown = location.pathname + location.search;

  constructor(form) {
    this.#form = form;
    this.#said = document.createElement("p");
    this.#said.className = "hidden";
    this.#said.setAttribute("role", "status");
    form.before(this.#said);
    form.classList.add("is-live");
    document.body.classList.add("has-live-results");
    this.#label();
    document.addEventListener("change", (event) => this.#change(event.target));
    document.addEventListener("click", (event) => this.#follow(event));
    form.addEventListener("submit", (event) => this.#finish(event));
    // Going to another part of the same page is told too, and needs nothing.
    addEventListener("popstate", () => {
      if (location.pathname + location.search !== this.#shown) this.#load(location.href, { isNew: false });
    });
  }

  #change(field) {
    if (field.form !== this.#form || field.name === "q") return;
    // A day and a number choose the publication each; the one given last counts.
    const other = { as_of: "release", release: "as_of" }[field.name];
    if (other && field.value) this.#form.elements[other].value = "";
    this.#load(this.#address(), { isNew: true });
  }

  #address() {
    const asked = new URLSearchParams(new FormData(this.#form)).toString();
    return asked ? `${this.#form.action}?${asked}` : this.#form.action;
  }

  // Taking a filter away and changing the view stay on the page; everything else is a link like any other.
  #follow(event) {
    const link = event.target.closest?.(".chips a, .views a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#load(link.href, { isNew: true, focus: link.closest(".views") ? ".views [aria-current]" : "#cuantos" });
  }

  // The button at the end of the panel, which covers the results on a phone, leads to them.
  #finish(event) {
    if (!event.submitter?.classList.contains("apply")) return;
    if (this.#form.querySelector("[aria-invalid]")) return;
    event.preventDefault();
    document.getElementById("ver-filtros").checked = false;
    document.getElementById("cuantos").focus();
    document.getElementById("cuantos").scrollIntoView();
  }

  async #load(address, { isNew, focus = "" }) {
    this.#request?.abort();
    this.#request = new AbortController();
    const results = document.querySelector("[data-live=resultados]");
    results.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { signal: this.#request.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.querySelector("[data-live=resultados]")) throw new Error("not a page of results");
      if (isNew) history.pushState(null, "", address);
      this.#shown = location.pathname + location.search;
      this.#show(page, focus, isNew);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    }
  }

  #show(page, focus, isNew) {
    const active = document.activeElement;
    const kept = active?.id ? `#${CSS.escape(active.id)}` : active?.name ? `[name="${active.name}"][value="${active.value}"]` : "";
    for (const old of document.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${old.dataset.live}"]`);
      if (!fresh) continue;
      // What a person is at stays as it is: a filter's own boxes do not depend on it.
      if (isNew && old.contains(active) && active.type === "checkbox") {
        old.querySelector("summary").replaceChildren(...fresh.querySelector("summary").childNodes);
        continue;
      }
      if (old.open) fresh.open = true;
      old.replaceWith(fresh);
    }
    document.title = page.title;
    for (const place of [".language", "link[rel=canonical]"]) {
      const [old, fresh] = [document.querySelector(place), page.querySelector(place)];
      if (old && fresh) old.replaceWith(fresh);
    }
    this.#label();
    this.#said.textContent = document.getElementById("cuantos").textContent;
    const target = focus || (document.activeElement === document.body ? kept : "");
    if (target) document.querySelector(target)?.focus({ preventScroll: target === kept });
  }

  #label() {
    const button = this.#form.querySelector("[data-live-text]");
    if (button) button.textContent = button.dataset.liveText;
  }
}

if (!savesData) {
  for (const box of document.querySelectorAll("input[data-suggest]")) new Suggestions(box);
  const filters = document.getElementById("filtros");
  if (filters) new LiveResults(filters);
}
