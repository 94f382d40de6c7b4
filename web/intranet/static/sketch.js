// Shows who learns it when, and what each of them gets, while it is written. The page works without
// this: each view is a button that sends the form.

const WAIT = 600; // after the last keystroke
const SOON = 100; // after a choice
const MOST = 1000000; // bytes of files that are worth sending for a look

const place = document.querySelector("[data-sketch]");
const form = document.getElementById(place.dataset.form);
const said = place.querySelector("[data-said]");
const old = place.querySelector("[data-old]");

let timer = 0;
let asked = 0;
let { flik, sprak, stavning } = place.querySelector("[data-shown]").dataset;

function typed() {
  const data = new FormData(form);
  const size = (one) => (typeof one === "string" ? one.length : one.size);
  const files = ["bilagor", "bilaga_innehall"].flatMap((name) => data.getAll(name));
  if (files.reduce((sum, one) => sum + size(one), 0) > MOST) {
    for (const name of ["bilagor", "bilaga_namn", "bilaga_alt", "bilaga_innehall"]) data.delete(name);
  }
  data.delete("gor");
  return data;
}

async function ask() {
  clearTimeout(timer);
  const mine = ++asked;
  const address = `${place.dataset.sketch}?${new URLSearchParams({ flik, sprak, stavning })}`;
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body: typed() });
  } catch {
    answer = null;
  }
  const html = answer?.ok && !answer.redirected ? await answer.text() : "";
  if (mine !== asked) return; // a newer question is on its way
  old.hidden = html !== "";
  if (html) exchange(html);
}

function exchange(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const next = page.querySelector("[data-shown]");
  const now = place.querySelector("[data-shown]");
  const open = now.querySelector("details")?.open;
  const focus = now.contains(document.activeElement) ? document.activeElement.dataset : null;
  const scrolled = now.querySelector(".phone-screen")?.scrollTop;
  now.replaceWith(next);
  if (open && next.querySelector("details")) next.querySelector("details").open = true;
  if (scrolled && next.querySelector(".phone-screen")) next.querySelector(".phone-screen").scrollTop = scrolled;
  if (focus) next.querySelector(`button[data-flik="${focus.flik}"][data-sprak="${focus.sprak}"][data-stavning="${focus.stavning}"]`)?.focus();
  ({ flik, sprak, stavning } = next.dataset);
  const words = [...next.querySelectorAll("[data-words]")].map((one) => one.textContent).join(" ");
  if (said.textContent !== words) said.textContent = words;
}

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(ask, wait);
}

form.addEventListener("input", (event) => later(event.target.matches("textarea, input:not([type=checkbox])") ? WAIT : SOON));
place.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-flik]");
  if (!button) return;
  event.preventDefault();
  ({ flik, sprak, stavning } = button.dataset);
  ask();
});
addEventListener("online", () => later(0));
