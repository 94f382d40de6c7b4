// Makes a part of the page what the server says now, and touches nothing that is the same: the focus,
// what is opened and what somebody is typing stay where they are.

const typed = (node) =>
  node.nodeType === Node.ELEMENT_NODE &&
  [...node.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value.trim());

// `gone` is said where something disappears in which somebody has typed; that part stays. Where there
// is nothing to say it goes.
export function exchange(old, html, gone) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(old.id);
  const here = document.activeElement;
  const selected = "selectionStart" in here ? [here.selectionStart, here.selectionEnd] : null;
  become(old, fresh, gone);
  // What is moved to another place in the page loses the focus.
  if (here !== document.activeElement && here.isConnected && old.contains(here)) {
    here.focus({ preventScroll: true });
    if (selected && selected[0] !== null) here.setSelectionRange(...selected);
  }
}

function become(old, fresh, gone) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.nodeValue = fresh.nodeValue;
    return;
  }
  // Whether it is open is the reader's own business, not the server's.
  const own = (name) => name === "open" && old.nodeName === "DETAILS";
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !own(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !own(name)) old.setAttribute(name, value);
  }
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const same = next.id ? document.getElementById(next.id) : alike(at, next) ? at : null;
    if (!same) {
      old.insertBefore(document.importNode(next, true), at);
      continue;
    }
    if (same !== at) old.insertBefore(same, at);
    become(same, next, gone);
    at = same.nextSibling;
  }
  while (at) {
    const left = at;
    at = at.nextSibling;
    if (gone && typed(left)) keep(left, gone);
    else left.remove();
  }
}

const alike = (old, next) => old && !old.id && old.nodeName === next.nodeName;

function keep(left, gone) {
  if (left.querySelector(".desk-gone")) return;
  const said = document.createElement("p");
  said.className = "callout callout-warn desk-gone";
  said.setAttribute("role", "alert");
  said.textContent = gone;
  left.prepend(said);
}
