// Saves what is typed, without being asked. The page works without it: there is a button.
// Each save says which version it was made from, so that nothing is overwritten in silence. What the
// server does not have stays in this browser until it has it.

const WAIT = 2000; // after the last keystroke
const AGAIN = 10000; // while the server is gone
const FILES = ["bilagor", "bilder_alt", "bilaga_namn", "bilaga_alt", "bilaga_innehall", "ta_bort"];

const place = document.querySelector("[data-draft]");
const form = place.closest("form");
const said = place.querySelector("[data-said]");
const { address, key, person } = place.dataset;
const field = (name) => form.elements.namedItem(name);

let timer = 0;
let changed = false; // since the last save that was sent
let files = true; // whether the files have to be sent as well
let saving = null;
let stopped = false; // another version was saved: a person decides

const shelf = () => `utkast:${person}:${field("utkast").value || field("klass").value}`;

function show(word) {
  for (const one of place.querySelectorAll("[data-word]")) one.hidden = one.dataset.word !== word;
  if (word) say("");
}

// A screen reader hears it once, and not again for each minute that goes.
function say(words) {
  if (said.textContent !== words) said.textContent = words;
}

function typed(withFiles) {
  const data = new FormData(form);
  data.delete("gor");
  if (!withFiles) {
    FILES.forEach((name) => data.delete(name));
    data.set("filer_kvar", "ja");
  }
  return data;
}

function keepHere() {
  const words = [...typed(false)].filter(([name]) => name !== "csrf_token");
  localStorage.setItem(shelf(), JSON.stringify(words));
}

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

function save() {
  clearTimeout(timer);
  if (saving || stopped || !changed) return saving;
  saving = send().finally(() => {
    saving = null;
  });
  return saving;
}

async function send() {
  changed = false;
  const withFiles = files;
  files = false;
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      body: typed(withFiles),
      headers: { Accept: "application/json" },
    });
  } catch {
    answer = null;
  }
  if (answer?.ok) return saved(await answer.json());
  changed = true;
  files ||= withFiles;
  if (answer?.status === 409) {
    stopped = true;
    keepHere();
    place.querySelector("[data-newer]").href = (await answer.json()).address;
    return show("newer");
  }
  if (answer?.status === 422) {
    keepHere();
    show("");
    return say((await answer.json()).said);
  }
  keepHere();
  const signedOut = answer && [400, 401].includes(answer.status) && !(await renewed());
  show(signedOut ? "out" : "here");
  later(AGAIN);
}

function saved({ draft, version, said: words, address: own }) {
  localStorage.removeItem(shelf());
  field("utkast").value = draft;
  field("utkast_version").value = version;
  history.replaceState(null, "", own);
  show("");
  if (changed) {
    keepHere();
    later(WAIT);
  }
  say(words);
}

// Somebody signed in again in another tab: on with their token, if it is the same person.
async function renewed() {
  const answer = await fetch(key, { redirect: "manual" }).catch(() => null);
  if (!answer?.ok) return false;
  const found = await answer.json();
  if (found.person !== person) return false;
  field("csrf_token").value = found.token;
  later(0);
  return true;
}

form.addEventListener("input", (event) => {
  changed = true;
  if (FILES.includes(event.target.name)) files = true;
  later(WAIT);
});

// The page goes away: what fits is sent (browsers take 64 kB), and it stays here until that is known.
function leave() {
  if (!changed || stopped) return;
  keepHere();
  if (saving || files) return;
  const body = typed(false);
  const headers = { Accept: "application/json" };
  fetch(address, { method: "POST", body, headers, keepalive: true }).catch(() => {});
}
addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") save();
});
addEventListener("online", () => later(0));
addEventListener("focus", () => changed && !place.querySelector('[data-word="out"]').hidden && later(0));

// A form that is handed on carries the version that its last save made.
form.addEventListener("submit", (event) => {
  if (!saving) {
    changed = false;
    stopped = true;
    return clearTimeout(timer);
  }
  event.preventDefault();
  const button = event.submitter;
  saving.then(() => form.requestSubmit(button));
});

place.querySelector("[data-own]").addEventListener("click", () => {
  localStorage.removeItem(shelf());
  field("utkast").value = "";
  field("utkast_version").value = "";
  stopped = false;
  changed = files = true;
  save();
});

// What this browser has goes with the session; the answer's header clears it from other pages.
document.querySelector(`form[action="${place.dataset.out}"]`)?.addEventListener("submit", () => {
  stopped = true;
  clearTimeout(timer);
  localStorage.clear();
});

// Another person's texts are not for this one.
for (const name of Object.keys(localStorage)) {
  if (name.startsWith("utkast:") && !name.startsWith(`utkast:${person}:`)) localStorage.removeItem(name);
}

const left = JSON.parse(localStorage.getItem(shelf()) ?? "[]");
const now = JSON.stringify([...typed(false)].filter(isWords));
if (JSON.stringify(left.filter(isWords)) === now) localStorage.removeItem(shelf());
else if (left.length) {
  show("found");
  place.querySelector("[data-take]").addEventListener("click", () => take(left));
  place.querySelector("[data-drop]").addEventListener("click", () => {
    localStorage.removeItem(shelf());
    show("");
  });
}

function isWords([name]) {
  return !["csrf_token", "utkast", "utkast_version"].includes(name);
}

function take(words) {
  const all = new Map();
  for (const [name, value] of words) all.set(name, [...(all.get(name) ?? []), value]);
  for (const one of form.elements) {
    if (!one.name || one.type === "hidden" || FILES.includes(one.name)) continue;
    const values = all.get(one.name) ?? [];
    if (one.type === "checkbox" || one.type === "radio") one.checked = values.includes(one.value);
    else if (values.length) one.value = values[0];
  }
  show("");
  changed = true;
  save();
}
