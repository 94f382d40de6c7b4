// Keeps the desk as the server says it is, counts down on the server's clock, and says so plainly when
// the server cannot be reached: a desk that is old and looks new is dangerous.

import { exchange } from "./exchange.js";

const desk = document.getElementById("desk");
const live = document.getElementById("desk-live");
const lost = document.getElementById("desk-lost");
const said = document.getElementById("desk-said");
const words = live.dataset;
const OFTEN = 5000; // milliseconds; the more seldom the longer nobody answers
const SELDOM = 60000;

let source = words.src;
let etag = "";
let delay = OFTEN;
let timer = 0;
let asking = 0;
// The server's time, and when we heard it on a clock that nobody can set.
let clock = { server: Number(words.at), heard: performance.now(), written: words.written };

async function ask(quietly = false) {
  clearTimeout(timer);
  const turn = ++asking;
  try {
    const answer = await fetch(source, {
      headers: etag ? { "If-None-Match": etag } : {},
      cache: "no-store",
      redirect: "error", // to the sign-in
      signal: AbortSignal.timeout(10000),
    });
    if (!answer.ok && answer.status !== 304) throw new Error(`${answer.status}`);
    const html = answer.ok ? await answer.text() : "";
    if (turn !== asking) return; // something newer was asked for meanwhile
    const [server, written] = answer.headers.get("Clock").split(" ");
    clock = { server: Number(server), heard: performance.now(), written };
    delay = OFTEN;
    lost.querySelector("p")?.remove();
    if (html) show(html, quietly);
    etag = answer.headers.get("ETag");
  } catch {
    if (turn !== asking) return;
    delay = Math.min(2 * delay, SELDOM);
    sayLost();
  }
  count();
  if (!document.hidden) timer = setTimeout(ask, delay);
}

function sayLost() {
  if (lost.querySelector("p")) return;
  const text = lost.querySelector("template").content.cloneNode(true);
  text.querySelector("span").textContent = clock.written;
  lost.append(text);
}

const states = () =>
  new Map([...desk.querySelectorAll("[data-state]")].map((row) => [row.id, row.dataset.state]));

function show(html, quietly) {
  const before = states();
  exchange(desk, html, quietly ? "" : words.gone);
  if (quietly) return;
  const changed = [...states()].filter(([id, state]) => before.get(id) !== state).slice(0, 3);
  if (changed.length) said.textContent = changed.map(([id]) => sentence(id)).join(" ");
}

// Where a row stands now: "Title: Next to go out."
function sentence(id) {
  const row = document.getElementById(id);
  const heading = row.closest("section").querySelector("h2").firstChild.textContent.trim();
  return `${row.querySelector("h3").textContent.trim()}: ${heading}.`;
}

const filled = (sentence, values) => sentence.replace(/{(\w+)}/g, (_, name) => values[name]);

function count() {
  const now = clock.server + performance.now() - clock.heard;
  for (const one of desk.querySelectorAll("[data-until]")) {
    const text = left(Math.round((Number(one.dataset.until) - now) / 1000));
    if (one.textContent !== text) one.textContent = text;
  }
}

function left(seconds) {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return filled(words.hours, { hours, minutes: minutes % 60 });
  if (minutes > 0) return filled(words.minutes, { minutes });
  return seconds > 0 ? filled(words.seconds, { seconds }) : words.now;
}

// More or less of a row, without leaving the page.
desk.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-part]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  source = link.dataset.part;
  etag = "";
  history.replaceState(null, "", link.href);
  ask(true);
});

// A machine that slept, a window that was behind another, a net that came back: ask at once.
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : ask()));
window.addEventListener("online", () => ask());
window.addEventListener("pageshow", (event) => event.persisted && ask());

document.getElementById("desk-reload").hidden = true;
document.getElementById("desk-lives").hidden = false;
setInterval(count, 1000);
ask(true);
