// Leads from a piece of advice to the very words that it is about. Without this the link leads to
// their field.

addEventListener("click", (event) => {
  const link = event.target.closest("a[data-from]");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field?.setSelectionRange) return;
  event.preventDefault();
  for (let one = field.parentElement; one; one = one.parentElement) if (one.localName === "details") one.open = true;
  const before = field.value.length - field.value.trimStart().length; // is not counted
  field.focus();
  field.setSelectionRange(before + Number(link.dataset.from), before + Number(link.dataset.to));
  field.scrollIntoView({ block: "center" });
});
