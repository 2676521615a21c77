// What makes pages quicker where a browser runs it. Every page works without.
"use strict";

// A search that shows what it finds while one types: <form data-live="ID of what is replaced">.
for (const form of document.querySelectorAll("form[data-live]")) {
  let timer, newest;
  const search = async () => {
    const address = new URL(form.action);
    address.search = new URLSearchParams(new FormData(form)).toString();
    newest?.abort();
    const request = (newest = new AbortController());
    try {
      const answer = await fetch(address, { signal: request.signal });
      if (!answer.ok || answer.redirected) return location.assign(address);
      replace(form.dataset.live, await answer.text());
      history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 150);
  });
}

// What goes on by itself: <section id="…" data-poll="milliseconds">, until it comes without that.
const poll = (part) => {
  setTimeout(async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok) replace(part.id, await answer.text());
    else poll(part);
  }, Number(part.dataset.poll));
};

const replace = (id, html) => {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(id);
  const stale = document.getElementById(id);
  if (!fresh || !stale) return;
  stale.replaceWith(fresh);
  if (fresh.dataset.poll) poll(fresh);
};
for (const part of document.querySelectorAll("[data-poll]")) poll(part);

// A key made of a name, for as long as nobody typed one: <input data-key-of="name">.
for (const key of document.querySelectorAll("[data-key-of]")) {
  const name = document.getElementById(key.dataset.keyOf);
  let typed = key.value !== "";
  key.addEventListener("input", () => (typed = key.value !== ""));
  name.addEventListener("input", () => {
    if (typed) return;
    const plain = name.value.normalize("NFKD").toLowerCase();
    key.value = plain.replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 60);
  });
}

// A copy of what stands in another place: <button data-copies="ID">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent.trim());
  button.textContent = "Copied";
});
for (const button of document.querySelectorAll("[data-copies]")) button.hidden = !navigator.clipboard;

// An open menu closes when one clicks elsewhere or presses Escape.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});

// A form that is being sent is not sent again by a second click.
for (const form of document.querySelectorAll("form[method=post]")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    setTimeout(() => (sent = false), 3000);
  });
}

// A form that was changed warns before one leaves it: <form data-keeps>.
for (const form of document.querySelectorAll("form[data-keeps]")) {
  let changed = form.dataset.keeps === "changed";
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  addEventListener("beforeunload", (event) => changed && event.preventDefault());
}

// The first field that was refused is where one goes on.
document.querySelector("[aria-invalid=true]")?.focus();
