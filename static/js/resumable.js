/** A chosen file on its way in pieces (tus): goes on after a lost connection, a reload or a crash. */
import { _, duration, size } from "./language.js";

const PIECE = 8 * 1024 * 1024; // bytes
const PAUSES = [500, 1000, 2000, 4000, 8000, 15000, ...Array(40).fill(30000)]; // milliseconds

let current = null; // { form, file, upload, began, arrived }
let waiting = null; // what to do once the file has arrived
let stopping = Promise.resolve(); // what was stopped last is gone from the site, too

export function isSending() {
  return current !== null && !current.arrived;
}

export function onArrival(act) {
  waiting = act;
}

/** Begins to send; false where this browser cannot, and the form has to bring the file itself. */
export function send(form, file) {
  if (!window.tus?.isSupported || !file.size) return false;
  const one = { form, file, began: null, arrived: false };
  one.upload = new window.tus.Upload(file, {
    endpoint: form.dataset.partsUrl,
    chunkSize: PIECE,
    retryDelays: PAUSES,
    metadata: { filename: file.name },
    headers: headersOf(form),
    onProgress: (sent, total) => onProgress(one, sent, total),
    onShouldRetry: (error) => onBreak(one, error),
    onError: (error) => onFailure(one, error),
    onSuccess: () => finish(one).catch((error) => onFailure(one, error)),
  });
  current = one;
  say(one, _("Sending {name}", { name: file.name }), 0);
  begin(one);
  return true;
}

/** Stops sending; for good also deletes what has arrived. */
export function stop({ forGood = false } = {}) {
  if (current) stopping = current.upload.abort(forGood).catch(() => {});
  current = waiting = null;
}

async function begin(one) {
  await stopping;
  const earlier = await one.upload.findPreviousUploads();
  if (one !== current) return;
  if (earlier.length) one.upload.resumeFromPreviousUpload(earlier[0]);
  one.upload.start();
}

function headersOf(form) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  return { "X-CSRFToken": token, "HX-Request": "true" };
}

/* --- what is said --- */

function say(one, words, percent, { wrong = false } = {}) {
  if (one !== current) return;
  const part = one.form.querySelector("[data-sending]");
  part.hidden = false;
  part.querySelector("progress").value = percent;
  const line = part.querySelector("[data-sending-words]");
  line.textContent = words;
  line.classList.toggle("muted", !wrong);
  part.querySelector("[data-resume]").hidden = true;
  one.percent = percent;
}

function onProgress(one, sent, total) {
  const percent = Math.floor((100 * sent) / total);
  const now = performance.now() / 1000;
  one.began ??= { at: now, sent };
  const speed = (sent - one.began.sent) / (now - one.began.at);
  const isKnown = speed > 0 && now - one.began.at > 1;
  const values = { done: size(sent), size: size(total), percent };
  let words = _("{size} arrived, being stored", values);
  if (percent < 100 && isKnown) {
    const left = duration((total - sent) / speed);
    words = _("{done} of {size}, {percent} %, {left} left", { ...values, left });
  } else if (percent < 100) {
    words = _("{done} of {size}, {percent} %", values);
  }
  say(one, words, percent);
}

function statusOf(error) {
  return error.originalResponse?.getStatus() ?? 0;
}

/* True: it is tried again after the next pause. What the site refuses is refused again. */
function onBreak(one, error) {
  const status = statusOf(error);
  const passes = status === 0 || status >= 500 || [409, 423, 429].includes(status);
  if (passes) {
    one.began = null;
    const percent = one.percent ?? 0;
    const words = _("The connection broke at {percent} %. Trying again …", { percent });
    say(one, words, percent, { wrong: true });
  }
  return passes;
}

function onFailure(one, error) {
  const status = statusOf(error);
  const said = error.originalResponse?.getBody() || error.words;
  const percent = one.percent ?? 0;
  let words = _("The connection broke at {percent} %. What has arrived is kept for a day.", { percent });
  if (status === 401 || status === 403) {
    words = _("The site does not know you any more: sign in again, then choose the same file. What has arrived is kept for a day.");
  } else if (status || error.words) {
    words = said || _("The site answered {status}. Try again.", { status });
  }
  say(one, words, percent, { wrong: true });
  if (one !== current) return;
  const again = one.form.querySelector("[data-resume]");
  again.hidden = false;
  again.onclick = () => {
    say(one, _("Trying again …"), percent);
    one.upload.start();
  };
}

/* --- when all of it is there --- */

async function finish(one) {
  const answer = await fetch(`${one.upload.url}kept/`, {
    method: "POST",
    headers: { ...headersOf(one.form), "Tus-Resumable": "1.0.0" },
  });
  if (!answer.ok) {
    const said = await answer.text(); // a page of an error of the site is no words
    const words = said.trimStart().startsWith("<")
      ? _("The site answered {status}. Try again.", { status: answer.status })
      : said;
    throw Object.assign(new Error("not kept"), { words });
  }
  const { kept } = await answer.json();
  if (one !== current) return;
  one.arrived = true;
  one.form.elements.kept.value = kept;
  const values = { name: one.file.name, size: size(one.file.size) };
  say(one, _("{name} ({size}) has arrived", values), 100);
  one.form.dispatchEvent(new Event("change", { bubbles: true }));
  waiting?.();
  waiting = null;
}
