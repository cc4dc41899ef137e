// Replaces the page's content with a fresh copy of itself; without this script the page still says everything.
(() => {
  const main = document.querySelector("main[data-refresh]");
  const seconds = Number(main?.dataset.refresh);
  if (!seconds) return;

  const writing = () => [...main.querySelectorAll("input")].some((field) => field.value || field === document.activeElement);
  const busy = () => document.hidden || main.querySelector("details[open]") || !getSelection().isCollapsed || writing();

  const refresh = async () => {
    if (busy()) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const focused = document.activeElement?.getAttribute("href");
      main.replaceChildren(...fresh.querySelector("main").childNodes);
      document.title = fresh.title;
      document.getElementById("as-of")?.replaceWith(fresh.getElementById("as-of") ?? "");
      if (focused) main.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
      document.body.classList.remove("stale");
    } catch {
      document.body.classList.add("stale");
    }
  };

  setInterval(refresh, seconds * 1000);
  document.addEventListener("visibilitychange", refresh);
})();
