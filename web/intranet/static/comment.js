// Marks a passage to comment on by selecting it in the text. Without this it is chosen from a list.

const text = document.querySelector("[data-commented]");
const form = document.querySelector("[data-comment]");
const quote = form.elements.citat;
const chosen = form.querySelector("[data-chosen]");
const list = form.querySelector("[data-list]");
const offer = document.querySelector("[data-offer]");
const MOST = 1900; // signs

function marked() {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.rangeCount) return "";
  const range = selection.getRangeAt(0);
  return text.contains(range.commonAncestorContainer) ? selection.toString().trim().slice(0, MOST) : "";
}

let words = "";
document.addEventListener("selectionchange", () => {
  words = marked() || (document.activeElement === offer ? words : "");
  offer.hidden = !words;
});

function choose(some) {
  quote.value = some;
  chosen.hidden = !some;
  list.hidden = Boolean(some);
  chosen.querySelector("q").textContent = some;
}

// Pressing must not undo the selection before the click is there.
offer.addEventListener("pointerdown", (event) => event.preventDefault());
offer.addEventListener("click", () => {
  choose(words);
  offer.hidden = true;
  form.closest("details").open = true;
  form.elements.kommentar.focus();
  form.scrollIntoView({ block: "center" });
});
form.querySelector("[data-drop]").addEventListener("click", () => {
  choose("");
  form.elements.stycke.focus();
});
