// What somebody has marked as read. The marks are in this browser and nowhere else: nothing here asks
// the server for anything, and no answer differs by them. Texts come from the page.

const words = document.getElementById("seen-words").dataset;
const KEY = `seen:${words.who}`;
const ONLY = "seen-only-unread";
const MOST = 500;

/** What a colleague who used this browser before has marked is nobody else's. */
function forgetOthers() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("seen:") && key !== KEY) localStorage.removeItem(key);
  }
}

function marks() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(found) ? found : [];
  } catch (fault) {
    if (fault instanceof SyntaxError) return []; // somebody wrote there by hand
    throw fault;
  }
}

function keep(found) {
  localStorage.setItem(KEY, JSON.stringify(found.slice(-MOST)));
}

/** A text that was corrected is another one, and unread again. */
function nameOf(article) {
  return `${article.id.replace("announcement-", "")}-${article.dataset.contentHash.slice(0, 12)}`;
}

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function onArticle(article) {
  const name = nameOf(article);
  const box = element("div", { className: "seen-box" });
  const button = element("button", { type: "button", className: "btn btn-outline-primary" });
  const hint = element("p", { className: "quiet", textContent: words.hint, id: "seen-hint" });
  button.setAttribute("aria-describedby", hint.id);
  const show = () => {
    button.textContent = marks().includes(name) ? words.unmark : words.mark;
  };
  button.addEventListener("click", () => {
    const found = marks();
    keep(found.includes(name) ? found.filter((one) => one !== name) : [...found, name]);
    show();
  });
  show();
  box.append(button, hint);
  (document.querySelector(".call") || article).after(box); // whoever reads on a phone calls first
}

function onList(links) {
  const found = new Set(marks());
  const rows = [...links].map((link) => ({ link, row: link.closest("li") }));
  const read = rows.filter(({ link }) => found.has(link.dataset.seen));
  for (const { row } of read) {
    row.classList.add("seen");
    row.querySelector(".byline").append(element("span", { className: "seen-mark", textContent: words.seen }));
  }
  if (!read.length) return;
  const label = element("label", { className: "seen-filter" });
  const box = element("input", { type: "checkbox", className: "form-check-input" });
  const none = element("p", { className: "empty", textContent: words.none });
  const list = rows[0].row.parentElement;
  box.checked = localStorage.getItem(ONLY) === "yes";
  const show = () => {
    for (const { row } of read) row.hidden = box.checked;
    none.hidden = !box.checked || read.length < rows.length;
  };
  box.addEventListener("change", () => {
    localStorage.setItem(ONLY, box.checked ? "yes" : "no");
    show();
  });
  label.append(box, words.only);
  list.before(label, none);
  show();
}

forgetOthers();
const article = document.querySelector("article.announcement");
const links = document.querySelectorAll(".news a[data-seen]");
if (article) onArticle(article);
else if (links.length) onList(links);
