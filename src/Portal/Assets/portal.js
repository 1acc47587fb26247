// What pages do more of with scripts: keys, menus that close, copying, the slider, and changes as they happen. Everything else works without.
const root = document.documentElement;
root.classList.add("scripted");

const typing = element => element.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", event => {
  const search = document.querySelector("[data-search]");
  if (search && ((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing(event.target)))) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", event => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    navigator.clipboard.writeText(copy.dataset.copy).then(() => {
      const before = copy.textContent;
      copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = before; }, 1500);
    });
  }
});

// A form is sent once, however often the button is pressed.
document.addEventListener("submit", event => {
  const form = event.target;
  if (!form.matches("[data-form]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});

// After a form came back with something to look at, that is where to look.
document.querySelector('[role="alert"], [aria-invalid="true"]')?.focus();

const words = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
for (const form of document.querySelectorAll("[data-moment]")) {
  const [range, output] = [form.querySelector('[type="range"]'), form.querySelector("output")];
  range.addEventListener("input", () => { output.textContent = words.format(new Date(range.value * 1000)); });
  range.addEventListener("change", () => form.requestSubmit());
}

// Changes as they happen: the page is asked for again, and its live parts take the places of the old ones, unless somebody is working in them.
const source = document.querySelector("[data-changes]")?.dataset.changes;
const parts = () => [...document.querySelectorAll("[data-live][id]")];
if (source && parts().length) {
  const rest = 5000;
  let [waiting, stream, again, patience, shown] = [null, null, null, 2000, Math.min(...parts().map(part => Number(part.dataset.live)))];
  let [asks, isOld, asked] = [false, false, -rest];
  // The first change is shown soon. However many follow, a page is asked for once at a time, rests in between, and waits until somebody sees it: who has it open pays for it with their limit of requests.
  const soon = delay => {
    isOld = true;
    if (asks || document.hidden) return;
    waiting ??= setTimeout(refresh, Math.max(delay, asked + rest - performance.now()));
  };
  const refresh = async () => {
    waiting = null;
    if (document.hidden) return;
    [asks, isOld, asked] = [true, false, performance.now()];
    await renew().catch(() => {});
    asks = false;
    if (isOld) soon(250);
  };
  const renew = async () => {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, credentials: "same-origin" }).catch(() => null);
    if (!answer || answer.status === 429 || answer.status >= 500) return soon(rest);
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    // In another tab somebody chose a past moment, or signed in as somebody else: then all of the page is another one.
    if (fresh.querySelector("[data-changes]")?.dataset.changes !== source) return location.reload();
    for (const part of parts()) {
      const now = fresh.getElementById(part.id);
      if (!now || now.innerHTML === part.innerHTML || part.contains(document.activeElement)) continue;
      part.replaceWith(now);
      now.classList.add("fresh");
    }
  };
  // What happened since the page was made counts, too. A browser takes up a stream again that broke, from where it was, but not one that was refused: that is asked for anew, less and less often.
  const follow = () => {
    leave();
    stream = new EventSource(`${source}?after=${shown}`);
    stream.addEventListener("open", () => { patience = 2000; });
    stream.addEventListener("idle", event => { shown = event.lastEventId; });
    stream.addEventListener("change", event => { shown = event.lastEventId; soon(250); });
    stream.addEventListener("error", () => {
      if (stream.readyState !== EventSource.CLOSED) return;
      again = setTimeout(follow, patience);
      patience = Math.min(2 * patience, 300000);
    });
  };
  const leave = () => {
    clearTimeout(again);
    stream?.close();
  };
  // Nobody sees what happens in a tab at the back: it keeps no connection, and catches up when it comes to the front.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return leave();
    follow();
    soon(250);
  });
  if (!document.hidden) follow();
  window.addEventListener("pagehide", leave);
}

// How far long work is, until it is done.
const progress = document.querySelector("[data-progress]");
if (progress) {
  const events = new EventSource(progress.dataset.progress);
  events.addEventListener("rebuild", event => {
    const now = JSON.parse(event.data);
    const bar = progress.querySelector("progress");
    if (now.total > 0) [bar.max, bar.value] = [now.total, now.done];
    progress.querySelector("[data-phase]").textContent = now.phase;
    progress.querySelector("[data-done]").textContent = `${now.done.toLocaleString("en")} of ${now.total.toLocaleString("en")}`;
    if (now.state !== "running") { events.close(); location.reload(); }
  });
}
