/**
 * Says when work ends, on whatever page one is. The endpoint is asked every few seconds only while
 * work is open and the tab is visible; `jobs-started` (sent by the server with htmx) wakes it, and
 * `work-started` for what is no job. What was told already is remembered over pages and tabs, so that nothing is lost between two pages.
 */
const EVERY = 4000;
const STAYS = 12_000;
const box = document.getElementById("notices");
const list = document.getElementById("notice-list"); // there they stand anyway

if (box?.dataset.url) {
  const kept = `notices of ${box.dataset.person}`;
  let open = Number(box.dataset.open);
  let working = Number(box.dataset.working);
  let timer = 0;

  const told = () => Number(localStorage.getItem(kept) ?? NaN);
  const remember = (last) => {
    if (!(told() >= last)) localStorage.setItem(kept, String(last));
  };

  const wait = () => {
    clearTimeout(timer);
    if (open + working > 0 && !document.hidden) timer = setTimeout(ask, EVERY);
  };

  const showCounts = (unread) => {
    const jobs = document.getElementById("open-jobs");
    if (jobs) {
      jobs.textContent = String(open);
      jobs.hidden = open === 0;
    }
    const bell = document.getElementById("unread");
    if (!bell || unread === null) return;
    bell.querySelector("[data-count]").textContent = unread;
    bell.hidden = unread === "0";
  };

  const markRead = (number) => {
    const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
    const body = new URLSearchParams({ notice: number, quiet: "1" });
    const headers = { "X-CSRFToken": token };
    fetch(box.dataset.readUrl, { method: "POST", headers, body, keepalive: true }).catch(() => {});
  };

  /** What the page itself shows needs no notice, and is read with it. */
  const isHere = (toast) => {
    const { pathname, search } = toast.querySelector("a");
    return (
      document.querySelector(`main [data-job="${toast.dataset.about}"]`) !== null ||
      (location.pathname.startsWith(pathname) && (!search || location.search === search))
    );
  };

  /** Those of good news go by themselves; they stay in the list. */
  const show = (html) => {
    const before = box.children.length;
    box.insertAdjacentHTML("beforeend", html);
    for (const toast of [...box.children].slice(before)) {
      if (list) toast.remove();
      else if (isHere(toast)) {
        markRead(toast.dataset.notice);
        toast.remove();
      } else if (!toast.matches(".toast-failed")) setTimeout(leave, STAYS, toast);
    }
  };

  const leave = (toast) => {
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, STAYS, toast);
    else toast.remove();
  };

  const ask = async () => {
    try {
      const answer = await fetch(`${box.dataset.url}?${new URLSearchParams({ after: told() })}`, {
        headers: { "X-Requested-With": "fetch" },
      });
      if (!answer.ok || answer.redirected) return;
      open = Number(answer.headers.get("X-Open-Jobs") ?? 0);
      working = Number(answer.headers.get("X-Working") ?? 0);
      const last = answer.headers.get("X-Last-Notice");
      if (last) remember(Number(last));
      const html = await answer.text();
      if (html.trim()) {
        show(html);
        document.body.dispatchEvent(new CustomEvent("jobs-ended", { bubbles: true }));
      }
      showCounts(answer.headers.get("X-Unread"));
    } catch {
      /* The site cannot be reached just now: asked again below. */
    } finally {
      wait();
    }
  };

  document.addEventListener("visibilitychange", () =>
    document.hidden ? wait() : open + working && ask(),
  );
  document.addEventListener("jobs-started", () => {
    open += 1;
    showCounts(null);
    wait();
  });
  document.addEventListener("work-started", () => {
    working += 1;
    wait();
  });
  document.addEventListener("click", (event) => {
    const number = event.target.closest("[data-read]")?.dataset.read;
    if (number) markRead(number);
  });
  box.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
  });

  const last = Number(box.dataset.last);
  if (Number.isNaN(told())) remember(last);
  if (told() < last) ask(); // something ended between the last page and this one
  else wait();
}
