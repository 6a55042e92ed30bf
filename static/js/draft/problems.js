/** What is wrong in the draft, row by row, each with a way to its cell. */
import { button, make } from "./dom.js";
import { figure } from "./words.js";

export function problemsPanel(page) {
  const { words, api, store } = page;
  const said = make("p", { class: "side-said", role: "status" });
  const list = make("ol", { class: "problem-list" });
  const pager = make("div", { class: "side-foot" });
  const steps = make(
    "div",
    { class: "side-acts" },
    button(words("previousProblem"), () => page.nextProblem(false), { icon: "left" }),
    button(words("nextProblem"), () => page.nextProblem(true), { icon: "right" }),
    button(words("onlyProblems"), () => page.showKinds(["faulty"]), { icon: "filter" }),
  );
  let at = 0;

  const draw = async () => {
    const { rows, total, pages } = await api.get("problems", { page: at });
    if (at && at >= pages) {
      at = Math.max(0, pages - 1);
      return draw();
    }
    said.textContent = total ? words("problemRows", { n: figure(total) }) : words("noProblems");
    steps.hidden = !total;
    list.replaceChildren(...rows.map(entry));
    pager.replaceChildren(...(pages > 1 ? pagesOf(pages) : []));
  };

  const entry = (row) =>
    make(
      "li",
      { class: "problem" },
      make("button", { type: "button", class: "problem-row", onclick: () => page.goTo(row.number, row.problems[0]?.place ?? 0) }, row.key || words("emptyId"), make("span", { class: "unseen" }, ` ${words("goThere")}`)),
      ...(row.refused ? [make("p", { class: "field-error" }, words("refusedBy", { text: row.refused }))] : []),
      ...row.problems.map(({ column, message, advice, place }) =>
        make("p", { class: "problem-words" }, make("button", { type: "button", class: "problem-cell", onclick: () => page.goTo(row.number, place) }, column), ` ${message} `, make("span", { class: "muted" }, advice)),
      ),
    );

  const pagesOf = (pages) => [
    button(words("previous"), () => turn(-1), { disabled: at === 0, icon: "left" }),
    make("span", { class: "muted small" }, words("page", { page: at + 1, pages })),
    button(words("next"), () => turn(1), { disabled: at + 1 >= pages, icon: "right" }),
  ];

  const turn = (by) => {
    at += by;
    draw();
  };
  const show = () => draw().catch((error) => page.fault(error));
  show();
  const stop = store.on("state", show);
  return { title: words("problems"), content: make("div", { class: "side-content" }, said, steps, list, pager), closed: stop };
}
