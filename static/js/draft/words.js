/** The words of the page, in its language, by their names; `name_one` where `n` is 1 (as text). */
export function wordsOf(box) {
  const known = JSON.parse(box.dataset.words);
  return (name, values = {}) => {
    const text = (values.n === "1" && known[`${name}_one`]) || known[name] || name;
    return text.replace(/%\((\w+)\)s/g, (whole, key) => values[key] ?? whole);
  };
}

const { style } = document.documentElement.dataset;
const figures = new Intl.NumberFormat(style || undefined, { useGrouping: "always" });

/** A number as the reader writes it. */
export const figure = (number) => figures.format(number);
