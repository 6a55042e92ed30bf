/**
 * Says when a job ends, on whatever page one is. The endpoint is asked every few seconds only while
 * jobs are open and the tab is visible; `jobs-started` (sent by the server with htmx) wakes it.
 */
const EVERY = 4000;
const STAYS = 12_000;
const box = document.getElementById("notices");

if (box?.dataset.url) {
  let open = Number(box.dataset.open);
  let since = box.dataset.since;
  let timer = 0;

  const wait = () => {
    clearTimeout(timer);
    if (open > 0 && !document.hidden) timer = setTimeout(ask, EVERY);
  };

  const showCount = () => {
    const count = document.getElementById("open-jobs");
    if (!count) return;
    count.textContent = String(open);
    count.hidden = open === 0;
  };

  /** A job that the page itself shows needs no notice; those of good news go by themselves. */
  const show = (html) => {
    const before = box.children.length;
    box.insertAdjacentHTML("beforeend", html);
    for (const toast of [...box.children].slice(before)) {
      if (document.querySelector(`main [data-job="${toast.dataset.job}"]`)) toast.remove();
      else if (!toast.matches(".toast-failed")) setTimeout(leave, STAYS, toast);
    }
  };

  const leave = (toast) => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, STAYS, toast);
    else toast.remove();
  };

  const ask = async () => {
    try {
      const answer = await fetch(`${box.dataset.url}?${new URLSearchParams({ since })}`, {
        headers: { "X-Requested-With": "fetch" },
      });
      if (!answer.ok || answer.redirected) return;
      open = Number(answer.headers.get("X-Open-Jobs") ?? 0);
      since = answer.headers.get("X-Now") ?? since;
      const html = await answer.text();
      if (html.trim()) {
        show(html);
        document.body.dispatchEvent(new CustomEvent("jobs-ended", { bubbles: true }));
      }
      showCount();
    } catch {
      /* The site cannot be reached just now: asked again below. */
    } finally {
      wait();
    }
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? wait() : open && ask()));
  document.addEventListener("jobs-started", () => {
    open += 1;
    showCount();
    wait();
  });
  box.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
  });
  wait();
}
